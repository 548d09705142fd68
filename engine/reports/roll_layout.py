"""Where the notes and names of a piano roll go, whatever draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.reports.glance import CYMBALS, KICKS
from genomes import Part

# An accent for each colour, dark enough to read on white: a contrast of 4.5 to 1 at least, which
# the Web Content Accessibility Guidelines 2.2 ask of text (1.4.3).
INKS = {
    "Black": "#222222",
    "Red": "#c0392b",
    "Orange": "#b8560f",
    "Yellow": "#7d6200",
    "Green": "#27744a",
    "Blue": "#2b5d9c",
    "Indigo": "#3f3a8c",
    "Violet": "#7d3c98",
    "White": "#5f656d",
}

# Opacity of the softest note; that of the loudest is 1. With it, every ink has a contrast of 3 to
# 1, which the same guidelines ask of what is drawn (1.4.11).
SOFTEST_OPACITY = 0.75


# Characters kept at the start and at the end of a long title.
TITLE_CHARS = (40, 30)


@dataclass(frozen=True, slots=True)
class Label:
    """A text over or under a roll.

    Attributes:
        x: where it begins, on the axis.
        text: one line.
    """

    x: float
    text: str


def shortened(title: str) -> str:
    """A title without the middle of a long one."""
    head, tail = TITLE_CHARS
    return title if len(title) <= head + tail else f"{title[:head]}…{title[-tail:]}"


def sung_labels(part: Part, bar_ticks: int) -> list[Label]:
    """What is sung, with a hyphen where its word goes on."""
    return [
        Label(1 + onset / bar_ticks, text.rstrip() if text.endswith(" ") else f"{text}-")
        for onset, text in part.lyrics
    ]


def drum_places(part: Part) -> dict[int, int]:
    """A line for each drum that is struck: kicks below, cymbals above, by pitch otherwise."""
    notes = set(part.notes["pitch"].tolist())
    ordered = sorted(notes, key=lambda note: (note in CYMBALS, note not in KICKS, note))
    return {note: place for place, note in enumerate(ordered)}


def named_pitches(pitches: Iterable[int], gap: float) -> list[int]:
    """The pitches that are named on an axis: every C, then all others that have room.

    Args:
        pitches: those that sound.
        gap: least distance between two names, in semitones.
    """
    sounding = sorted(set(pitches))
    every_c = range(-(-sounding[0] // 12) * 12, sounding[-1] + 1, 12)
    shown: list[int] = []
    for pitch in (*every_c, sounding[0], sounding[-1], *sounding):
        if all(abs(pitch - other) >= gap for other in shown):
            shown.append(pitch)
    return sorted(shown)


def label_rows(extents: Sequence[tuple[float, float]]) -> list[int]:
    """The row of each label, from 0: the first in which it touches no other.

    Args:
        extents: where each begins and ends, by their beginnings.
    """
    ends: list[float] = []
    rows = []
    for start, end in extents:
        row = next((row for row, last in enumerate(ends) if last <= start), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        rows.append(row)
    return rows
