"""A child takes whole bars from its parents, each in its own place."""

import numpy as np
import pytest

from genomes.chords import CHORDS
from genomes.chords.genome import Bar
from genomes.chords.harmony import Chord
from tests.genomes.chords.conftest import progression
from tests.genomes.conftest import spread_contexts


@pytest.fixture(scope="module")
def families():
    """Parents and child, in 400 contexts."""
    rng = np.random.default_rng(12)
    made = []
    for context in spread_contexts(400, rng):
        first, second = (CHORDS.random(context, rng)[0] for _ in range(2))
        made.append((first, second, CHORDS.mate(first, second, context, rng), context))
    return made


def test_every_bar_is_a_whole_bar_of_a_parent_in_the_same_place(families):
    for first, second, child, _ in families:
        assert len(child.bars) == len(first.bars)
        for index, bar in enumerate(child.bars):
            assert bar in {first.bars[index], second.bars[index]}


def test_the_second_parents_bars_are_one_stretch(families):
    for first, second, child, _ in families:
        foreign = [c != f for c, f in zip(child.bars, first.bars, strict=True)]
        own = [c != s for c, s in zip(child.bars, second.bars, strict=True)]
        places = [index for index, taken in enumerate(foreign) if taken]
        if places:
            assert not any(own[places[0] : places[-1] + 1])


def test_the_stretch_may_lie_anywhere(families):
    """At the start, in the middle, at the end."""
    edges = set()
    for first, _, child, _ in families:
        foreign = [c != f for c, f in zip(child.bars, first.bars, strict=True)]
        if 0 < sum(foreign) < len(foreign):
            edges.add((foreign[0], foreign[-1]))
    assert {(True, False), (False, True), (False, False)} <= edges


def test_register_and_dynamic_come_together_from_one_parent(families):
    of_second = 0
    for first, second, child, _ in families:
        pair = child.register, child.dynamic
        assert pair in {(first.register, first.dynamic), (second.register, second.dynamic)}
        of_second += pair == (second.register, second.dynamic) != (first.register, first.dynamic)
    assert 100 < of_second < 300


def test_children_are_playable_and_many_are_new(families):
    new = 0
    for first, second, child, context in families:
        assert child.render(context).length_ticks == context.length_ticks
        new += child.bars not in {first.bars, second.bars}
    assert new > len(families) / 4


def test_parents_are_left_as_they_were(c_major):
    first, second = progression("I V vi IV"), progression("ii V I -")
    payloads = first.to_payload(), second.to_payload()
    CHORDS.mate(first, second, c_major, np.random.default_rng(0))
    assert (first.to_payload(), second.to_payload()) == payloads


def test_a_parent_mated_with_itself_is_itself(c_major):
    genome = progression("I V vi IV")
    for seed in range(20):
        assert CHORDS.mate(genome, genome, c_major, np.random.default_rng(seed)) == genome


def test_all_of_either_parent_can_be_passed_on(c_major):
    first, second = progression("I V vi IV"), progression("ii V I iii")
    children = {
        CHORDS.mate(first, second, c_major, np.random.default_rng(seed)).bars for seed in range(200)
    }
    assert {first.bars, second.bars} < children
    assert all(isinstance(bar, Bar) for bars in children for bar in bars)
    assert {bars[0].changes[0].chord for bars in children} == {Chord("I"), Chord("ii")}
