"""Chords as they are written over words: their names, and which lines hold nothing else."""

from __future__ import annotations

import re

MAX_NAME = 16  # characters
MAX_ROW = 200  # characters that chords over one line take

_CHORD = re.compile(
    r"[A-H][#♯b♭]?"
    r"(?:maj|min|mi|ma|m|M|-|dim|aug|\+|°|º|o(?=7)|ø|Ø|Δ)?"
    r"\d{0,2}(?:(?:maj|M|Δ)\d{1,2})?(?:sus[24]{0,2})?"
    r"(?:(?:add|no|omit|alt|[#♯b♭+-])\d{1,2}|alt)*"
    r"(?:\((?:[#♯b♭+-]|add|no|omit|maj|M|,|/|\d){1,12}\))?"
    r"(?:/(?:[A-H][#♯b♭]?|\d{1,2}))?\*{0,2}"
)
_NO_CHORD = re.compile(r"N\.?C\.?|NC", re.IGNORECASE)
# What stands between chords: bar lines, repeats, beats, and how often.
_BETWEEN = re.compile(r"[|:%/\\.,–—~-]{1,4}|[x×]\d{1,2}|\d{1,2}[x×]|\(\s*[x×]?\d{1,2}[x×]?\s*\)")
_TOKEN = re.compile(r"\S+")


def is_chord(text: str) -> bool:
    """Whether a text names a chord, such as ``C#m7/G#``."""
    return len(text) <= MAX_NAME and _CHORD.fullmatch(text) is not None


def chord_row(row: str) -> list[tuple[int, str]] | None:
    """The chords of a line that holds nothing else, each with its column; else None.

    They may stand in brackets, between bar lines, and with ``x2`` behind them.
    """
    if len(row.strip()) > MAX_ROW:
        return None
    found: list[tuple[int, str]] = []
    is_row = False
    for token in _TOKEN.finditer(row):
        for start, name in _names(token):
            bare = name.strip("[](){}|:")
            if is_chord(bare):
                found.append((start + name.index(bare), bare))
            elif _NO_CHORD.fullmatch(bare):
                is_row = True
            elif bare and not _BETWEEN.fullmatch(name) and not _BETWEEN.fullmatch(bare):
                return None
    return found if found or is_row else None


def _names(token: re.Match[str]) -> list[tuple[int, str]]:
    """What stands between bar lines and brackets of a token, with its column."""
    text, start = token.group(), token.start()
    if is_chord(text.strip("[]|:")):
        return [(start, text)]
    return [(start + each.start(), each.group()) for each in _PIECE.finditer(text)]


# Chords that follow each other without a space: "|Am|F|", "[Am][F]", "Am-F".
_PIECE = re.compile(r"[^\s|\[\]–—-]+")
