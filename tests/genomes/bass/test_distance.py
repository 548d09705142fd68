"""How different lines are: in when they play, what they play, and how short."""

import numpy as np
import pytest

from genomes.bass.genome import GATES
from genomes.bass.similarity import GATE_SHARE, RHYTHM_SHARE, TONES_SHARE
from tests.genomes.bass.conftest import line
from tests.genomes.calls import distance
from tests.genomes.stages import pool


def plain_distance(first, second):
    """The shares, one cell at a time."""
    onsets, sounding = zip(*map(_cells, (first, second)), strict=True)
    rhythm = 1 - len(onsets[0] & onsets[1]) / len(onsets[0] | onsets[1])
    tones = np.mean([a != b for a, b in zip(*sounding, strict=True)])
    gates = abs(GATES[first.gate] - GATES[second.gate]) / (
        max(GATES.values()) - min(GATES.values())
    )
    return RHYTHM_SHARE * rhythm + TONES_SHARE * tones + GATE_SHARE * gates


def _cells(genome):
    plucks = {bar * genome.cells_per_bar + p.cell: p for bar, p in genome.plucks()}
    sounding, pluck, age = [], None, 0
    for cell in range(len(genome.bars) * genome.cells_per_bar):
        pluck, age = (plucks[cell], 0) if cell in plucks else (pluck, age + 1)
        stopped = pluck is None or (pluck.length and age >= pluck.length)
        sounding.append(None if stopped else (pluck.tone, pluck.octave))
    return set(plucks), sounding


def test_agrees_with_the_plain_writing():
    for made in pool("bass"):
        slow = plain_distance(made.genome, made.other)
        assert distance(made.genome, made.other) == pytest.approx(slow)


def test_more_change_is_more_distance():
    genome = line("0:root 8:root | 0:root 8:root")
    one, two = line("0:root 8:fifth | 0:root 8:root"), line("0:root 8:fifth | 0:root 8:fifth")
    other = line("2:fifth 6:third | 5:fifth 14:third", gate="staccato")
    assert 0 < distance(genome, one) < distance(genome, two) < distance(genome, other)
