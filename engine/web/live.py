"""The log as a stream: pages that are open learn of every new event, and of the jobs.

Server-sent events; the id of each is a position in the log, so that a page that was away is told
what it missed when its browser sends the last id again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.state.runs import run_of
from engine.state.songs import song_of
from engine.state.studio import Studio
from engine.web.room import Room, room_of
from store.records import Heading

INTERVAL_S = 0.1
PING_S = 15.0

# What happens too often, or tells a page nothing that it shows.
UNTOLD = frozenset({"CandidatesPresented", "CandidatePlayed"})

# A page that missed more than this is told that everything may be new.
MAX_MISSED = 512


class Positioned:
    """Middleware that notes the end of the log before a page reads the state.

    From there on the page is told what is new, so that nothing that happens while it is made and
    loaded is missed.
    """

    def __init__(self, app: ASGIApp, room: Room) -> None:
        """Note it for an app."""
        self._app = app
        self._studio = room.studio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the position in its state."""
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            position = await run_in_threadpool(_end, self._studio)
            scope.setdefault("state", {})["position"] = position
        await self._app(scope, receive, send)


async def events(request: Request) -> StreamingResponse:
    """Tell of what is appended from behind the last id that the page knows, or what it was made of.

    A stream that names neither begins with what comes from now on.
    """
    room = room_of(request)
    known = request.headers.get("last-event-id") or request.query_params.get("after", "")
    after = _last_id(known)
    return StreamingResponse(
        _messages(room, after), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


def _last_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def _messages(room: Room, after: int | None) -> AsyncIterator[str]:
    position = await run_in_threadpool(_end, room.studio) if after is None else after
    changes = room.jobs.changes
    yield _message("ready", position, {})
    silent_s = 0.0
    while not room.closing.is_set():
        found = await run_in_threadpool(_news, room.studio, position)
        if found is not None:
            position, told = found
            if told:
                yield _message("log", position, told)
                silent_s = 0.0
        if room.jobs.changes != changes:
            changes = room.jobs.changes
            yield _message("jobs", position, {})
        await asyncio.sleep(INTERVAL_S)
        silent_s += INTERVAL_S
        if silent_s >= PING_S:
            yield ": still here\n\n"
            silent_s = 0.0


def _end(studio: Studio) -> int:
    return studio.log.head().position


def _news(studio: Studio, after: int) -> tuple[int, dict[str, Any]] | None:
    """The end of the log, and what came since; None if nothing did."""
    end = _end(studio)
    if end == after:
        return None
    if not after < end <= after + MAX_MISSED:  # also where another log was put in its place
        return end, {"songs": ["*"], "kinds": ["*"]}
    new = studio.log.headings(after=after, limit=end - after)
    return end, _told(studio, [each for each in new if each.kind not in UNTOLD])


def _told(studio: Studio, new: Iterable[Heading]) -> dict[str, Any]:
    songs: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for heading in new:
        kinds[heading.kind] = None
        run = run_of(heading.stream)
        song = studio.run(run)[1].song_id if run is not None else song_of(heading.stream)
        songs[song or "studio"] = None
    return {"songs": list(songs), "kinds": list(kinds)} if kinds else {}


def _message(event: str, position: int, data: dict[str, Any]) -> str:
    return f"event: {event}\nid: {position}\ndata: {json.dumps(data)}\n\n"


ROUTES = [Route("/events", events)]
