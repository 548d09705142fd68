"""The state of a song: its proposal, its candidates, what was decided, what was written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.state.runs import run_of
from store.events import (
    ArrangementAssembled,
    CandidateApproved,
    CandidateLabelled,
    CandidateNoted,
    CandidateRejected,
    CandidatesPresented,
    CompositionFinished,
    CompositionStarted,
    DecisionUndone,
    ExportWritten,
    PartImported,
    RunFinished,
    RunStarted,
    SongProposed,
)
from store.records import Recorded

Document = dict[str, Any]

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
SONG_STREAM = "song/"


def song_stream(song_id: str) -> str:
    """The stream of a song's events."""
    return SONG_STREAM + song_id


def song_of(stream: str) -> str | None:
    """The song that a stream belongs to; None for a stream of another sort."""
    return stream.removeprefix(SONG_STREAM) if stream.startswith(SONG_STREAM) else None


class Songs:
    """One document per song."""

    name = "songs"
    version = 4

    def route(self, recorded: Recorded) -> str | None:
        """The song that an event is about, if it is about one."""
        if isinstance(recorded.payload, RunStarted | RunFinished):
            return recorded.payload.song_id
        return song_of(recorded.stream)

    def apply(self, document: Document | None, recorded: Recorded) -> Document:
        """The song after the event."""
        song = document or {
            "grounds": {},
            "candidates": {},
            "runs": {},
            "labels": {},
            "exports": {},
            "compositions": {},
            "arrangements": {},
        }
        after = APPLY[recorded.kind](song, recorded, recorded.payload)
        return after | {"touched": recorded.position}


# A candidate that nobody has done anything with.
UNTOUCHED: Document = {"decisions": [], "notes": [], "wanted_label": None, "presented": 0}


# What of a proposal its parts are built on.
GROUND = ("tonic_pitch_class", "mode", "meter", "tempo_bpm", "colour")


def _proposed(song: Document, recorded: Recorded, event: SongProposed) -> Document:
    proposal: Document = msgspec.to_builtins(event)
    del proposal["raw"]
    ground = {str(recorded.position): [proposal[name] for name in GROUND]}
    place = {"position": recorded.position, "event_id": recorded.event_id}
    return song | proposal | place | {"grounds": song["grounds"] | ground}


def _run_started(song: Document, recorded: Recorded, event: RunStarted) -> Document:
    begun = {
        "position": recorded.position,
        "parents": event.parents,
        "lyrics": event.lyrics,
        "singer": event.singer,
    }
    return song | {"runs": song["runs"] | {run_of(recorded.stream): begun}}


def _run_finished(song: Document, recorded: Recorded, event: RunFinished) -> Document:
    run = run_of(recorded.stream)
    begun = song["runs"].get(run, {"position": recorded.position, "parents": []})
    for rank, survivor in enumerate(event.survivors, start=1):
        fresh = {
            "run": run,
            "rank": rank,
            "stage": event.stage,
            "section": msgspec.to_builtins(event.section),
            "total": survivor.total,
            "terms": survivor.terms,
            "description": survivor.description,
            "heard": msgspec.to_builtins(survivor.heard),
            "position": recorded.position,
            "built_on": event.context_position,
            "parents": begun["parents"],
            "begun": begun["position"],
            **UNTOUCHED,
        }
        song = _with_candidate(song, survivor.id, _met(song["candidates"].get(survivor.id), fresh))
    return song


def _imported(song: Document, recorded: Recorded, event: PartImported) -> Document:
    fresh = {
        "run": None,
        "rank": 1,
        "stage": event.stage,
        "section": msgspec.to_builtins(event.section),
        "total": None,
        "terms": {},
        "description": {"imported": event.file},
        "heard": None,
        "position": recorded.position,
        "built_on": event.context_position,
        "parents": event.parents,
        "begun": recorded.position,
        **UNTOUCHED,
    }
    return _with_candidate(
        song, event.candidate, _met(song["candidates"].get(event.candidate), fresh)
    )


def _met(known: Document | None, fresh: Document) -> Document:
    """A candidate that a run brings again: what a person did with it stays as it is."""
    if known is None:
        return fresh
    if known["decisions"]:
        return known
    return fresh | {key: known[key] for key in ("notes", "wanted_label", "presented")}


