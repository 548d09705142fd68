"""The ``review.yml`` that people know: written for them to edit, and taken in again whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from engine.errors import EngineError, NotFound, Refused
from engine.files import write_whole
from engine.gate.decisions import approval, labelling, noting, rejection, undoing_all
from engine.gate.waiting import Entry, entries
from engine.ids import resolve, short
from engine.proposals.wording import shown
from engine.proposals.yaml_files import load_file
from engine.state.songs import APPROVED, PENDING, REJECTED, song_stream
from engine.studio import Studio
from store import events
from store.records import NewEvent, Recorded

UNTOUCHED = "nothing was applied"

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
    """The file's text; its first line tells later whether the rest was edited."""
    document = review_document(song, stage)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return f"{_mark(text)}\n{text}"


def _mark(text: str) -> str:
    return f"# as written {hashlib.sha256(text.encode()).hexdigest()}"


def write_review(studio: Studio, song: dict[str, Any], stage: str, path: Path) -> Path | None:
    """Write the file; one with edits that were not taken in is set aside, and returned."""
    aside = None
    if _has_open_edits(studio, path):
        names = (path.with_name(f"{path.stem}.edited_{number}.yml") for number in count(1))
        aside = path.rename(next(name for name in names if not name.exists()))
    write_whole(path, review_text(song, stage).encode())
    return aside


def _has_open_edits(studio: Studio, path: Path) -> bool:
    if not path.is_file():
        return False
    first, _, rest = path.read_text("utf-8", errors="replace").partition("\n")
    if first == _mark(rest):
        return False
    try:
        song_id, rows = _read(studio, path)
        return any(True for _ in _changes(studio, song_id, rows))
    except EngineError:
        return True


def apply_review(studio: Studio, path: Path) -> list[Recorded]:
    """Take in an edited file: all of its changes, or none.

    Raises:
        Refused: if a status is no status word, or an edit makes no sense; nothing is appended.
        NotFound: if the song or a candidate is not in the studio.
    """
    song_id, rows = _read(studio, path)

    def changes() -> list[NewEvent]:
        made = _changes(studio, song_id, rows)
        return [NewEvent(event, actor=studio.actor) for event in made]

    return studio.decide(song_stream(song_id), changes)


def _read(studio: Studio, path: Path) -> tuple[str, list[Any]]:
    """The song that a file is about, and its rows."""
    try:
        document = load_file(path)
    except ValueError as error:
        raise Refused(f"{path.name}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("candidates"), list):
        raise Refused(f"{path.name} is not a review file: it has no list of candidates")
    song_id = str(studio.song(_text(document, "song"))["song_id"])
    return song_id, document["candidates"]


def _changes(studio: Studio, song_id: str, rows: list[Any]) -> Iterator[events.Payload]:
    song = studio.song(song_id)
    seen: set[str] = set()
    for row in rows:
        identifier = _identifier(song, row)
        if identifier in seen:
            raise Refused(f"candidate {short(identifier)} stands in the file twice", UNTOUCHED)
        seen.add(identifier)
        for event in _row_changes(
            studio, Entry(identifier, song, song["candidates"][identifier]), row
        ):
            yield event
            song = _after(song, identifier, event)


def _identifier(song: dict[str, Any], row: Any) -> str:
    """The candidate that a row is about."""
    if not isinstance(row, dict):
        raise Refused(f"candidate {shown(row)}: expected a mapping with an id", UNTOUCHED)
    prefix = _text(row, "id")
    if not prefix:
        raise NotFound("a candidate has no id", "write the file again: engine review --yaml")
    return resolve(prefix, song["candidates"], "candidate", "see engine review")


def _text(row: dict[str, Any], field: str) -> str:
    """What a row says in a field; empty if nothing."""
    value = row.get(field)
    if isinstance(value, list | dict):
        raise Refused(f"{field}: {shown(value)}: expected a text", UNTOUCHED)
    return "" if value is None else str(value).strip()


def _row_changes(studio: Studio, entry: Entry, row: dict[str, Any]) -> Iterator[events.Payload]:
    wanted, label, notes = _status(entry, row), _text(row, "label"), _text(row, "notes")
    known_notes = [text.strip() for text in entry.state["notes"]]
    if notes and notes not in known_notes[-1:]:
        yield noting(entry, notes)
    relabelled = label and label not in {entry.label, _display_label(entry)}
    if relabelled and not (wanted == APPROVED and entry.status != APPROVED):
        yield labelling(entry, label)
    if wanted == entry.status:
        return
    if wanted == PENDING:
        yield from undoing_all(entry)
    elif wanted == APPROVED:
        yield approval(studio, entry, label or None)
    else:
        yield rejection(entry)


def _display_label(entry: Entry) -> str | None:
    decisions = entry.state["decisions"]
    return decisions[-1].get("display_label") if decisions else None


def _status(entry: Entry, row: dict[str, Any]) -> str:
    word = _text(row, "status")
    status = STATUS_WORDS.get(word.casefold())
    if status is None:
        raise Refused(
            f"candidate {short(entry.id)}: status {shown(word)}: "
            "expected pending, approved or rejected",
            f"{UNTOUCHED}; a name for the part goes under label",
        )
    return status


def _after(song: dict[str, Any], candidate: str, event: events.Payload) -> dict[str, Any]:
    """The song as later rows must see it: labels given in this file are taken."""
    if not isinstance(event, events.CandidateApproved):
        return song
    labels = song["labels"].get(event.stage, {}) | {event.label: candidate}
    return song | {"labels": song["labels"] | {event.stage: labels}}
