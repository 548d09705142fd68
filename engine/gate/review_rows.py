"""The rows of a review file: turns a person's edits into events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from documents.findings import shown
from engine.errors import NotFound, Refused
from engine.gate.comparing import shown_beside, statement
from engine.gate.decisions import approval, labelling, noting, rejection, withdrawing
from engine.gate.waiting import Entry
from engine.ids import resolve, short
from engine.state.song_events import with_label
from engine.state.songs import (
    APPROVED,
    CANT_TELL,
    LEAST,
    LESS,
    MORE,
    PENDING,
    REJECTED,
    Song,
)
from engine.state.studio import Studio
from store import events

NOTHING_APPLIED = "nothing was applied"

STATUS_WORDS = {
    "approved": APPROVED,
    "accepted": APPROVED,
    "rejected": REJECTED,
    "pending": PENDING,
    "": PENDING,
    "none": PENDING,
}

COMPARED_WORDS = {word: word for word in ("", MORE, LESS, LEAST, CANT_TELL)} | {"none": ""}


@dataclass(frozen=True, slots=True)
class Review:
    """A review file as read.

    Attributes:
        song_id: id of its song.
        written_at: position of the song's last event when the file was written.
        rows: one mapping per candidate.
    """

    song_id: str
    written_at: int
    rows: list[Any]


@dataclass(frozen=True, slots=True)
class _Row:
    """The fields of a candidate that a person can edit; an empty text changes nothing."""

    status: str
    label: str
    note: str
    compared: str


def row_changes(studio: Studio, review: Review) -> Iterator[events.Payload]:
    """The events for a file's edits; a row that wasn't edited gives none.

    Raises:
        Refused: if an edit is invalid, or the candidate was decided otherwise in the meantime.
        NotFound: if a candidate is not in the studio.
    """
    song, before = studio.song(review.song_id), studio.song_at(review.song_id, review.written_at)
    seen: set[str] = set()
    for row in review.rows:
        entry = _entry(song, _identifier(song, row))
        if entry.id in seen:
            raise Refused(f"candidate {short(entry.id)} stands in the file twice", NOTHING_APPLIED)
        seen.add(entry.id)
        for event in _events_of(studio, entry, _merged(row, entry, before)):
            yield event
            song = _after(song, event)


def _entry(song: Song, identifier: str) -> Entry:
    return Entry(identifier, song, song.candidates[identifier])


def _identifier(song: Song, row: Any) -> str:
    """The candidate that a row is about."""
    if not isinstance(row, dict):
        raise Refused(f"candidate {shown(row)}: expected a mapping with an id", NOTHING_APPLIED)
    prefix = field_text(row, "id")
    if not prefix:
        raise NotFound("a candidate has no id", "write the file again: engine review --yaml")
    return resolve(prefix, song.candidates, "candidate", "see engine review")


def field_text(row: dict[str, Any], field: str) -> str:
    """The text of a field; empty if it is missing or null."""
    value = row.get(field)
    if isinstance(value, list | dict):
        raise Refused(f"{field}: {shown(value)}: expected a text", NOTHING_APPLIED)
    return "" if value is None else str(value).strip()


def _merged(row: dict[str, Any], entry: Entry, before: Song | None) -> _Row:
    """The row with the fields that weren't edited replaced by their current values."""
    edited = _Row(
        _status(entry, row),
        field_text(row, "label"),
        field_text(row, "notes"),
        _comparison(entry, row),
    )
    if before is None or entry.id not in before.candidates:
        return edited
    current, original = _row(entry), _row(_entry(before, entry.id))
    if edited.status != original.status and original.status != current.status != edited.status:
        raise Refused(
            f"candidate {short(entry.id)}: {current.status} since the file was written, "
            f"{edited.status} in the file",
            f"{NOTHING_APPLIED}; write it again: engine review --yaml",
        )
    return _Row(
        current.status if edited.status == original.status else edited.status,
        current.label if edited.label == original.label else edited.label,
        current.note if edited.note == original.note else edited.note,
        current.compared if edited.compared == original.compared else edited.compared,
    )


def _row(entry: Entry) -> _Row:
    notes = entry.state.notes
    note = notes[-1].strip() if notes else ""
    return _Row(entry.status, entry.label or "", note, compared(entry))


def compared(entry: Entry) -> str:
    """How a person compared a candidate with others last, such as ``more``; empty if never."""
    stated = [each for each in entry.song.preferences if each.candidate == entry.id]
    return stated[-1].preference if stated else ""


def _events_of(studio: Studio, entry: Entry, wanted: _Row) -> Iterator[events.Payload]:
    current = _row(entry)
    if wanted.note not in {"", current.note}:
        yield noting(entry, wanted.note)
    if wanted.compared not in {"", current.compared}:
        yield statement(entry, wanted.compared, shown_beside(studio, entry))
    is_new = wanted.status != current.status
    relabelled = wanted.label not in {"", current.label, _display_label(entry)}
    if relabelled and not (is_new and wanted.status == APPROVED):
        yield labelling(entry, wanted.label)
    if is_new and wanted.status == PENDING:
        yield from withdrawing(entry)
    elif is_new and wanted.status == APPROVED:
        yield approval(studio, entry, wanted.label or None)
    elif is_new:
        yield rejection(entry)


def _display_label(entry: Entry) -> str | None:
    approval = entry.state.approval
    return approval.display_label if approval else None


def _status(entry: Entry, row: dict[str, Any]) -> str:
    word = field_text(row, "status")
    status = STATUS_WORDS.get(word.casefold())
    if status is None:
        raise Refused(
            f"candidate {short(entry.id)}: status {shown(word)}: "
            "expected pending, approved or rejected",
            f"{NOTHING_APPLIED}; a name for the part goes under label",
        )
    return status


def _comparison(entry: Entry, row: dict[str, Any]) -> str:
    word = field_text(row, "compared").casefold().replace("'", "").replace("’", "")
    found = COMPARED_WORDS.get(word.replace(" ", "-"))
    if found is None:
        raise Refused(
            f"candidate {short(entry.id)}: compared {shown(field_text(row, 'compared'))}: "
            "expected more, less, least or cant-tell",
            NOTHING_APPLIED,
        )
    return found


def _after(song: Song, event: events.Payload) -> Song:
    """The song after an event, so that later rows see which labels are taken."""
    return with_label(song, event) if isinstance(event, events.CandidateApproved) else song
