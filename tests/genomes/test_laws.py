"""What every genome of every stage obeys, however it came to be."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.notes import Part
from genomes.time import Meter
from tests.genomes.calls import describe, payload_of, render, replace
from tests.genomes.contexts import context_of
from tests.genomes.stages import (
    STAGES,
    calls,
    changes,
    contexts_for,
    every_stage,
    genomes_in_context,
    pool,
)
from tests.strategies import rngs

EVERY_OPERATOR = [
    (name, operator) for name, stage in STAGES.items() for operator in stage.operators
]
METERS = ("4/4", "7/8", "6/8", "13/8")


def assert_playable(name, part, context):
    """Whole bars of notes in range; no pitch is struck while it sounds, one voice sings alone."""
    stage, notes = STAGES[name], part.notes
    lowest, highest = stage.pitches(context)
    assert part.length_ticks == context.length_ticks
    assert len(notes) > 0
    assert lowest <= notes["pitch"].min() <= notes["pitch"].max() <= highest
    assert (notes["is_drum"] == (name == "drums")).all()
    assert 0 <= part.swing <= 1
    if stage.follows_swing:
        assert part.swing == context.swing
    ends = {}
    for onset, duration, pitch, _, _ in notes.tolist():
        voice = 0 if stage.one_voice else pitch
        assert ends.get(voice, 0) <= onset
        ends[voice] = onset + duration
    assert max(ends.values()) <= context.length_ticks


@every_stage
@given(data=st.data())
def test_every_part_is_playable_and_the_same_twice(name, data):
    genome, context = data.draw(genomes_in_context(name))
    part = render(genome, context)
    assert_playable(name, part, context)
    assert render(genome, context) == part
    assert Part.from_payload(json.loads(json.dumps(part.to_payload()))) == part


@every_stage
@given(data=st.data())
def test_a_payload_gives_the_genome_back(name, data):
    genome, context = data.draw(genomes_in_context(name))
    read = STAGES[name].genomes.from_payload(json.loads(json.dumps(payload_of(genome))))
    assert read == genome
    assert hash(read) == hash(genome)
    assert render(read, context) == render(genome, context)


@every_stage
@given(data=st.data())
def test_a_description_is_plain_values(name, data):
    told = describe(*data.draw(genomes_in_context(name)))
    assert json.loads(json.dumps(told)) == told


@every_stage
@given(data=st.data())
def test_the_part_fits_whatever_else_is_approved_or_comes_before(name, data):
    """A genome made with other parts plays without those that it can do without."""
    genome, context = data.draw(genomes_in_context(name))
    before = render(STAGES[name].genomes.random(context, data.draw(rngs()))[0], context)
    for other in (replace(context, parts=context.parts[:1]), replace(context, before=before)):
        assert_playable(name, render(genome, other), other)


@every_stage
@given(data=st.data())
def test_a_genome_is_played_only_where_it_was_made_for(name, data):
    genome, context = data.draw(genomes_in_context(name, max_bars=3))
    longer = replace(context, section=replace(context.section, bars=context.section.bars + 1))
    with pytest.raises(ValueError, match="made for"):
        render(genome, longer)


@every_stage
def test_another_meter_is_refused(name):
    stage, rng = STAGES[name], np.random.default_rng(0)
    context = stage.placed(context_of(), rng)
    genome, _ = stage.genomes.random(context, rng)
    with pytest.raises(ValueError, match="made for"):
        render(genome, replace(context, meter=Meter(3, 4)))


@every_stage
@given(data=st.data())
def test_one_seed_one_evolution_and_global_chance_is_left_alone(name, data):
    context, seed = data.draw(contexts_for(name, 4)), data.draw(st.integers(0, 99))

    def evolve(seed):
        rng = np.random.default_rng(seed)
        return [STAGES[name].evolved(context, rng, 6) for _ in range(2)]

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    first = evolve(seed)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002
    random.seed(seed + 1)
    np.random.seed(seed + 1)  # noqa: NPY002
    assert evolve(seed) == first


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("bars", [2, 4, 8])
@every_stage
def test_of_50_first_parts_at_least_38_differ(name, meter, bars):
    stage, rng = STAGES[name], np.random.default_rng(22)
    context = stage.placed(context_of("F# minor", meter, bars), np.random.default_rng(6))
    made = (stage.genomes.random(context, rng)[0] for _ in range(50))
    assert len({render(genome, context).digest() for genome in made}) >= 38


@pytest.mark.parametrize(("name", "operator"), EVERY_OPERATOR)
def test_an_operator_gives_legal_and_playable_genomes(name, operator):
    for call in calls(name, operator):
        payload = json.loads(json.dumps(payload_of(call.after)))
        assert STAGES[name].genomes.from_payload(payload) == call.after
        assert_playable(name, render(call.after, call.context), call.context)


@pytest.mark.parametrize(("name", "operator"), EVERY_OPERATOR)
def test_an_operator_often_changes_something_and_that_is_heard(name, operator):
    """Most may draw a place where there is nothing to do; few genes say the same thing twice."""
    stage = STAGES[name]
    changed = changes(name, operator)
    needed = 0.03 if operator in stage.rarely else stage.changing
    assert len(changed) / len(pool(name)) >= needed
    heard = [render(call.after, call.context) != call.made.part for call in changed]
    assert np.mean(heard) >= stage.heard


@pytest.mark.parametrize(("name", "operator"), EVERY_OPERATOR)
def test_an_operator_gives_the_same_for_the_same_seed(name, operator):
    act = STAGES[name].operators[operator]
    for seed, made in enumerate(pool(name)[::4]):
        first, second = (
            act(made.genome, made.context, np.random.default_rng(seed)) for _ in range(2)
        )
        assert first == second


@every_stage
def test_mutate_names_every_operator_and_changes_a_copy(name):
    stage, rng = STAGES[name], np.random.default_rng(4)
    names = []
    for made in pool(name) * 4:
        before = json.dumps(payload_of(made.genome))
        changed, operator = stage.genomes.mutate(made.genome, made.context, rng)
        assert json.dumps(payload_of(made.genome)) == before
        assert (changed == made.genome) == (operator == "none")
        names.append(operator)
    assert set(names) - {"none"} == set(stage.operators)
    assert names.count("none") < 0.01 * len(names)


@every_stage
def test_mutation_makes_parts_busier_about_as_often_as_sparser(name):
    stage, rng = STAGES[name], np.random.default_rng(9)
    steps = []
    for made in pool(name) * 2:
        genome = made.other
        for _ in range(4):
            genome, _ = stage.genomes.mutate(genome, made.context, rng)
        counts = [len(render(each, made.context).notes) for each in (made.other, genome)]
        steps.append(counts[1] - counts[0])
    busier, sparser = np.mean(np.sign(steps) == 1), np.mean(np.sign(steps) == -1)
    assert min(busier, sparser) > 0.1
    assert 0.4 < busier / sparser < 2.5
