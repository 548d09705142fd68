"""What every page needs: the studio, the processes that work for it, and what opens the page."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from engine.errors import NotFound
from engine.gate.waiting import Entry
from engine.state.songs import Song
from engine.state.studio import Studio
from engine.web.jobs import Jobs
from engine.web.renderer import Renderer


@dataclass(frozen=True, slots=True)
class Room:
    """A studio that is open in the browser.

    Attributes:
        studio: whose log the pages read and append to; threads share it.
        jobs: the processes that were started from the page.
        token: opens the page; whoever has it may do everything that the command line can.
        cookie: name of the cookie that holds the token, one for each port.
        quick_renderer: renders what is to be heard at once.
        best_renderer: renders what takes longer.
        closing: set when the server stops, so that streams end.
    """

    studio: Studio
    jobs: Jobs
    token: str
    cookie: str
    quick_renderer: Renderer = field(default_factory=Renderer)
    best_renderer: Renderer = field(default_factory=Renderer)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def request_token(self) -> str:
        """What a request that changes something must send in a header, as only our pages can."""
        return hmac.new(self.token.encode(), b"request", sha256).hexdigest()


def room_of(request: Request) -> Room:
    """The room that a request is for."""
    room = request.app.state.room
    assert isinstance(room, Room)  # noqa: S101 - the app puts it there
    if not hasattr(request.state, "position"):
        request.state.position = room.studio.log.head().position
    return room


def position_before(request: Request) -> int:
    """Position of the log's last event when a request was begun to be answered.

    What the answer shows is of then or later, so that a page that asks for what came after this
    misses nothing.
    """
    room_of(request)
    return int(request.state.position)


def song_in(request: Request) -> Song:
    """The song that the request's path names.

    Raises:
        NotFound: if there is none.
    """
    return room_of(request).studio.song(request.path_params["song"])


Form = Mapping[str, Any]


def posted(view: Callable[[Request, Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads what a form sends, then answers in another thread as others do."""

    async def endpoint(request: Request) -> Response:
        async with request.form() as form:
            return await run_in_threadpool(view, request, form)

    return endpoint


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
    """A field of a form as text without spaces around it; None where it is empty or a file."""
    value = form.get(name)
    return value.strip() or None if isinstance(value, str) else None
