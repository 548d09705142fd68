"""A child takes whole bars from its parents, each in its own place."""

import json

import numpy as np
import pytest

from tests.genomes.calls import payload_of, render
from tests.genomes.stages import STAGES, every_stage, pool

# The parents' opening bar is changed where nothing else would sound: the bars that are silent.
SILENT = {"bass": lambda bar: not bar, "drums": lambda bar: not bar.pattern.lines}
OF_BARS = [name for name in STAGES if name != "melody"]  # a melody is made of phrases


def families(name):
    """Parents, child and context."""
    stage, rng = STAGES[name], np.random.default_rng(12)
    for made in pool(name) * 2:
        first, second = made.genome, made.other
        yield first, second, stage.genomes.mate(first, second, made.context, rng), made.context


@pytest.mark.parametrize("name", OF_BARS)
def test_the_second_parents_bars_are_one_stretch_and_all_others_the_firsts(name):
    """Anywhere: at the start, in the middle, at the end."""
    edges, new = set(), 0
    for first, second, child, _ in families(name):
        assert len(child.bars) == len(first.bars)
        if child.bars[0] not in {first.bars[0], second.bars[0]}:
            assert all(map(SILENT[name], child.bars[1:]))
            continue
        foreign = [c != f for c, f in zip(child.bars, first.bars, strict=True)]
        places = [index for index, taken in enumerate(foreign) if taken]
        if places:
            stretch = slice(places[0], places[-1] + 1)
            assert child.bars[stretch] == second.bars[stretch]
        if 0 < len(places) < len(foreign):
            edges.add((foreign[0], foreign[-1]))
        new += child.bars not in {first.bars, second.bars}
    assert {(True, False), (False, True), (False, False)} <= edges
    assert new > 2 * len(pool(name)) / 4


@every_stage
def test_how_it_is_played_comes_from_one_parent(name):
    of_second = []
    for first, second, child, _ in families(name):
        manners = [
            tuple(getattr(genome, gene) for gene in STAGES[name].manner)
            for genome in (first, second, child)
        ]
        assert manners[2] in manners[:2]
        if manners[0] != manners[1]:
            of_second.append(manners[2] == manners[1])
    assert 0.3 < np.mean(of_second) < 0.7


@every_stage
def test_children_are_playable_and_parents_left_as_they_were(name):
    for _, _, child, context in families(name):
        assert len(render(child, context).notes)
        assert STAGES[name].genomes.from_payload(payload_of(child)) == child
    for made in pool(name)[:40]:
        before = json.dumps([payload_of(made.genome), payload_of(made.other)])
        STAGES[name].genomes.mate(made.genome, made.other, made.context, np.random.default_rng(0))
        assert json.dumps([payload_of(made.genome), payload_of(made.other)]) == before


@every_stage
def test_a_parent_mated_with_itself_is_itself(name):
    for seed, made in enumerate(pool(name)):
        rng = np.random.default_rng(seed)
        assert STAGES[name].genomes.mate(made.other, made.other, made.context, rng) == made.other


@every_stage
def test_all_of_either_parent_can_be_passed_on(name):
    made = next(m for m in pool(name) if m.context.section.bars == 4 and m.genome != m.other)
    children = [
        STAGES[name].genomes.mate(
            made.genome, made.other, made.context, np.random.default_rng(seed)
        )
        for seed in range(120)
    ]
    assert made.genome in children
    assert made.other in children
