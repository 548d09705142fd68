"""A child takes whole bars from its parents, each in its own place."""

import numpy as np
from hypothesis import given

from genomes.bass import BASS
from tests.genomes.bass.conftest import line
from tests.genomes.bass.strategies import bass_contexts
from tests.strategies import law, rngs

PLAYED_AS = ("register", "gate", "dynamic", "kick_lock")


def played_as(genome):
    return tuple(getattr(genome, name) for name in PLAYED_AS)


@law
@given(context=bass_contexts(), rng=rngs())
def test_every_bar_is_a_whole_bar_of_a_parent_in_the_same_place(context, rng):
    first, second = (BASS.random(context, rng)[0] for _ in range(2))
    child = BASS.mate(first, second, context, rng)
    foreign = [index for index, bar in enumerate(child.bars) if bar != first.bars[index]]
    if child.bars[0] not in {first.bars[0], second.bars[0]}:
        # Both left the stretch that the child got from them empty.
        assert not any(child.bars[1:])
        return
    assert all(child.bars[index] == second.bars[index] for index in foreign)
    if foreign:
        stretch = range(foreign[0], foreign[-1] + 1)
        assert all(child.bars[index] == second.bars[index] for index in stretch)
    assert played_as(child) in {played_as(first), played_as(second)}
    assert len(child.render(context).notes) > 0


def test_all_of_either_parent_can_be_passed_on(plain):
    first = line("0:root | 0:root | 0:root | 0:root")
    second = line("0:fifth | 0:fifth | 0:fifth | 0:fifth", gate="short")
    children = [BASS.mate(first, second, plain, np.random.default_rng(s)) for s in range(200)]
    assert {first.bars, second.bars} < {child.bars for child in children}
    assert {child.gate for child in children} == {"legato", "short"}
    assert 0.2 < np.mean([child.gate == "short" for child in children]) < 0.8


def test_a_parent_mated_with_itself_is_itself(plain):
    genome = line("0:root | 8:fifth | | 0:bass")
    for seed in range(20):
        assert BASS.mate(genome, genome, plain, np.random.default_rng(seed)) == genome


def test_two_halves_of_rest_still_make_a_sound(plain):
    first, second = line(" | | 0:root | "), line("0:root | | | ")
    for seed in range(60):
        assert BASS.mate(first, second, plain, np.random.default_rng(seed)).plucks()
