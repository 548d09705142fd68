"""Sound: what is heard of candidates, the loops themselves, and how long each was heard."""

from __future__ import annotations

from http import HTTPStatus
from math import isfinite

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.audio.auditions import Audition
from engine.audio.cache import SoundCache
from engine.audio.rendering import player
from engine.errors import NotFound, Refused
from engine.gate.waiting import entries_of, record_play
from engine.reports.auditions import comparison
from engine.web.pages import error_response
from engine.web.renderer import Wanted
from engine.web.room import room_of, song_in, text_field

WHERE = "page"

# Longer than this nobody listens without a pause.
MAX_PLAYED_SECONDS = 24 * 3600.0

# A file's name says what it holds.
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def sound(request: Request) -> Response:
    """A loop."""
    cache = SoundCache.of_studio(room_of(request).studio.folder)
    data = cache.read(request.path_params["file"])
    if data is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "that sound is no longer kept")
    return Response(data, media_type="audio/flac", headers=FOR_EVER)


def audition(request: Request) -> Response:
    """Candidates of a song as loops on one clock, as JSON for the player.

    The query has an ``id`` for each candidate, ``tempo`` for another than their own, and
    ``best=1`` to wait for the best player of this machine; without that, whatever is quick.
    """
    try:
        found = _audition(request)
    except (NotFound, Refused) as error:
        return JSONResponse({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse(found.to_json() | {"is_best": found.player == player()})


def _audition(request: Request) -> Audition:
    room, song, query = room_of(request), song_in(request), request.query_params
    ids = query.getlist("id")
    wanted = entries_of(room.studio, song.song_id, ids)
    if len(wanted) != len(set(ids)):
        raise NotFound("no such candidate of this song")
    tempo = _number(query["tempo"]) if query.get("tempo") else None
    compared = comparison(room.studio, wanted, tempo)
    is_best = query.get("best") == "1"
    known = compared.known() if is_best else compared.quick_known()
    if known is not None:
        room.quick_renderer.warm(room.studio.folder)  # another tempo may be wanted next
        return known
    names = [entry.id for entry in wanted]
    renderer = room.best_renderer if is_best else room.quick_renderer
    return renderer.render(room.studio.folder, Wanted(song.song_id, names, tempo, is_best))


async def played(request: Request) -> Response:
    """Record that a candidate was heard: ``candidate``, ``seconds``, and ``alone`` if it was so."""
    room, song, form = room_of(request), song_in(request), await request.form()
    candidate = text_field(form, "candidate") or ""
    try:
        (entry,) = entries_of(room.studio, song.song_id, [candidate])
    except ValueError:
        return error_response(request, NotFound("no such candidate of this song"))
    seconds = _number(text_field(form, "seconds") or "")
    if not 0 <= seconds <= MAX_PLAYED_SECONDS:
        return error_response(request, Refused(f"{seconds:g} seconds can't have been played"))
    record_play(room.studio, entry, round(seconds, 3), WHERE, alone="alone" in form)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _number(text: str) -> float:
    """A finite number that a request holds; raises Refused for anything else."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise Refused("expected a number")
    return number


ROUTES = [
    Route("/sounds/{file}", sound),
    Route("/songs/{song}/audition", audition),
    Route("/songs/{song}/played", played, methods=["POST"]),
]
