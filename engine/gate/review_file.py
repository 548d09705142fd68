"""``review.yml``: written for people to edit, then applied as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from documents.yaml_files import load_file
from engine.errors import EngineError, Refused
from engine.gate.review_rows import Review, compared, field_text, row_changes
from engine.gate.waiting import Entry, entries
from engine.reports.description import in_lines
from engine.reports.readings import most_likely
from engine.stages import STAGES
from engine.state.files import is_as_written, marked, set_aside, write_whole
from engine.state.songs import Candidate, Song, song_stream
from engine.state.studio import Studio
from store.events import Heard
from store.records import NewEvent, Recorded


def review_document(song: Song) -> dict[str, Any]:
    """The file's contents: the song, and every candidate with its status, label and notes."""
    stages = list(STAGES)
    shown = sorted(entries([song]), key=lambda entry: stages.index(entry.state.stage))
    return {
        "song": song.song_id,
        "title": song.title,
        "key": song.key,
        "bpm": song.tempo_bpm,
        "time_sig": song.meter,
        "color": song.colour,
        "log_position": song.touched,
        "candidates": [_candidate(entry) for entry in shown],
    }


def _candidate(entry: Entry) -> dict[str, Any]:
    description = entry.state.description
    return {
        "id": entry.id,
        "run": entry.state.run,
        "rank": entry.state.rank,
        "pipeline": entry.state.stage,
        "section": entry.state.section.label,
        "parents": list(entry.state.parents),
        "scores": _scores(entry.state),
        "heard": _heard(entry.state.heard),
        "music": in_lines(description),
        "label": entry.label,
        "status": entry.status,
        "notes": entry.state.notes[-1] if entry.state.notes else "",
        "compared": compared(entry),
    }


def _scores(state: Candidate) -> dict[str, float]:
    """Total and terms, rounded to 4 digits; empty for an imported part."""
    total = {} if state.total is None else {"total": state.total}
    return {name: round(value, 4) for name, value in (total | state.terms).items()}


def _heard(heard: Heard | None) -> dict[str, Any] | None:
    return None if heard is None else most_likely(heard) | {"passes": heard.passes}


def review_text(song: Song) -> str:
    """The file's text; its first line holds a hash that shows later whether it was edited."""
    document = review_document(song)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return marked(text)


def write_review(studio: Studio, song: Song, path: Path) -> Path | None:
    """Write the file. An old one with unapplied edits is renamed; returns its new path."""
    aside = set_aside(path) if _has_open_edits(studio, path) else None
    write_whole(path, review_text(song).encode())
    return aside


def _has_open_edits(studio: Studio, path: Path) -> bool:
    if not path.is_file():
        return False
    if is_as_written(path.read_text("utf-8", errors="replace")):
        return False
    try:
        review = _read(studio, path)
        return any(True for _ in row_changes(studio, review))
    except EngineError:
        return True


def apply_review(studio: Studio, path: Path) -> list[Recorded]:
    """Apply the edits of a file: all of them, or none.

    Raises:
        Refused: if a status or another edit is invalid; then nothing is appended.
        NotFound: if the song or a candidate is not in the studio.
    """
    review = _read(studio, path)

    def changes() -> list[NewEvent]:
        return [NewEvent(event, actor=studio.actor) for event in row_changes(studio, review)]

    return studio.decide(song_stream(review.song_id), changes)


def read_candidates(path: Path) -> dict[str, Any]:
    """A file with a list of candidates, as plain values.

    Raises:
        Refused: if it is no such file.
    """
    try:
        document = load_file(path)
    except ValueError as error:
        raise Refused(f"{path.name}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("candidates"), list):
        raise Refused(f"{path.name} is not a review file: it has no list of candidates")
    return document


def _read(studio: Studio, path: Path) -> Review:
    """Read a review file."""
    document = read_candidates(path)
    song = studio.song(field_text(document, "song"))
    position = document.get("log_position")
    written_at = position if type(position) is int else song.touched
    return Review(song.song_id, written_at, document["candidates"])
