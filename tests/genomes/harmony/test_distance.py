"""How different supporting parts are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from genomes.harmony import HARMONY
from genomes.harmony.genes import Bar, Layer
from genomes.harmony.similarity import MOTION_SHARE, RHYTHM_SHARE, TEXTURE_SHARE
from genomes.harmony.tables import DYNAMICS, TEXTURES
from tests.genomes.harmony.songs import evolved, harmony_contexts, song
from tests.strategies import law, rngs


@law
@given(harmony_contexts(max_bars=4), rngs())
def test_nothing_to_itself_symmetric_within_0_and_1_and_as_pairs(context, rng):
    genomes = [evolved(context, rng, steps) for steps in (0, 1, 4)]
    matrix = HARMONY.distances(genomes, genomes)
    assert (np.diag(matrix) == 0).all()
    assert (matrix == matrix.T).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()
    assert matrix[:2].tolist() == [[row.distance(each) for each in genomes] for row in genomes[:2]]


def shifted(genome, semitones):
    """The genome higher or lower, or None where a range is in the way."""
    try:
        bars = tuple(
            Bar(
                tuple(
                    Layer(
                        layer.texture,
                        tuple(replace(tone, pitch=tone.pitch + semitones) for tone in layer.tones),
                    )
                    for layer in bar.layers
                )
            )
            for bar in genome.bars
        )
    except ValueError:
        return None
    return replace(genome, bars=bars)


def test_transposing_and_dynamic_are_no_distance():
    rng = np.random.default_rng(1)
    moved = 0
    for seed in range(60):
        genome = evolved(song(seed=seed), rng, 2)
        for dynamic in DYNAMICS:
            assert genome.distance(replace(genome, dynamic=dynamic)) == 0
        other = shifted(genome, 2)
        if other is not None:
            assert genome.distance(other) == 0
            moved += 1
    assert moved > 30


def test_the_shares_are_a_whole():
    assert pytest.approx(1) == RHYTHM_SHARE + TEXTURE_SHARE + MOTION_SHARE


def test_a_bar_less_is_nearer_than_another_part():
    rng = np.random.default_rng(2)
    nearer = []
    for seed in range(60):
        context = song(seed=seed)
        first, second = (HARMONY.random(context, rng)[0] for _ in range(2))
        mutant, _ = HARMONY.mutate(first, context, rng)
        nearer.append(first.distance(mutant) < first.distance(second))
    assert np.mean(nearer) > 0.9


def test_distances_vary_within_a_pool():
    rng = np.random.default_rng(3)
    genomes = [HARMONY.random(song(), rng)[0] for _ in range(40)]
    distances = HARMONY.distances(genomes, genomes)[np.triu_indices(40, 1)]
    assert distances.std() > 0.05
    assert (distances > 0).mean() > 0.97


def test_another_texture_in_the_same_rhythm_is_a_distance():
    context = song()
    rng = np.random.default_rng(4)
    genome = next(
        made
        for made, _ in (HARMONY.random(context, rng) for _ in range(200))
        if {name for bar in made.bars for name in bar.textures} == {"echo"}
    )
    bars = tuple(
        Bar(tuple(Layer("line", layer.tones) for layer in bar.layers)) for bar in genome.bars
    )
    assert set(TEXTURES) > {"line", "echo"}
    assert genome.distance(replace(genome, bars=bars)) == pytest.approx(TEXTURE_SHARE)
