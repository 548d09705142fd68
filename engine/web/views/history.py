"""A song's past: every decision, undone and redone, moments compared by words and ear, branches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.arrangement.arranging import fork
from engine.errors import Ambiguous, NotFound, Refused
from engine.gate.branches import branches_of
from engine.gate.undoing import redo_decision, undo_decision
from engine.reports.auditions import sides_compared
from engine.reports.differences import SongDifference, difference
from engine.reports.history import Decided, about, history
from engine.reports.progress import SectionProgress, progress
from engine.stages import STAGES
from engine.state.lineages import in_use
from engine.state.moments import NOW, find_side, position_of, song_as_of
from engine.state.songs import Song, last_arrangement
from engine.state.studio import Studio
from engine.web.forms import with_form
from engine.web.pages import page, said
from engine.web.room import Room, room_of, song_in, text_field
from engine.web.views.decisions import answer
from store.records import Recorded

# What undoes or redoes a decision: of a studio, a song by its id, and the decision's event.
Change = Callable[[Studio, str, str], list[Recorded]]

# So many decisions are listed at first, the newest.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """The song as of a moment.

    Attributes:
        song: its state then.
        sections: what each had.
        planned: names of the sections of its last arrangement; none if it wasn't arranged.
        heard: labels of the sections that use something, which can be heard.
    """

    song: Song
    sections: list[SectionProgress]
    planned: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two moments or branches beside each other.

    Attributes:
        found: how they differ.
        heard: labels of the sections that both have, which can be heard in turn.
    """

    found: SongDifference
    heard: tuple[str, ...]


def history_of(request: Request) -> Response:
    """Every decision, the newest first; a moment of the song, and two compared, if asked for."""
    room, song = room_of(request), song_in(request)
    studio, asked = room.studio, request.query_params
    decided = history(studio, song)[::-1]
    shown = decided if asked.get("all") else decided[:LISTED]
    at, first, second = (asked.get(name, "").strip() for name in ("at", "a", "b"))
    songs = [*room.known.songs(), *room.known.songs(archived=True)]
    return page(
        request, "history.html", song=song, decided=shown, count=len(decided), about=about,
        when=_when, at=at, first=first, second=second or NOW,
        moment=_moment(studio, song, at) if at else None,
        compared=_compared(room, song, first, second or NOW) if first else None,
        branches=branches_of(songs, song.song_id),
        origin=next((each for each in songs if song.past
                     and each.song_id == song.past[-1].song_id), None),
        stages=list(STAGES),
    )  # fmt: skip


def undo(request: Request, form: FormData) -> Response:
    """Take back any decision."""
    return _change(request, form, undo_decision)


def redo(request: Request, form: FormData) -> Response:
    """Let a decision that was undone hold again."""
    return _change(request, form, redo_decision)


def begin_branch(request: Request, form: FormData) -> Response:
    """Begin a branch of the song at a moment; both live on."""
    studio, song = room_of(request).studio, song_in(request)
    at = text_field(form, "at") or NOW
    position = None if at == NOW else position_of(studio, at, song)
    branch, _ = fork(studio, song, text_field(form, "name") or "", position)
    line = f"{branch.title} begins from event {branch.past[-1].until}"
    return said(request, line, link=f"/songs/{branch.song_id}")


def audition(request: Request) -> Response:
    """What a section uses at two moments, or in two branches, as loops on one clock."""
    room, song, asked = room_of(request), song_in(request), request.query_params
    try:
        sides = [_side(room, song, moment) for moment in asked.getlist("at")[:2]]
        if not sides:
            raise NotFound("no moment is named")
        found = sides_compared(room.studio, sides, asked.get("section", "")).quick()
    except (NotFound, Ambiguous, Refused) as error:
        return JSONResponse({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse(found.to_json())


def _change(request: Request, form: FormData, change: Change) -> Response:
    """Undo or redo the decision that the form names, and say what came of it."""
    studio, before = room_of(request).studio, song_in(request)
    event = text_field(form, "event") or request.query_params.get("event", "")
    return answer(request, before, change(studio, before.song_id, event)[0])


def _moment(studio: Studio, song: Song, at: str) -> Moment:
    then = song_as_of(studio, song, position_of(studio, at, song))
    sections, arranged = progress(then), last_arrangement(then)
    planned = arranged.plan["sections"] if arranged else ()
    return Moment(
        then,
        sections,
        tuple(str(section.get("name") or section["section"]) for section in planned),
        _heard(then),
    )


def _compared(room: Room, song: Song, first: str, second: str) -> Compared:
    sides = [_side(room, song, moment) for moment in (first, second)]
    both = set(_heard(sides[1]))
    heard = tuple(label for label in _heard(sides[0]) if label in both)
    return Compared(difference(room.studio, *sides), heard)


def _side(room: Room, song: Song, typed: str) -> Song:
    """A moment of the song; or another song or branch, such as ``SONG@EVENT``."""
    songs = (*room.known.songs(), *room.known.songs(archived=True))
    if "@" in typed or any(each.song_id == typed for each in songs):
        return find_side(room.studio, typed)
    return find_side(room.studio, song.song_id, typed)


def _heard(song: Song) -> tuple[str, ...]:
    return tuple(each.label for each in progress(song) if in_use(song, each.label))


def _when(decided: Decided) -> str:
    return f"{datetime.fromisoformat(decided.at).astimezone():%Y-%m-%d %H:%M:%S}"


PATH = "/songs/{song}/history"
ROUTES = [
    Route(PATH, history_of),
    Route(f"{PATH}/undo", with_form(undo), methods=["POST"]),
    Route(f"{PATH}/redo", with_form(redo), methods=["POST"]),
    Route(f"{PATH}/fork", with_form(begin_branch), methods=["POST"]),
    Route(f"{PATH}/audition", audition),
]
