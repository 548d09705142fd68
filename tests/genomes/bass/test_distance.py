"""How different lines are: in when they play, what they play, and how short."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genomes.bass import BASS
from genomes.bass.genes import DYNAMICS, GATES, LEVELS, REGISTERS
from genomes.bass.similarity import GATE_SHARE, RHYTHM_SHARE, TONES_SHARE
from tests.genomes.bass.conftest import line
from tests.genomes.bass.strategies import bass_contexts, bass_genomes, song
from tests.strategies import law


@st.composite
def families(draw, size=2):
    context = draw(bass_contexts(max_bars=4))
    return [draw(bass_genomes(context, max_steps=3)) for _ in range(size)]


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


@settings(law, max_examples=60)
@given(families())
def test_agrees_with_the_plain_writing_and_is_symmetric(family):
    first, second = family
    assert first.distance(second) == pytest.approx(plain_distance(first, second))
    assert first.distance(second) == pytest.approx(second.distance(first))
    assert first.distance(first) == 0
    assert 0 <= first.distance(second) <= 1


@settings(law, max_examples=20)
@given(families(size=4))
def test_the_matrix_holds_the_pairwise_distances(genomes):
    matrix = BASS.distances(genomes[:3], genomes)
    assert matrix.shape == (3, 4)
    assert matrix.tolist() == [[row.distance(column) for column in genomes] for row in genomes[:3]]


@settings(law, max_examples=20)
@given(
    families(size=1),
    st.sampled_from(REGISTERS),
    st.sampled_from(DYNAMICS),
    st.sampled_from([*LEVELS]),
)
def test_register_and_loudness_are_no_distance(family, register, dynamic, level):
    (genome,) = family
    bars = tuple(tuple(replace(pluck, level=level) for pluck in bar) for bar in genome.bars)
    assert genome.distance(replace(genome, bars=bars, register=register, dynamic=dynamic)) == 0


def test_more_change_is_more_distance():
    genome = line("0:root 8:root | 0:root 8:root")
    one, two = line("0:root 8:fifth | 0:root 8:root"), line("0:root 8:fifth | 0:root 8:fifth")
    other = line("2:fifth 6:third | 5:fifth 14:third", gate="staccato")
    assert 0 < genome.distance(one) < genome.distance(two) < genome.distance(other)


def test_a_pool_is_compared_quickly_and_differs():
    context = song()
    rng = np.random.default_rng(0)
    pool = [BASS.random(context, rng)[0] for _ in range(50)]
    BASS.distances(pool, pool)
    start = time.perf_counter()
    matrix = BASS.distances(pool, pool)
    assert time.perf_counter() - start < 0.05  # a bound for any machine: it takes about 2 ms
    pairs = matrix[np.triu_indices(50, 1)]
    assert pairs.std() > 0.05
    assert (pairs > 0).mean() > 0.97
