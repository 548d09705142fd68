"""``--lyrics``: a sheet of words as every command takes it, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.output import say_note

if TYPE_CHECKING:
    from engine.proposals.lyrics import LyricSheet


def read_words(path: Path | None) -> LyricSheet | None:
    """The sheet in a file, after its notes were printed; None without a file."""
    from engine.proposals.lyrics import notes_on, read_lyrics

    if path is None:
        return None
    sheet = read_lyrics(path)
    for note in notes_on(sheet):
        say_note(f"{path.name}: {note}")
    return sheet


def say_unmatched(sheet: LyricSheet | None, section_labels: Sequence[str]) -> None:
    """Print which headers fit no section of a song, each with the nearest section."""
    from engine.proposals.lyrics import unmatched_headers

    if sheet is not None and section_labels:
        for note in unmatched_headers(sheet, section_labels):
            say_note(note)
