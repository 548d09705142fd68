"""All that a run scored as a map: to look at, to hear, and to bring to the gate."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from engine.audio.auditions import Alternative
from engine.audio.cache import SoundCache
from engine.errors import EngineError, NotFound, Refused
from engine.evolution.behaviour import AXES
from engine.evolution.pool import Individual
from engine.gate.exports import track_of
from engine.ids import resolve
from engine.reports.auditions import Comparison
from engine.reports.run_map import RunMap, map_of
from engine.reports.run_points import MAX_POINTS, Point, points_by_features, points_by_similarity
from engine.reports.run_report import report_of
from engine.reports.svg_rolls import svg_roll, thumbnail
from engine.runs.recordings import beginning, scene_of
from engine.state.songs import Song
from engine.state.studio import Studio
from engine.web.pages import page
from engine.web.room import room_of, song_in

SIMILARITY, FEATURES = "similarity", "features"

# Reading a run again takes seconds, so the last ones are kept; and so many planes of them.
KEPT_RUNS, KEPT_PLANES = 3, 8

# So many points are in the table, the best.
TABLED = 100


def show_map(request: Request) -> Response:
    """The runs of a song, and the place for the map of one."""
    song = song_in(request)
    known = room_of(request).known
    runs = {name: known.run(name) for name in song.runs}
    listed = sorted(runs.items(), key=lambda item: -item[1].position)
    run = _run(request, song) if request.query_params.get("run") else None
    axes = [axis.name for axis in AXES[runs[run].stage]] if run else []
    return page(request, "map.html", song=song, runs=listed, run=run, axes=axes)


def points(request: Request) -> Response:
    """What a run scored as points of a plane."""
    studio, song = room_of(request).studio, song_in(request)
    run, asked = _run(request, song), request.query_params
    try:
        found = _found(studio, run)
    except EngineError as error:
        return page(request, "map_points.html", song=song, run=run, problem=str(error))
    axes = [axis.name for axis in AXES[found.recorded.run.stage.name]]
    across, up = asked.get("across", axes[0]), asked.get("up", axes[1])
    if not {across, up} <= set(axes):
        raise Refused(f"no feature {across}, {up} (accepted: {', '.join(axes)})")
    is_alike = asked.get("by", SIMILARITY) == SIMILARITY
    placed = _placed(studio, *_key(studio, run), *(("", "") if is_alike else (across, up)))
    return page(
        request, "map_points.html", song=song, run=run, problem="", points=placed,
        axes=None if is_alike else (across, up), count=len(found.recorded.run.pool.scored),
        tabled=placed[:TABLED], most=MAX_POINTS, candidates=song.candidates,
        started=found.recorded.run.started, is_finished=found.recorded.finished is not None,
    )  # fmt: skip


def roll(request: Request) -> Response:
    """The small roll of a point."""
    found, individual = _scored(request)
    part = found.recorded.part(individual.id)
    return HTMLResponse(thumbnail(part, _words(found, individual)))


def one(request: Request) -> Response:
    """A point that was chosen: its roll, its scores, and what can be done with it."""
    song = song_in(request)
    found, individual = _scored(request)
    run = found.recorded.run
    name = f"{run.stage.name} for {run.started.section.label}: {_words(found, individual)}"
    part, context = found.recorded.part(individual.id), run.context
    chords = context.part("chords")
    above = chords.harmony if chords else ()
    drawn = svg_roll(run.stage.name, part, context.meter, name, "one-roll", context.key, above)
    return page(
        request, "map_one.html", song=song, run=run.id, one=individual, roll=drawn,
        words=_words(found, individual), candidate=song.candidates.get(individual.id),
        can_be_brought=found.recorded.finished is not None,
    )  # fmt: skip


def audition(request: Request) -> Response:
    """A point with what it stands on, as loops for the player."""
    studio, song = room_of(request).studio, song_in(request)
    try:
        found, individual = _scored(request)
        run = found.recorded.run
        scene = scene_of(run.context)
        parts = (*run.context.parts, (run.stage.name, found.recorded.part(individual.id)))
        *below, track = (beginning(track_of(song, stage, part, stage), scene)
                         for stage, part in parts)  # fmt: skip
        heard = Alternative(individual.id, track, tuple(below))
        cache = SoundCache.of_studio(studio.folder)
        made = Comparison(cache, (heard,), scene).quick()
    except EngineError as error:
        return JSONResponse({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse(made.to_json())


def report(request: Request) -> Response:
    """What the curves of a run show, in words and numbers."""
    song = song_in(request)
    found = report_of(room_of(request).studio, _run(request, song))
    return page(request, "map_report.html", report=found)


def _run(request: Request, song: Song) -> str:
    """The run of the song that the address names."""
    run = request.query_params.get("run", "")
    if run not in song.runs:
        raise NotFound(f"{song.title} has no run {run!r}", "choose one of the list")
    return run


def _key(studio: Studio, run: str) -> tuple[str, int | None, str]:
    """What a run is read anew by: its id, and how far it is."""
    state = studio.run(run)[1]
    return run, state.generation, state.status


def _found(studio: Studio, run: str) -> RunMap:
    return _read(studio, *_key(studio, run))


@lru_cache(maxsize=KEPT_RUNS)
def _read(studio: Studio, run: str, generation: int | None, status: str) -> RunMap:  # noqa: ARG001 - both tell when it goes on
    return map_of(studio, run)


@lru_cache(maxsize=KEPT_PLANES)
def _placed(
    studio: Studio, run: str, generation: int | None, status: str, across: str, up: str
) -> list[Point]:
    found = _read(studio, run, generation, status)
    return points_by_features(found, across, up) if across else points_by_similarity(found)


def _scored(request: Request) -> tuple[RunMap, Individual]:
    """The run and what it scored that the address names."""
    found = _found(room_of(request).studio, _run(request, song_in(request)))
    scored = found.recorded.run.pool.scored
    name = resolve(request.query_params.get("id", ""), scored, "candidate", "see the map")
    return found, scored[name]


def _words(found: RunMap, individual: Individual) -> str:
    words = found.archive.words(found.archive.cells[individual.id])
    return f"{words}, total {individual.total:.3f}, generation {individual.generation}"


PATH = "/songs/{song}/map"
ROUTES = [
    Route(PATH, show_map),
    Route(f"{PATH}/points", points),
    Route(f"{PATH}/roll", roll),
    Route(f"{PATH}/one", one),
    Route(f"{PATH}/audition", audition),
    Route(f"{PATH}/report", report),
]
