"""The songs of a studio, and how far each of them is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.reports.progress import next_step, progress
from engine.stages import STAGES
from engine.web.pages import page
from engine.web.room import room_of, song_in


def songs(request: Request) -> Response:
    """All songs with what waits, what is stale and what is next."""
    room = room_of(request)
    listed = sorted(room.studio.songs().values(), key=lambda song: song.title.casefold())
    return page(request, "songs.html", songs=listed)


def song(request: Request) -> Response:
    """A song: its sections, stage by stage."""
    shown = song_in(request)
    return page(
        request, "song.html", song=shown, sections=progress(shown), stages=list(STAGES),
        next_step=next_step(shown),
    )  # fmt: skip


ROUTES = [Route("/", songs), Route("/songs/{song}", song)]
