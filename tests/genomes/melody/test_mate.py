"""A child sings whole phrases of its parents, each in its own place."""

import numpy as np
import pytest

from genomes.melody import MELODY
from genomes.melody.genes import Phrase
from tests.genomes.conftest import spread_contexts
from tests.genomes.melody.conftest import melody, phrase_of
from tests.genomes.melody.strategies import evolved, with_chords


@pytest.fixture(scope="module")
def families():
    """Parents and child, in 200 contexts."""
    rng = np.random.default_rng(12)
    made = []
    for plain in spread_contexts(200, rng):
        context = with_chords(plain, rng)
        first, second = evolved(context, rng, 2), evolved(context, rng, 2)
        made.append((first, second, MELODY.mate(first, second, context, rng), context))
    return made


def placed(genome):
    """Every phrase with its material, by its first bar."""
    found, bar = {}, 0
    for phrase, material in genome.pieces():
        found[bar] = (phrase.bars, phrase.lift, phrase.cadence, material)
        bar += phrase.bars
    return found


def test_whole_phrases_come_from_the_second_parent(families):
    """What isn't the first's, in its place, is the second's; only the first is ever cut."""
    taken = 0
    for first, second, child, context in families:
        assert child.bars == context.section.bars
        own, other = placed(first), placed(second)
        edges = {*own, *other, context.section.bars}
        for bar, piece in placed(child).items():
            assert bar in edges
            assert bar + piece[0] in edges
            taken += piece == other.get(bar) != own.get(bar)
    assert taken > 50


def test_the_manner_comes_from_one_parent(families):
    of_second = 0
    for first, second, child, _ in families:
        manners = [(g.home, g.register, g.leaning, g.dynamic) for g in (first, second, child)]
        assert manners[2] in manners[:2]
        of_second += manners[2] == manners[1] != manners[0]
    assert 50 < of_second < 150


def test_many_children_are_new(families):
    new = sum(child.phrases not in {a.phrases, b.phrases} for a, b, child, _ in families)
    assert new > len(families) / 4


def test_shared_material_stays_shared(verse):
    """A phrase taken back into the form it came from sings what its sisters sing."""
    first = melody([phrase_of("0+4:0"), phrase_of("4+4:0")], [Phrase(i % 2, 1) for i in range(8)])
    for seed in range(20):
        assert MELODY.mate(first, first, verse, np.random.default_rng(seed)) == first
