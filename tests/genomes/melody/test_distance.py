"""How different melodies are."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from genomes.melody import MELODY
from genomes.melody.genes import DYNAMICS, Phrase
from tests.genomes.melody.conftest import melody, phrase_of
from tests.genomes.melody.strategies import evolved, sung_contexts
from tests.strategies import law, rngs


@law
@given(sung_contexts(max_bars=6), rngs())
def test_nothing_to_itself_symmetric_and_within_0_and_1(context, rng):
    genomes = [evolved(context, rng) for _ in range(4)]
    apart = MELODY.distances(genomes, genomes)
    assert np.array_equal(apart, apart.T)
    assert np.all(np.diag(apart) == 0)
    assert np.all((apart >= 0) & (apart <= 1))
    assert MELODY.distances(genomes[:1], genomes[1:])[0] == pytest.approx(apart[0, 1:])
    assert genomes[0].distance(genomes[1]) == pytest.approx(apart[0, 1])


@law
@given(sung_contexts(max_bars=6), rngs())
def test_transposing_and_dynamics_are_nothing(context, rng):
    genome = evolved(context, rng)
    louder = replace(genome, dynamic=DYNAMICS[-1], register="high", leaning="free", home=4)
    assert genome.distance(louder) == 0
    if all(phrase.lift < 5 for phrase in genome.phrases):
        lifted = tuple(replace(phrase, lift=phrase.lift + 1) for phrase in genome.phrases)
        assert genome.distance(replace(genome, phrases=lifted)) == pytest.approx(0, abs=1e-6)


def test_a_little_is_less_than_a_lot():
    plain = melody([phrase_of("0+4:0 4+4:1 8+8:2")], [Phrase(0, 1)])
    nudged = melody([phrase_of("0+4:0 4+4:2 8+8:2")], [Phrase(0, 1)])
    turned = melody([phrase_of("0+4:0 4+4:-1 8+8:-2")], [Phrase(0, 1)])
    moved = melody([phrase_of("2+4:0 6+4:-1 10+6:-4")], [Phrase(0, 1)])
    assert 0 < plain.distance(nudged) < plain.distance(turned) < plain.distance(moved)


def test_a_pool_is_compared_quickly(verse):
    rng = np.random.default_rng(1)
    genomes = [MELODY.random(verse, rng)[0] for _ in range(50)]
    MELODY.distances(genomes, genomes)
    begin = time.perf_counter()
    for _ in range(5):
        MELODY.distances(genomes, genomes)
    assert (time.perf_counter() - begin) / 5 < 0.05
