"""Sheets of lyrics as people write them: plain text, chords over words, ChordPro, LRC, subtitles.

``read_sheet`` reads every one of them into the same value: sections under their headers, lines with
what is sung, with the chords over it and the times before it. What isn't sung is left out and named
in ``LyricSheet.notes``.
"""

from documents.lyrics.reader import read_sheet, sheet_of, sheet_text
from documents.lyrics.values import LyricSheet, PlacedChord, PlacedTime, SheetLine, SheetSection

__all__ = [
    "LyricSheet",
    "PlacedChord",
    "PlacedTime",
    "SheetLine",
    "SheetSection",
    "read_sheet",
    "sheet_of",
    "sheet_text",
]
