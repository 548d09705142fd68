"""``--lyrics``: a sheet of words as every command takes it, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.output import say_note

if TYPE_CHECKING:
    from engine.proposals.lyrics import LyricSheet


def read_words(path: Path | None) -> LyricSheet | None:
    """The sheet in a file; None without a file."""
    from engine.proposals.lyrics import read_lyrics

    return None if path is None else read_lyrics(path)


def say_of_words(path: Path | None, sheet: LyricSheet | None, sections: Sequence[str]) -> None:
    """Print on stderr what of a sheet is left out, and which headers fit no section of a song."""
    from engine.proposals.lyrics import notes_on, unmatched_headers

    if path is None or sheet is None:
        return
    for note in (*notes_on(sheet), *unmatched_headers(sheet, sections)):
        say_note(f"{path.name}: {note}")
