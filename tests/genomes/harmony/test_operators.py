"""Every operator: legal, alive, repeatable, and changing what it says and nothing else."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from genomes.harmony import HARMONY, HarmonyGenome
from genomes.harmony.operators import OPERATORS
from genomes.harmony.tables import SUSPENDED, TIED
from tests.genomes.harmony.songs import evolved, song

METERS = ("4/4", "7/8", "3/4", "6/8", "5/4", "2/2")
CALLS = 120
# Share of calls that must change something; most operators may draw a place with nothing to do.
ALIVE = 0.15


@pytest.fixture(scope="module")
def calls():
    """Many calls of every operator: before, after and the context."""
    rng = np.random.default_rng(3)
    contexts = [song(meter=METERS[i % 6], bars=4 + i % 5, seed=i) for i in range(24)]
    made = [(evolved(contexts[i % 24], rng, i % 4), contexts[i % 24]) for i in range(CALLS)]
    return {
        name: [(genome, operator(genome, context, rng), context) for genome, context in made]
        for name, operator in OPERATORS.items()
    }


def changed(calls, name):
    return [(before, after, context) for before, after, context in calls[name] if after != before]


@pytest.mark.parametrize("name", OPERATORS)
def test_genomes_stay_legal_and_playable(name, calls):
    for before, after, context in calls[name]:
        assert HarmonyGenome.from_payload(json.loads(json.dumps(after.to_payload()))) == after
        assert len(after.bars) == len(before.bars)
        assert len(after.render(context).notes)


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_is_dead(name, calls):
    assert len(changed(calls, name)) / CALLS >= ALIVE


@pytest.mark.parametrize("name", OPERATORS)
def test_what_an_operator_changes_can_be_heard(name, calls):
    audible = [a.render(c) != b.render(c) for b, a, c in changed(calls, name)]
    assert sum(audible) / len(audible) >= 0.5


def test_the_names_are_those_of_the_operators_and_something_always_changes():
    rng = np.random.default_rng(4)
    names = set()
    for seed in range(400):
        context = song(meter=METERS[seed % 6], bars=1 + seed % 8, seed=seed % 20)
        genome, _ = HARMONY.random(context, rng)
        after, name = HARMONY.mutate(genome, context, rng)
        assert after != genome
        names.add(name)
    assert names == set(OPERATORS)


def untouched(before, after):
    """The bars that are as they were, as numbers."""
    pairs = zip(before.bars, after.bars, strict=True)
    return [index for index, (old, new) in enumerate(pairs) if old == new]


def places(bar):
    """When what sounds, without pitches and links."""
    return [(t.onset_ticks, t.duration_ticks, t.voice) for t in bar.tones()]


def aims(bar):
    return [tone.pitch for tone in bar.tones()]


ONE_BAR = ("add_layer", "drop_layer", "thin", "split", "lengthen", "shorten", "delay", "tie",
           "suspend", "move_tone", "move_bar", "mirror", "settle", "repeat_bar")  # fmt: skip


@pytest.mark.parametrize("name", ONE_BAR)
def test_operators_on_one_bar_leave_all_others(name, calls):
    for before, after, _ in changed(calls, name):
        assert len(untouched(before, after)) == len(before.bars) - 1
        assert after.dynamic == before.dynamic


@pytest.mark.parametrize("name", ["retexture", "combine", "fall_silent"])
def test_operators_on_a_stretch_leave_all_outside_it(name, calls):
    for before, after, _ in changed(calls, name):
        touched = set(range(len(before.bars))) - set(untouched(before, after))
        assert max(touched) - min(touched) < 4


@pytest.mark.parametrize("name", ["move_tone", "move_bar", "move_texture", "mirror", "settle"])
def test_melodic_operators_keep_the_rhythm(name, calls):
    for before, after, _ in changed(calls, name):
        assert list(map(places, after.bars)) == list(map(places, before.bars))


@pytest.mark.parametrize("name", ["lengthen", "shorten", "delay", "tie", "tie_all", "suspend"])
def test_rhythmic_operators_keep_the_pitches(name, calls):
    for before, after, _ in changed(calls, name):
        assert [sorted(aims(b)) for b in after.bars] == [sorted(aims(b)) for b in before.bars]


@pytest.mark.parametrize(("name", "more"), [("thin", -1), ("split", 1)])
def test_thin_and_split_take_and_give_one_tone(name, more, calls):
    for before, after, _ in changed(calls, name):
        counts = [sum(len(list(bar.tones())) for bar in g.bars) for g in (before, after)]
        assert counts[1] - counts[0] == more


def test_lengthen_and_shorten_do_what_they_say(calls):
    for name, longer in (("lengthen", True), ("shorten", False)):
        for before, after, _ in changed(calls, name):
            sums = [
                sum(t.duration_ticks for b in g.bars for t in b.tones()) for g in (before, after)
            ]
            assert (sums[1] > sums[0]) == longer


def test_fall_silent_and_drop_layer_take_away(calls):
    for before, after, _ in changed(calls, "fall_silent"):
        assert all(not after.bars[i].layers for i in _touched(before, after))
    for before, after, _ in changed(calls, "drop_layer"):
        (index,) = _touched(before, after)
        assert len(after.bars[index].layers) == len(before.bars[index].layers) - 1


def _touched(before, after):
    return sorted(set(range(len(before.bars))) - set(untouched(before, after)))


def test_retexture_gives_one_texture_and_combine_up_to_two(calls):
    for name, most in (("retexture", 1), ("combine", 2)):
        counts = set()
        for before, after, _ in changed(calls, name):
            counts |= {len(after.bars[i].layers) for i in _touched(before, after)}
        assert max(counts) == most


def test_add_layer_keeps_the_layer_that_was_there(calls):
    for before, after, _ in changed(calls, "add_layer"):
        (index,) = _touched(before, after)
        assert after.bars[index].layers[:-1] == before.bars[index].layers


def test_tie_and_suspend_change_one_link(calls):
    for name, link in (("tie", TIED), ("suspend", SUSPENDED)):
        for before, after, _ in changed(calls, name):
            (index,) = _touched(before, after)
            pairs = zip(before.bars[index].tones(), after.bars[index].tones(), strict=True)
            links = [(old.link, new.link) for old, new in pairs if old != new]
            assert len(links) == 1
            assert link in links[0]


def test_swapped_and_repeated_bars_are_bars_that_were_there(calls):
    for name in ("swap_bars", "repeat_bar", "repeat_phrase"):
        for before, after, _ in changed(calls, name):
            assert set(after.bars) <= set(before.bars)
    for before, after, _ in changed(calls, "swap_bars"):
        assert sorted(map(hash, after.bars)) == sorted(map(hash, before.bars))


def test_the_dynamic_changes_nothing_but_the_velocities(calls):
    for before, after, context in changed(calls, "play_louder_or_softer"):
        assert replace(after, dynamic=before.dynamic) == before
        notes = [g.render(context).notes for g in (before, after)]
        assert (notes[0][["onset_ticks", "pitch"]] == notes[1][["onset_ticks", "pitch"]]).all()


def test_mutation_makes_parts_busier_as_often_as_sparser():
    rng = np.random.default_rng(9)
    more = fewer = 0
    for seed in range(300):
        context = song(seed=seed % 10)
        before, _ = HARMONY.random(context, rng)
        after, _ = HARMONY.mutate(before, context, rng)
        counts = [len(g.render(context).notes) for g in (before, after)]
        more += counts[1] > counts[0]
        fewer += counts[1] < counts[0]
    assert more > 45
    assert 0.5 < more / fewer < 2


def test_children_have_whole_bars_of_their_parents_in_their_places():
    rng = np.random.default_rng(10)
    new = 0
    for seed in range(100):
        context = song(meter=METERS[seed % 6], seed=seed)
        first, second = (HARMONY.random(context, rng)[0] for _ in range(2))
        child = HARMONY.mate(first, second, context, rng)
        for index, bar in enumerate(child.bars):
            assert bar in {first.bars[index], second.bars[index]}
        assert child.dynamic in {first.dynamic, second.dynamic}
        assert HARMONY.mate(first, first, context, rng) == first
        new += child.bars not in {first.bars, second.bars}
    assert new > 30


def test_one_seed_one_evolution_and_the_global_generators_are_left_alone():
    context = song()
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = evolved(context, np.random.default_rng(9), 20)
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert evolved(context, np.random.default_rng(9), 20) == first
    assert evolved(context, np.random.default_rng(8), 20) != first
    assert random.getstate() == states[0]
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(after, states[1], strict=True))
