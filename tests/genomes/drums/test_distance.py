"""How different drum parts are, against a slow and plain second writing of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.drums import DRUMS
from genomes.drums.dynamics import DYNAMICS, SHAPES
from genomes.drums.similarity import FEEL_SHARE, RHYTHM_SHARE, STROKES_SHARE, VOICES_SHARE
from genomes.drums.voices import VOICES
from genomes.grid import cells, in_quarters
from tests.genomes.drums.conftest import PLAIN, context_of, drum_contexts, evolved, groove
from tests.strategies import law, rngs


@st.composite
def families(draw, size=2):
    """Some genomes of one context, which may be relatives."""
    context, rng = draw(drum_contexts()), draw(rngs())
    genomes = [evolved(context, rng, 2) for _ in range(size)]
    if draw(st.booleans()):
        genomes[-1] = DRUMS.mutate(genomes[0], context, rng)[0]
    return genomes


def plain_distance(first, second):
    bars = [[_bar(genome, i) for i in range(len(genome.bars))] for genome in (first, second)]
    strokes = np.mean([_jaccard(a, b) for a, b in zip(*bars, strict=True)])
    rhythm = np.mean(
        [_jaccard({s[0] for s in a}, {s[0] for s in b}) for a, b in zip(*bars, strict=True)]
    )
    voices = [
        {v for i in range(len(genome.bars)) for v in genome.played(i).voices}
        for genome in (first, second)
    ]
    swings = in_quarters(first.meter)
    feel = swings * abs(first.swing_percent - second.swing_percent) / 100
    return (
        STROKES_SHARE * strokes
        + RHYTHM_SHARE * rhythm
        + VOICES_SHARE * _jaccard(*voices)
        + FEEL_SHARE * feel
    )


def _bar(genome, index):
    """Where, before any swing, which role is struck."""
    played = genome.played(index)
    onsets = [cell.onset_ticks for cell in cells(genome.meter, played.division)]
    return {
        (onsets[cell], VOICES[voice].role)
        for voice, line in played.lines
        for cell, letter in enumerate(line)
        if letter != "."
    }


def _jaccard(first, second):
    return 1 - len(first & second) / len(first | second) if first | second else 0.0


@law
@given(families())
def test_agrees_with_the_plain_writing(family):
    assert family[0].distance(family[1]) == pytest.approx(plain_distance(*family))


def test_the_shares_are_a_whole():
    assert pytest.approx(1) == STROKES_SHARE + RHYTHM_SHARE + VOICES_SHARE + FEEL_SHARE


@law
@given(families(size=4))
def test_symmetric_and_the_matrix_holds_the_pairs(family):
    matrix = DRUMS.distances(family[:3], family)
    assert matrix.shape == (3, 4)
    assert matrix == pytest.approx(DRUMS.distances(family, family[:3]).T)
    assert (np.diag(matrix) == 0).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()


@law
@given(families(size=1), st.sampled_from(DYNAMICS), st.sampled_from(tuple(SHAPES)))
def test_loudness_is_no_distance(family, dynamic, shape):
    (genome,) = family
    assert genome.distance(replace(genome, dynamic=dynamic, shape=shape)) == 0


def test_levels_are_no_distance():
    softer = {voice: line.replace("X", "g") for voice, line in PLAIN.items()}
    assert groove(PLAIN).distance(groove(softer)) == 0


def test_another_stroke_is_nearer_than_another_groove():
    other_kick = {**PLAIN, "kick": "X.....x.x......."}
    half_time = {"kick": "X...............", "rim": "........X......."}
    genome = groove(PLAIN)
    assert 0 < genome.distance(groove(other_kick)) < genome.distance(groove(half_time)) < 1


def test_distances_vary_within_a_pool():
    rng = np.random.default_rng(13)
    context = context_of(bars=8)
    genomes = [DRUMS.random(context, rng)[0] for _ in range(40)]
    distances = DRUMS.distances(genomes, genomes)[np.triu_indices(40, 1)]
    assert distances.std() > 0.05
    assert (distances > 0).mean() > 0.98
