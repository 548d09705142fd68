"""The ``review.yml`` that people know: written for them to edit, and taken in again whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from engine.errors import NotFound, Refused
from engine.gate.decisions import approval, labelling, rejection, undoing
from engine.gate.waiting import Entry, entries
from engine.ids import resolve, short
from engine.proposals.yaml_files import load_file
from engine.state.songs import APPROVED, PENDING, REJECTED, song_stream
from engine.studio import Studio
from store import events
from store.records import NewEvent, Recorded

STATUS_WORDS = {
    "approved": APPROVED,
    "accepted": APPROVED,
    "rejected": REJECTED,
    "pending": PENDING,
    "": PENDING,
    "none": PENDING,
}


def review_document(song: dict[str, Any], stage: str) -> dict[str, Any]:
    """What the file holds: the song, and every candidate with its status, label and notes."""
    shown = [entry for entry in entries([song]) if entry.state["stage"] == stage]
    return {
        "song": song["song_id"],
        "title": song["title"],
        "pipeline": stage,
        "key": song["key"],
        "bpm": song["tempo_bpm"],
        "time_sig": song["meter"],
        "color": song["colour"],
        "candidates": [_candidate(entry) for entry in shown],
    }


def _candidate(entry: Entry) -> dict[str, Any]:
    description = entry.state["description"]
    chords = [name for bar in description.get("chords", []) for name in bar]
    terms = {name: round(value, 4) for name, value in entry.state["terms"].items()}
    return {
        "id": entry.id,
        "run": entry.state["run"],
        "rank": entry.state["rank"],
        "section": entry.state["section"]["label"],
        "scores": {"total": round(entry.state["total"], 4), **terms},
        "progression": " - ".join(chords),
        "label": entry.label,
        "status": entry.status,
        "notes": entry.state["notes"][-1] if entry.state["notes"] else "",
    }


def review_text(song: dict[str, Any], stage: str) -> str:
    """The file's text."""
    document = review_document(song, stage)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def apply_review(studio: Studio, path: Path) -> list[Recorded]:
    """Take in an edited file: all of its changes, or none.

    Raises:
        Refused: if a status is no status word, or an edit makes no sense; nothing is appended.
        NotFound: if the song or a candidate is not in the studio.
    """
    document = load_file(path)
    if not isinstance(document, dict) or not isinstance(document.get("candidates"), list):
        raise Refused(f"{path.name} is not a review file: it has no list of candidates")
    song_id = str(studio.song(str(document.get("song", "")))["song_id"])

    def changes() -> list[NewEvent]:
        made = _changes(studio, song_id, document["candidates"])
        return [NewEvent(event, actor=studio.actor) for event in made]

    return studio.decide(song_stream(song_id), changes)


def _changes(studio: Studio, song_id: str, rows: list[Any]) -> Iterator[events.Payload]:
    song = studio.song(song_id)
    for row in rows:
        if not isinstance(row, dict):
            raise Refused(f"candidate {row!r}: expected a mapping with an id")
        prefix = str(row.get("id") or "")
        if not prefix:
            raise NotFound("a candidate has no id", "write the file again: engine review --yaml")
        identifier = resolve(prefix, song["candidates"], "candidate", "see engine review")
        for event in _row_changes(
            studio, Entry(identifier, song, song["candidates"][identifier]), row
        ):
            yield event
            song = _after(song, identifier, event)


def _row_changes(studio: Studio, entry: Entry, row: dict[str, Any]) -> Iterator[events.Payload]:
    wanted, label = _status(entry, row.get("status")), row.get("label")
    notes = str(row.get("notes") or "")
    known_notes = entry.state["notes"]
    if notes.strip() and notes not in known_notes[-1:]:
        yield events.CandidateNoted(candidate=entry.id, text=notes)
    relabelled = label is not None and str(label) not in {entry.label, _display_label(entry)}
    if relabelled and not (wanted == APPROVED and entry.status != APPROVED):
        yield labelling(entry, str(label))
    if wanted == entry.status:
        return
    if wanted == PENDING:
        yield undoing(entry)
    elif wanted == APPROVED:
        yield approval(studio, entry, None if label is None else str(label))
    else:
        yield rejection(entry)


def _display_label(entry: Entry) -> str | None:
    decisions = entry.state["decisions"]
    return decisions[-1].get("display_label") if decisions else None


def _status(entry: Entry, word: Any) -> str:
    status = STATUS_WORDS.get(str(word if word is not None else "").strip().casefold())
    if status is None:
        raise Refused(
            f"candidate {short(entry.id)}: status {word!r}: expected pending, approved or rejected",
            "nothing was applied; a name for the part goes under label",
        )
    return status


def _after(song: dict[str, Any], candidate: str, event: events.Payload) -> dict[str, Any]:
    """The song as later rows must see it: labels given in this file are taken."""
    if not isinstance(event, events.CandidateApproved):
        return song
    labels = song["labels"].get(event.stage, {}) | {event.label: candidate}
    return song | {"labels": song["labels"] | {event.stage: labels}}
