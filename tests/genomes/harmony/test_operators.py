"""Every operator changes what it says and nothing else."""

import pytest

from genomes.harmony.genome import SUSPENDED, TIED, tones_of
from tests.genomes.calls import render, replace
from tests.genomes.stages import changes


def changed(name):
    return [(call.before, call.after, call.context) for call in changes("harmony", name)]


def untouched(before, after):
    """The bars that are as they were, as numbers."""
    pairs = zip(before.bars, after.bars, strict=True)
    return [index for index, (old, new) in enumerate(pairs) if old == new]


def places(bar):
    """When what sounds, without pitches and links."""
    return [(t.onset_ticks, t.duration_ticks, t.voice) for t in tones_of(bar)]


def aims(bar):
    return [tone.pitch for tone in tones_of(bar)]


ONE_BAR = ("add_layer", "drop_layer", "thin", "split", "lengthen", "shorten", "delay", "tie",
           "suspend", "move_tone", "move_bar", "mirror", "settle", "repeat_bar")  # fmt: skip


@pytest.mark.parametrize("name", ONE_BAR)
def test_operators_on_one_bar_leave_all_others(name):
    for before, after, _ in changed(name):
        assert len(untouched(before, after)) == len(before.bars) - 1
        assert after.dynamic == before.dynamic


@pytest.mark.parametrize("name", ["retexture", "combine", "fall_silent"])
def test_operators_on_a_stretch_leave_all_outside_it(name):
    for before, after, _ in changed(name):
        touched = set(range(len(before.bars))) - set(untouched(before, after))
        assert max(touched) - min(touched) < 4


@pytest.mark.parametrize("name", ["move_tone", "move_bar", "move_texture", "mirror", "settle"])
def test_melodic_operators_keep_the_rhythm(name):
    for before, after, _ in changed(name):
        assert list(map(places, after.bars)) == list(map(places, before.bars))


@pytest.mark.parametrize("name", ["lengthen", "shorten", "delay", "tie", "tie_all", "suspend"])
def test_rhythmic_operators_keep_the_pitches(name):
    for before, after, _ in changed(name):
        assert [sorted(aims(b)) for b in after.bars] == [sorted(aims(b)) for b in before.bars]


@pytest.mark.parametrize(("name", "more"), [("thin", -1), ("split", 1)])
def test_thin_and_split_take_and_give_one_tone(name, more):
    for before, after, _ in changed(name):
        counts = [sum(len(list(tones_of(bar))) for bar in g.bars) for g in (before, after)]
        assert counts[1] - counts[0] == more


def test_lengthen_and_shorten_do_what_they_say():
    for name, longer in (("lengthen", True), ("shorten", False)):
        for before, after, _ in changed(name):
            sums = [
                sum(t.duration_ticks for b in g.bars for t in tones_of(b)) for g in (before, after)
            ]
            assert (sums[1] > sums[0]) == longer


def test_fall_silent_and_drop_layer_take_away():
    for before, after, _ in changed("fall_silent"):
        assert all(not after.bars[i] for i in _touched(before, after))
    for before, after, _ in changed("drop_layer"):
        (index,) = _touched(before, after)
        assert len(after.bars[index]) == len(before.bars[index]) - 1


def _touched(before, after):
    return sorted(set(range(len(before.bars))) - set(untouched(before, after)))


def test_retexture_gives_one_texture_and_combine_up_to_two():
    for name, most in (("retexture", 1), ("combine", 2)):
        counts = set()
        for before, after, _ in changed(name):
            counts |= {len(after.bars[i]) for i in _touched(before, after)}
        assert max(counts) == most


def test_add_layer_keeps_the_layer_that_was_there():
    for before, after, _ in changed("add_layer"):
        (index,) = _touched(before, after)
        assert after.bars[index][:-1] == before.bars[index]


def test_tie_and_suspend_change_one_link():
    for name, link in (("tie", TIED), ("suspend", SUSPENDED)):
        for before, after, _ in changed(name):
            (index,) = _touched(before, after)
            pairs = zip(tones_of(before.bars[index]), tones_of(after.bars[index]), strict=True)
            links = [(old.link, new.link) for old, new in pairs if old != new]
            assert len(links) == 1
            assert link in links[0]


def test_swapped_and_repeated_bars_are_bars_that_were_there():
    for name in ("swap_bars", "repeat_bar", "repeat_phrase"):
        for before, after, _ in changed(name):
            assert set(after.bars) <= set(before.bars)
    for before, after, _ in changed("swap_bars"):
        assert sorted(map(hash, after.bars)) == sorted(map(hash, before.bars))


def test_the_dynamic_changes_nothing_but_the_velocities():
    for before, after, context in changed("play_louder_or_softer"):
        assert replace(after, dynamic=before.dynamic) == before
        notes = [render(g, context).notes for g in (before, after)]
        assert (notes[0][["onset_ticks", "pitch"]] == notes[1][["onset_ticks", "pitch"]]).all()
