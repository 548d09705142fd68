"""Decisions about candidates: each is the function that the command line calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import Refused
from engine.gate import choices, decisions, undoing
from engine.gate.bringing import bring as bring_to_gate
from engine.gate.comparing import compare
from engine.gate.exports import export_song, update_exports
from engine.gate.waiting import Entry
from engine.ids import short
from engine.preference.automatic import is_due
from engine.reports.changes import SongChanges
from engine.reports.fitting import changes_of_fit, choice_lines
from engine.reports.history import decision_words
from engine.state.songs import PENDING, Song, song_of
from engine.state.studio import Studio
from engine.web.forms import with_form
from engine.web.pages import said
from engine.web.room import Form, Room, candidate_in, room_of, song_in, text_field
from store.records import Recorded

LEARNING = "learning from your decisions"


def _approve(studio: Studio, entry: Entry, form: Form) -> Recorded:
    label, note, section = (text_field(form, name) for name in ("label", "note", "section"))
    song = entry.song.song_id
    return decisions.approve(studio, entry.id, label, note=note, song_id=song, section=section)


def _use(studio: Studio, entry: Entry, form: Form) -> Recorded:
    section, recheck = text_field(form, "section"), text_field(form, "recheck") is not None
    return choices.use(studio, entry.id, section, recheck=recheck, song_id=entry.song.song_id)


def _reject(studio: Studio, entry: Entry, form: Form) -> Recorded:
    return decisions.reject(studio, entry.id, text_field(form, "reason"), entry.song.song_id)


def _label(studio: Studio, entry: Entry, form: Form) -> Recorded:
    label = text_field(form, "label") or ""
    return decisions.label_candidate(studio, entry.id, label, entry.song.song_id)


def _note(studio: Studio, entry: Entry, form: Form) -> Recorded:
    return decisions.note(studio, entry.id, text_field(form, "note") or "", entry.song.song_id)


def _undo(studio: Studio, entry: Entry, _: Form) -> Recorded:
    return decisions.undo(studio, entry.id, entry.song.song_id)


def _more(studio: Studio, entry: Entry, _: Form) -> Recorded:
    return compare(studio, [entry.id], "more", entry.song.song_id)


def _less(studio: Studio, entry: Entry, _: Form) -> Recorded:
    return compare(studio, [entry.id], "less", entry.song.song_id)


def _least(studio: Studio, entry: Entry, form: Form) -> Recorded:
    others = [each for each in _named(entry.song, form, "among") if each != entry.id]
    return compare(studio, [entry.id, *others], "least", entry.song.song_id)


DECISIONS: dict[str, Callable[[Studio, Entry, Form], Recorded]] = {
    "approve": _approve,
    "use": _use,
    "reject": _reject,
    "label": _label,
    "note": _note,
    "undo": _undo,
    "more": _more,
    "less": _less,
    "least": _least,
}


def _deciding(name: str) -> Callable[[Request, Form], Response]:
    def decide(request: Request, form: Form) -> Response:
        entry = candidate_in(request)
        return answer(request, entry.song, DECISIONS[name](room_of(request).studio, entry, form))

    return decide


def cant_tell(request: Request, form: Form) -> Response:
    """Record that there is no difference to tell between candidates."""
    song = song_in(request)
    named = _named(song, form, "candidates")
    if len(named) < 2:
        raise Refused("it takes two to tell no difference between them")
    stated = compare(room_of(request).studio, named, "cant-tell", song.song_id)
    return answer(request, song, stated)


def none_of_these(request: Request, form: Form) -> Response:
    """Reject candidates, each by a decision of its own that can be taken back."""
    room, song = room_of(request), song_in(request)
    waiting = [
        each for each in _named(song, form, "candidates")
        if song.candidates[each].status == PENDING
    ]  # fmt: skip
    if not waiting:
        raise Refused("none of these waits for a decision")
    reason = text_field(form, "reason")
    rejected = [decisions.reject(room.studio, each, reason, song.song_id) for each in waiting]
    for recorded in rejected:
        follow(room, recorded)
    return said(request, f"{len(rejected)} rejected; each can be taken back, the last one by z")


def undo_last(request: Request, _: Form) -> Response:
    """Take back what was decided last about the song, or its last change."""
    song = song_in(request)
    return answer(request, song, undoing.undo(room_of(request).studio, None, song.song_id))


def bring(request: Request, form: Form) -> Response:
    """Bring something that a run scored to the gate."""
    song, run = song_in(request), text_field(form, "run") or ""
    if run not in song.runs:
        raise Refused(f"{song.title} has no run {run}")
    candidate = text_field(form, "candidate") or ""
    recorded: Any = bring_to_gate(room_of(request).studio, run, candidate, song.song_id).payload
    found = f"{short(recorded.survivor.id)} waits at the gate"
    return said(request, f"{found}: {recorded.stage} for {recorded.section.label}")


def _named(song: Song, form: Form, field: str) -> list[str]:
    """The candidates of the song that a field names, with spaces between them."""
    named = list(dict.fromkeys((text_field(form, field) or "").split()))
    unknown = [each for each in named if each not in song.candidates]
    if unknown:
        raise Refused(f"{song.title} has no candidate {unknown[0]}")
    return named


def answer(request: Request, before: Song, recorded: Recorded) -> Response:
    """Say what was decided, and which parts it made stale or fit again; it can be taken back.

    Args:
        request: what is answered.
        before: the song before it.
        recorded: the event of the decision.
    """
    room = room_of(request)
    follow(room, recorded)
    after = room.studio.song(before.song_id)
    lines = _lines(room.studio, before, after, recorded)
    way_back = f"/songs/{before.song_id}/history/{_way_back(recorded)}"
    return said(request, "; ".join(lines), undo=way_back)


def _way_back(recorded: Recorded) -> str:
    """What undoes a decision, or redoes what it took back."""
    event: Any = recorded.payload
    taken_back = getattr(event, "undoes", None) or getattr(event, "takes_back", None)
    if taken_back:
        return f"redo?event={taken_back}"
    return f"undo?event={getattr(event, 'redoes', None) or recorded.event_id}"


def _lines(studio: Studio, before: Song, after: Song, recorded: Recorded) -> Sequence[str]:
    event: Any = recorded.payload
    if recorded.kind == "CandidateUsed":
        found = choices.consequences(studio, recorded, after.song_id)
        return [line.strip() for line in choice_lines(after, event.candidate, event.section, found)]
    candidate = getattr(event, "candidate", None)
    if candidate is None:
        changes = SongChanges(before, after).lines()
        return [each.strip() for each in changes] or ["the song's values stay as they are"]
    decided = f"{short(candidate)} {decision_words(studio, recorded)}"
    return [decided, *changes_of_fit(before, after)]


def follow(room: Room, recorded: Recorded) -> None:
    """What follows a decision: files, and learning from it where that is planned."""
    song = song_of(recorded.stream)
    if getattr(recorded.payload, "candidate", None) is None and song is not None:
        export_song(room.studio, room.studio.song(song))
    else:
        update_exports(room.studio, recorded)
    is_learning = any(job.title == LEARNING and job.code is None for job in room.jobs.all())
    if not is_learning and is_due(room.studio):
        room.jobs.start(LEARNING, ["retrain"])


def _route(path: str, view: Callable[[Request, Form], Response]) -> Route:
    return Route(path, with_form(view), methods=["POST"])


ROUTES = [
    *(_route(f"/songs/{{song}}/candidates/{{candidate}}/{name}", _deciding(name))
      for name in DECISIONS),
    _route("/songs/{song}/cant-tell", cant_tell),
    _route("/songs/{song}/none", none_of_these),
    _route("/songs/{song}/undo", undo_last),
    _route("/songs/{song}/bring", bring),
]  # fmt: skip
