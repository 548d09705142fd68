"""Every operator: legal, alive, repeatable, and leaving all other chance alone."""

import json
import random
from dataclasses import dataclass

import numpy as np
import pytest

from genomes.chords import CHORDS, ChordGenome
from genomes.chords.operators import OPERATORS
from tests.genomes.conftest import spread_contexts

CALLS = 300
# Share of calls that must change something; most operators may draw a place with nothing to do.
ALIVE = 0.25


@dataclass(frozen=True)
class Call:
    """An operator's doing."""

    before: ChordGenome
    after: ChordGenome
    context: object


@pytest.fixture(scope="session")
def calls():
    """300 calls of every operator, on random genomes in as many contexts."""
    rng = np.random.default_rng(3)
    made = [(CHORDS.random(c, rng)[0], c) for c in spread_contexts(CALLS, rng)]
    return {
        name: [Call(genome, operator(genome, c, rng), c) for genome, c in made]
        for name, operator in OPERATORS.items()
    }


@pytest.mark.parametrize("name", OPERATORS)
def test_genomes_stay_legal_and_playable(name, calls):
    for index, call in enumerate(calls[name]):
        read = ChordGenome.from_payload(json.loads(json.dumps(call.after.to_payload())))
        assert read == call.after
        assert len(call.after.bars) == call.context.section.bars
        if index % 5 == 0:
            part = call.after.render(call.context)
            assert part.length_ticks == call.context.length_ticks


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_is_dead(name, calls):
    changed = [call.after != call.before for call in calls[name]]
    assert sum(changed) / CALLS >= ALIVE, f"{name} changed {sum(changed)} of {CALLS}"


@pytest.mark.parametrize("name", OPERATORS)
def test_what_an_operator_changes_can_be_heard(name, calls):
    """Most changes of the genome change the part: few genes say the same thing twice."""
    changed = [call for call in calls[name] if call.after != call.before][:60]
    audible = [c.after.render(c.context) != c.before.render(c.context) for c in changed]
    assert sum(audible) / len(audible) >= 0.5


@pytest.mark.parametrize("name", OPERATORS)
def test_the_same_seed_gives_the_same_genome(name, calls):
    for seed, call in enumerate(calls[name][:60]):
        first, second = (
            OPERATORS[name](call.before, call.context, np.random.default_rng(seed))
            for _ in range(2)
        )
        assert first == second


def test_the_names_are_those_of_the_operators(evolved_pool):
    rng = np.random.default_rng(4)
    names = [CHORDS.mutate(made.genome, made.context, rng)[1] for made in evolved_pool]
    assert set(names) == set(OPERATORS)


def test_mutate_nearly_always_changes_something(evolved_pool):
    rng = np.random.default_rng(5)
    for made in evolved_pool:
        changed, name = CHORDS.mutate(made.genome, made.context, rng)
        assert name != "none"
        assert changed != made.genome


def test_mutate_changes_no_genome_in_place(evolved_pool):
    rng = np.random.default_rng(6)
    payloads = [json.dumps(made.genome.to_payload()) for made in evolved_pool[:200]]
    for made in evolved_pool[:200]:
        CHORDS.mutate(made.genome, made.context, rng)
    assert [json.dumps(made.genome.to_payload()) for made in evolved_pool[:200]] == payloads


def evolve(context, seed):
    rng = np.random.default_rng(seed)
    genomes = [CHORDS.random(context, rng)[0] for _ in range(4)]
    for _ in range(20):
        genomes = [CHORDS.mutate(genome, context, rng)[0] for genome in genomes]
        genomes = [
            CHORDS.mate(first, second, context, rng)
            for first, second in zip(genomes, genomes[1:] + genomes[:1], strict=True)
        ]
    return genomes


def test_one_seed_one_evolution(c_major):
    assert evolve(c_major, 7) == evolve(c_major, 7)
    assert evolve(c_major, 7) != evolve(c_major, 8)


def test_the_global_generators_are_neither_read_nor_moved(c_major):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = evolve(c_major, 9)
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert evolve(c_major, 9) == first
    assert random.getstate() == states[0]
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(after, states[1], strict=True))
