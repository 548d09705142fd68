"""The app: every page's routes behind one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from engine.errors import EngineError
from engine.web import live
from engine.web.pages import error_response, static_folder
from engine.web.room import Room
from engine.web.security import Guard
from engine.web.views import (
    decisions,
    editing,
    evolving,
    gate,
    history,
    jobs,
    run_map,
    runs,
    song,
    songs,
    sounds,
    taste,
    whole,
)
from store.errors import StoreError

VIEWS = (
    songs,
    song,
    runs,
    editing,
    gate,
    decisions,
    evolving,
    sounds,
    whole,
    run_map,
    history,
    taste,
    jobs,
    live,
)

# Answered in one line; what else goes wrong is a fault of ours, and is printed too.
ERRORS = (EngineError, StoreError, OSError, HTTPException, Exception)


def create_app(room: Room, is_our_host: Callable[[str], bool]) -> ASGIApp:
    """The page of a studio.

    Args:
        room: the studio, and what opens its page.
        is_our_host: whether a Host header names this server.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        room.jobs.close()
        room.quick_renderer.close()
        room.best_renderer.close()

    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=static_folder()), name="static"),
            *(route for view in VIEWS for route in view.ROUTES),
        ],
        exception_handlers=dict.fromkeys(ERRORS, error_response),
        lifespan=lifespan,
    )
    app.state.room = room
    return Guard(live.Positioned(app, room), room, is_our_host)