def _presented(song: Document, _: Recorded, event: CandidatesPresented) -> Document:
    for candidate in event.candidates:
        known = song["candidates"][candidate]
        song = _with_candidate(song, candidate, known | {"presented": known["presented"] + 1})
    return song


def _approved(song: Document, recorded: Recorded, event: CandidateApproved) -> Document:
    decision = {
        "status": APPROVED,
        "event_id": recorded.event_id,
        "position": recorded.position,
        "label": event.label,
        "display_label": event.display_label,
        "policy": event.policy,
    }
    stage_labels = song["labels"].get(event.stage, {}) | {event.label: event.candidate}
    song = song | {"labels": song["labels"] | {event.stage: stage_labels}}
    return _decided(song, event.candidate, decision)


def _rejected(song: Document, recorded: Recorded, event: CandidateRejected) -> Document:
    decision = {
        "status": REJECTED,
        "event_id": recorded.event_id,
        "position": recorded.position,
        "reason": event.reason,
    }
    return _decided(song, event.candidate, decision)


def _decided(song: Document, candidate: str, decision: dict[str, Any]) -> Document:
    known = song["candidates"][candidate]
    return _with_candidate(song, candidate, known | {"decisions": [*known["decisions"], decision]})


def _undone(song: Document, _: Recorded, event: DecisionUndone) -> Document:
    known = song["candidates"][event.candidate]
    kept = [decision for decision in known["decisions"] if decision["event_id"] != event.undoes]
    return _with_candidate(song, event.candidate, known | {"decisions": kept})


def _labelled(song: Document, _: Recorded, event: CandidateLabelled) -> Document:
    known = song["candidates"][event.candidate]
    return _with_candidate(song, event.candidate, known | {"wanted_label": event.label})


def _noted(song: Document, _: Recorded, event: CandidateNoted) -> Document:
    known = song["candidates"][event.candidate]
    return _with_candidate(song, event.candidate, known | {"notes": [*known["notes"], event.text]})


def _exported(song: Document, recorded: Recorded, event: ExportWritten) -> Document:
    written = {
        "candidate": event.candidate,
        "label": event.label,
        "sha256": event.sha256,
        "position": recorded.position,
    }
    return song | {"exports": song["exports"] | {event.path: written}}


def _assembled(song: Document, recorded: Recorded, event: ArrangementAssembled) -> Document:
    known = {
        "name": event.name,
        "plan": event.plan,
        "parts": event.parts,
        "length_ticks": event.length_ticks,
        "position": recorded.position,
        "event_id": recorded.event_id,
    }
    return song | {"arrangements": song["arrangements"] | {event.arrangement: known}}


def _composition_started(song: Document, recorded: Recorded, event: CompositionStarted) -> Document:
    begun = msgspec.to_builtins(event) | {"ranking": None, "position": recorded.position}
    return song | {"compositions": song["compositions"] | {event.composition: begun}}


def _composition_finished(song: Document, _: Recorded, event: CompositionFinished) -> Document:
    ended = song["compositions"][event.composition] | {
        "ranking": msgspec.to_builtins(event.ranking)
    }
    return song | {"compositions": song["compositions"] | {event.composition: ended}}


def _with_candidate(song: Document, candidate: str, known: Document) -> Document:
    return song | {"candidates": song["candidates"] | {candidate: known}}


APPLY: dict[str, Callable[[Document, Recorded, Any], Document]] = {
    "SongProposed": _proposed,
    "RunStarted": _run_started,
    "RunFinished": _run_finished,
    "PartImported": _imported,
    "CandidatesPresented": _presented,
    "CandidateApproved": _approved,
    "CandidateRejected": _rejected,
    "DecisionUndone": _undone,
    "CandidateLabelled": _labelled,
    "CandidateNoted": _noted,
    "ExportWritten": _exported,
    "ArrangementAssembled": _assembled,
    "CompositionStarted": _composition_started,
    "CompositionFinished": _composition_finished,
}


def status(candidate: Document) -> str:
    """``pending``, ``approved`` or ``rejected``: the last decision that holds."""
    return str(candidate["decisions"][-1]["status"]) if candidate["decisions"] else PENDING
