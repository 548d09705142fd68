"""How to write bass lines down, and four bars of plain chords."""

from __future__ import annotations

import pytest

from genomes.bass import BassGenome
from genomes.bass.genome import Pluck
from genomes.context import Context
from tests.genomes.calls import render
from tests.genomes.contexts import over

PLAYED = {"register": 33, "gate": "legato", "dynamic": 72, "kick_lock": False}


def line(text: str, cells_per_bar: int = 16, **genes) -> BassGenome:
    """Bars of ``cell:tone`` between bar lines, such as ``"0:root 8:fifth+ | 0:root/4"``.

    ``+`` and ``-`` are octaves; ``/4`` is a length in cells.
    """
    bars = tuple(tuple(_pluck(word) for word in bar.split()) for bar in text.split("|"))
    return BassGenome(cells_per_bar, bars, **(PLAYED | genes))


def _pluck(word: str) -> Pluck:
    cell, _, tone = word.partition(":")
    tone, _, length = tone.partition("/")
    octave = tone.count("+") - tone.count("-")
    return Pluck(int(cell), tone.strip("+-"), octave, int(length or 0))


def notes_of(genome: BassGenome, context: Context) -> list[tuple[int, int, int]]:
    """Onset, duration and pitch of every note."""
    return [row[:3] for row in render(genome, context).notes.tolist()]


def pitches_of(genome: BassGenome, context: Context) -> list[int]:
    """What is played, in order."""
    return [pitch for _, _, pitch in notes_of(genome, context)]


@pytest.fixture
def plain() -> Context:
    """Four bars of 4/4 in C major."""
    return over("C Am F/A G")
