"""How different two genomes are: what holds for every stage."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.genomes.calls import distance
from tests.genomes.contexts import context_of
from tests.genomes.stages import STAGES, contexts_for, every_stage, genomes_in_context, pool
from tests.strategies import rngs


@every_stage
@given(data=st.data())
def test_nothing_to_itself_symmetric_within_0_and_1_and_as_pairs(name, data):
    stage = STAGES[name]
    context, rng = data.draw(contexts_for(name)), data.draw(rngs())
    family = [stage.evolved(context, rng, steps) for steps in (0, 2, 4)]
    family.append(stage.genomes.mutate(family[0], context, rng)[0])
    matrix = stage.genomes.distances(family[:3], family)
    assert matrix.shape == (3, 4)
    assert matrix == pytest.approx(stage.genomes.distances(family, family[:3]).T)
    assert (np.diag(matrix) == 0).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()
    pairs = [[distance(row, column) for column in family] for row in family[:3]]
    assert matrix == pytest.approx(np.array(pairs))


@every_stage
@given(data=st.data())
def test_transposing_revoicing_and_loudness_are_no_distance(name, data):
    genome, context = data.draw(genomes_in_context(name))
    other = STAGES[name].alike(genome, context, data.draw(rngs()))
    assert distance(genome, other) == pytest.approx(0, abs=1e-6)


@every_stage
def test_the_same_music_is_often_another_genome(name):
    """Guards the guard: what is said to be alike is not the same genome."""
    rng = np.random.default_rng(5)
    others = [STAGES[name].alike(made.genome, made.context, rng) for made in pool(name)]
    assert np.mean([a != b.genome for a, b in zip(others, pool(name), strict=True)]) > 0.5


@every_stage
def test_distances_vary_within_a_pool(name):
    stage, rng = STAGES[name], np.random.default_rng(13)
    context = stage.placed(context_of(bars=8), rng)
    genomes = [stage.genomes.random(context, rng)[0] for _ in range(40)]
    pairs = stage.genomes.distances(genomes, genomes)[np.triu_indices(40, 1)]
    assert pairs.std() > 0.05
    assert (pairs > 0).mean() > 0.97


@every_stage
def test_a_mutant_is_mostly_nearer_than_another_genome(name):
    stage, rng = STAGES[name], np.random.default_rng(2)
    nearer = []
    for made in pool(name):
        mutant, _ = stage.genomes.mutate(made.other, made.context, rng)
        nearer.append(distance(made.other, mutant) <= distance(made.other, made.genome))
    assert np.mean(nearer) > 0.8


@every_stage
def test_the_shares_of_a_distance_are_a_whole(name):
    similarity = vars(import_module(f"genomes.{name}.similarity"))
    shares = [value for word, value in similarity.items() if word.endswith("_SHARE")]
    assert len(shares) > 1
    assert sum(shares) == pytest.approx(1)
