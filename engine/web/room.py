"""What every page needs: the studio, the processes that work for it, and what opens the page."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.requests import Request

from engine.errors import NotFound, Refused
from engine.gate.waiting import Entry
from engine.state.songs import Song
from engine.state.studio import Studio
from engine.web.jobs import Jobs
from engine.web.known import Known
from engine.web.renderer import Renderer
from engine.web.running import RunWatch


@dataclass(frozen=True, slots=True)
class Room:
    """A studio that is open in the browser.

    Attributes:
        studio: whose log the pages read and append to; threads share it.
        jobs: the processes that were started from the page.
        token: opens the page; with it, everything can be done that the command line can do.
        cookie: name of the cookie that holds the token, one for each port.
        quick_renderer: renders what is to be heard at once.
        best_renderer: renders what takes longer.
        known: the songs and runs of the studio, for pages that only show them.
        progress: how far the unfinished runs are.
        closing: set when the server stops, so that streams end.
    """

    studio: Studio
    jobs: Jobs
    token: str
    cookie: str
    quick_renderer: Renderer = field(default_factory=Renderer)
    best_renderer: Renderer = field(default_factory=Renderer)
    known: Known = field(init=False)
    progress: RunWatch = field(init=False)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Know nothing of the studio's state yet."""
        object.__setattr__(self, "known", Known(self.studio))
        object.__setattr__(self, "progress", RunWatch(self.studio))

    @property
    def request_token(self) -> str:
        """What a request that changes something must send in a header, as only our pages can."""
        return hmac.new(self.token.encode(), b"request", sha256).hexdigest()


def room_of(request: Request) -> Room:
    """The room that a request is for."""
    room = request.app.state.room
    assert isinstance(room, Room)  # noqa: S101 - the app puts it there
    return room


def song_in(request: Request) -> Song:
    """The song that the request's path names.

    Raises:
        NotFound: if there is none.
    """
    return room_of(request).known.song(request.path_params["song"])


Form = Mapping[str, Any]


def candidate_in(request: Request) -> Entry:
    """The candidate that the request's path names, of the song that it names.

    Raises:
        NotFound: if there is none.
    """
    song, candidate = song_in(request), request.path_params["candidate"]
    if candidate not in song.candidates:
        raise NotFound(f"{song.title} has no candidate {candidate}")
    return Entry(candidate, song, song.candidates[candidate])


def text_field(form: Form, name: str) -> str | None:
    """A field of a form as text without spaces around it; None where it is empty or a file.

    Raises:
        Refused: if it has a character that no text has, and no command line can be given.
    """
    value = form.get(name)
    if not isinstance(value, str):
        return None
    if "\0" in value:
        raise Refused(f"{name.replace('_', ' ')}: expected text")
    return value.strip() or None
