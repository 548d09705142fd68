"""What pop songs do from one note of a melody to the next; ``tools.melody_model`` counts it.

Two things are judged: the interval to the next note, given the scale degree of this one and the
interval before it; and the time to the next onset with its metrical weight, given the weight of
this one. Counts are smoothed by ``SMOOTHING`` for each possible outcome (Lidstone).
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log2
from pathlib import Path

from fitness.theory.common import within
from fitness.theory.melody_line import MelodyLine, Note, weight_at
from genomes.context import Context
from genomes.grid import SIXTEENTH_TICKS
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter

MOVES_FILE = Path(__file__).parents[1] / "data" / "melody_moves.json"

# Intervals in semitones; wider ones count as the widest.
WIDEST, WIDEST_BEFORE = 12, 9
FIRST = "first"  # in the place of the interval before the first note
# Times from onset to onset in sixteenths; others count as the next longer one.
GAPS = (1, 2, 3, 4, 6, 8, 12, 16)
# Classes of metrical weight, from each limit up to the next: between the eighths, on the second
# half of a beat, on a beat, on a downbeat.
WEIGHT_LIMITS = (0.01, 0.25, 1.0)

# Table of counts -> number of its possible outcomes.
OUTCOMES = {
    "degrees": 2 * WIDEST + 1,
    "intervals": 2 * WIDEST_BEFORE + 1,
    "places": len(GAPS) * (len(WEIGHT_LIMITS) + 1),
}
SMOOTHING = 0.5

# Mean bits per note from which a melody is worth all, and how many fewer are worth a half. Half of
# the windows of eight bars of songs that weren't counted have -6.1 to -5.2 for moves and -2.7 to
# -2.1 for rhythm; our first genomes have -7.0 and -3.9 in the mean.
MOVES_FROM, MOVES_MARGIN = -5.7, 0.9
RHYTHM_FROM, RHYTHM_MARGIN = -2.7, 0.7
NOTHING = 0.5  # where no note follows another

Pair = tuple[str, str]  # condition and outcome
Table = Mapping[str, Mapping[str, float]]
UNSEEN = ""


@dataclass(frozen=True, slots=True)
class MelodyModel:
    """Log2 likelihood of each outcome after each condition; ``UNSEEN`` for what was never counted.

    Attributes:
        degrees: mode and semitones above the tonic -> interval to the next note.
        intervals: interval before -> interval to the next note.
        places: class of metrical weight -> gap to the next onset and its class.
    """

    degrees: Table
    intervals: Table
    places: Table

    @classmethod
    def of(cls, counts: Mapping[str, Table]) -> MelodyModel:
        """From counts by table, condition and outcome."""
        return cls(**{name: _bits(counts[name], size) for name, size in OUTCOMES.items()})

    def move_bits(self, notes: Sequence[Note], key: Key) -> float | None:
        """Mean bits of the intervals, of both tables together; None for fewer than two notes."""
        degrees, intervals = by_degree(notes, key), by_interval(notes)
        found = [
            _of(self.degrees, first) + _of(self.intervals, second)
            for first, second in zip(degrees, intervals, strict=True)
        ]
        return sum(found) / len(found) if found else None

    def rhythm_bits(self, notes: Sequence[Note], meter: Meter) -> float | None:
        """Mean bits of the onsets that follow another; None for fewer than two notes."""
        found = [_of(self.places, pair) for pair in by_place(notes, meter)]
        return sum(found) / len(found) if found else None


@cache
def shipped() -> MelodyModel:
    """The model of the counts that are shipped."""
    return MelodyModel.of(json.loads(MOVES_FILE.read_text(encoding="utf-8"))["counts"])


def _bits(table: Table, outcomes: int) -> dict[str, dict[str, float]]:
    found = {}
    for condition, row in (*table.items(), (UNSEEN, {})):
        whole = sum(row.values()) + SMOOTHING * outcomes
        bits = {outcome: log2((count + SMOOTHING) / whole) for outcome, count in row.items()}
        found[condition] = bits | {UNSEEN: log2(SMOOTHING / whole)}
    return found


def _of(table: Table, pair: Pair) -> float:
    row = table.get(pair[0], table[UNSEEN])
    return row.get(pair[1], row[UNSEEN])


def by_degree(notes: Sequence[Note], key: Key) -> Iterator[Pair]:
    """Mode and degree of each note but the last, with the interval to the next."""
    mode, tonic = "minor" if key.is_minor else "major", key.tonic_pitch_class
    for first, second in pairwise(notes):
        move = _clipped(second.pitch - first.pitch, WIDEST)
        yield f"{mode} {(first.pitch - tonic) % 12}", str(move)


def by_interval(notes: Sequence[Note]) -> Iterator[Pair]:
    """The interval before each note but the last, with the interval to the next."""
    before = FIRST
    for first, second in pairwise(notes):
        move = str(_clipped(second.pitch - first.pitch, WIDEST_BEFORE))
        yield before, move
        before = move


def by_place(notes: Sequence[Note], meter: Meter) -> Iterator[Pair]:
    """The class of each note's weight but the last, with the gap to the next and its class."""
    classes = [bisect_right(WEIGHT_LIMITS, weight_at(note.onset_ticks, meter)) for note in notes]
    for (first, second), (here, there) in zip(pairwise(notes), pairwise(classes), strict=True):
        sixteenths = round((second.onset_ticks - first.onset_ticks) / SIXTEENTH_TICKS)
        gap = GAPS[min(bisect_left(GAPS, sixteenths), len(GAPS) - 1)]
        yield str(here), f"{gap} {there}"


def _clipped(semitones: int, widest: int) -> int:
    return max(-widest, min(widest, semitones))


def moves(part: Part, context: Context) -> float:
    """Notes go on as they do in songs, given their degree and the interval before."""
    bits = shipped().move_bits(MelodyLine.of(part, context).notes, context.key)
    return _worth(bits, MOVES_FROM, MOVES_MARGIN)


def rhythm(part: Part, context: Context) -> float:
    """Onsets follow each other as they do in songs, given where in the bar they stand."""
    bits = shipped().rhythm_bits(MelodyLine.of(part, context).notes, context.meter)
    return _worth(bits, RHYTHM_FROM, RHYTHM_MARGIN)


def _worth(bits: float | None, enough: float, margin: float) -> float:
    return NOTHING if bits is None else within(bits, enough, 0.0, margin)
