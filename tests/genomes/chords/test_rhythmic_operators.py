"""The operators on when chords change, on whole bars, on playing: what their names say, no more."""

from collections import Counter

import numpy as np
import pytest

from genomes.chords.figures import BY_PATTERN, Comping
from genomes.chords.genome import Bar, Change, ChordGenome
from genomes.chords.harmony import Chord
from genomes.chords.operators.rhythmic import (
    join_changes,
    move_change,
    split_change,
)
from genomes.chords.operators.voicing import (
    hold_otherwise,
    play_again,
    play_all,
    play_bar,
    play_beat,
    play_louder_or_softer,
    run_otherwise,
)
from genomes.chords.tables import followers
from genomes.chords.voicing import Voicing
from genomes.variation import repeat_bar, repeat_phrase, swap_bars
from tests.genomes.calls import replace
from tests.genomes.chords.conftest import PLAYED
from tests.genomes.stages import outcomes


def bar(*changes, pattern="bars"):
    """Changes as (group, function)."""
    return Bar(tuple(Change.of(g, Chord(token), Voicing()) for g, token in changes), pattern)


@pytest.fixture
def verse():
    """Four bars of 4/4: every bar another, the third holds."""
    bars = (
        bar((0, "I"), (2, "V")),
        bar((1, "vi"), pattern="beats"),
        bar(pattern="run_up"),
        bar((0, "ii"), (2, "V"), (3, "IV"), pattern="push"),
    )
    return ChordGenome("major", 4, bars, **PLAYED)


def places(genome):
    return [(index, change.group) for index, change in genome.changes()]


def test_move_change_moves_one_change_by_one_group(verse, c_major):
    for after in outcomes(move_change, verse, c_major):
        assert [c.chord for _, c in after.changes()] == [c.chord for _, c in verse.changes()]
        moved = [
            (old, new) for old, new in zip(places(verse), places(after), strict=True) if old != new
        ]
        ((old_bar, old_group), (new_bar, new_group)) = moved[0]
        assert len(moved) == 1
        assert old_bar == new_bar
        assert abs(old_group - new_group) == 1
        assert [b.pattern for b in after.bars] == [b.pattern for b in verse.bars]


def test_split_change_adds_one_chord_that_leads_on_from_the_one_before(verse, c_major):
    for after in outcomes(split_change, verse, c_major):
        (place,) = set(places(after)) - set(places(verse))
        index = places(after).index(place)
        added, before = (after.changes()[i][1].chord for i in (index, index - 1))
        assert added.function in followers("major", before.function)[0]
        assert after.changes()[:index] + after.changes()[index + 1 :] == verse.changes()


def test_split_change_listens_to_the_last_chord_of_an_earlier_bar(c_major):
    """Over a held bar the chord before is the one that holds, wherever it began."""
    genome = ChordGenome("major", 4, (bar((0, "I"), (2, "V/iii")), bar(), bar(), bar()), **PLAYED)
    for after in outcomes(split_change, genome, c_major):
        if len(after.bars[0].changes) == 2:
            assert after.changes()[-1][1].chord.function == "iii"


def test_join_changes_takes_one_chord_away(verse, c_major):
    for after in outcomes(join_changes, verse, c_major):
        gone = set(places(verse)) - set(places(after))
        assert len(gone) == 1
        assert gone != {(0, 0)}
        left = [(i, c) for i, c in verse.changes() if (i, c.group) not in gone]
        assert after.changes() == left


def test_swap_bars_is_a_permutation_of_whole_bars(verse, c_major):
    for after in outcomes(swap_bars, verse, c_major):
        moved = [i for i, (a, b) in enumerate(zip(verse.bars, after.bars, strict=True)) if a != b]
        assert len(moved) == 2
        if 0 in moved:  # the opening chord may have been put back
            assert after.bars[moved[1]] == verse.bars[0]
            assert after.bars[0].pattern == verse.bars[moved[1]].pattern
            assert after.bars[0].changes[0].group == 0
        else:
            assert Counter(after.bars) == Counter(verse.bars)


def test_repeat_bar_copies_one_whole_bar(verse, c_major):
    for after in outcomes(repeat_bar, verse, c_major):
        changed = [i for i, (a, b) in enumerate(zip(verse.bars, after.bars, strict=True)) if a != b]
        assert len(changed) == 1
        if changed != [0]:
            assert after.bars[changed[0]] in verse.bars


def test_repeat_phrase_plays_a_stretch_again_right_after_itself(c_major):
    functions = ("I", "vi", "ii", "V", "IV", "iii", "V", "I")
    genome = ChordGenome("major", 4, tuple(bar((0, name)) for name in functions), **PLAYED)
    found = set()
    for after in outcomes(repeat_phrase, genome, c_major):
        copies = [
            (start, length)
            for length in (2, 4)
            for start in range(0, 8 - length, length)
            if after.bars
            == (
                *genome.bars[: start + length],
                *genome.bars[start : start + length],
                *genome.bars[start + 2 * length :],
            )
        ]
        assert copies
        found |= set(copies)
    assert found == {(0, 2), (2, 2), (4, 2), (0, 4)}


def test_a_phrase_is_cut_where_the_section_ends(c_major):
    genome = ChordGenome("major", 4, tuple(bar((0, name)) for name in ("I", "vi", "ii")), **PLAYED)
    (after,) = set(outcomes(repeat_phrase, genome, c_major))
    assert after.bars == (*genome.bars[:2], genome.bars[0])


def test_an_opening_bar_that_loses_its_chord_gets_it_back(c_major):
    genome = ChordGenome("major", 4, (bar((0, "ii")), bar((2, "V")), bar()), **PLAYED)
    openings = {after.bars[0].changes[0] for after in outcomes(swap_bars, genome, c_major)}
    assert {(c.group, c.chord.function) for c in openings} == {(0, "ii"), (0, "V"), (0, "I")}


def test_an_opening_bar_keeps_its_later_chords(c_major):
    genome = ChordGenome("major", 4, (bar((0, "I")), bar((1, "vi"), (3, "IV"))), **PLAYED)
    (after,) = set(outcomes(swap_bars, genome, c_major))
    assert places(after) == [(0, 0), (0, 3), (1, 0)]
    assert [c.chord.function for _, c in after.changes()] == ["vi", "IV", "I"]


def ways(genome):
    return list(zip((b.pattern for b in genome.bars), genome.comping_by_bar(), strict=True))


def test_play_bar_changes_the_playing_of_one_bar(verse, c_major):
    for after in outcomes(play_bar, verse, c_major):
        ((_, how),) = [b for a, b in zip(ways(verse), ways(after), strict=True) if a != b]
        assert how.figures
        assert after.changes() == verse.changes()


def test_play_all_is_figures_or_one_pattern_throughout(verse, c_major):
    kinds = set()
    for after in outcomes(play_all, verse, c_major):
        assert after.changes() == verse.changes()
        has_figures = {bool(how.figures) for how in after.comping_by_bar()}
        assert len(has_figures) == 1
        kinds |= has_figures
        if not after.comping:
            assert len({b.pattern for b in after.bars}) == 1
    assert kinds == {True, False}


FIGURES = (
    Comping(("a.r.", "b.c.", "....", "brrr"), (100, 75, 50, 25), "up"),
    BY_PATTERN,
    Comping(("b...", "c...", "b...", "c..."), (100, 100, 100, 100), "wave"),
    Comping(("a...", "..r.", "a...", "d.r."), (100, 100, 75, 100), "down"),
)


def test_play_beat_changes_one_beat_of_a_bar_that_has_figures(verse, c_major):
    comped = verse.played(FIGURES)
    for after in outcomes(play_beat, comped, c_major):
        assert after.bars == comped.bars
        (place,) = [i for i in range(4) if after.comping[i] != comped.comping[i]]
        old, new = comped.comping[place], after.comping[place]
        beats = zip(old.figures, old.lengths_percent, new.figures, new.lengths_percent, strict=True)
        assert sum((a, b) != (c, d) for a, b, c, d in beats) == 1
        assert old.run == new.run
    assert play_beat(verse, c_major, np.random.default_rng(0)) == verse


def test_play_again_copies_the_figures_of_a_bar_and_leaves_the_chords(verse, c_major):
    comped = verse.played(FIGURES)
    for after in outcomes(play_again, comped, c_major):
        assert after.bars == comped.bars
        (place,) = [i for i in range(4) if after.comping[i] != comped.comping[i]]
        assert after.comping[place] in {how for how in FIGURES if how.figures}
    assert play_again(verse, c_major, np.random.default_rng(0)) == verse


def test_run_otherwise_changes_the_order_of_single_notes_alone(verse, c_major):
    comped = verse.played(FIGURES)
    for after in outcomes(run_otherwise, comped, c_major):
        pairs = list(zip(after.comping, comped.comping, strict=True))
        assert [replace(a, run="up") for a, _ in pairs] == [replace(b, run="up") for _, b in pairs]
    assert run_otherwise(verse, c_major, np.random.default_rng(0)) == verse


def test_hold_otherwise_changes_lengths_alone(verse, c_major):
    comped = verse.played(FIGURES)
    for after in outcomes(hold_otherwise, comped, c_major):
        assert after.bars == comped.bars
        for new, old in zip(after.comping, comped.comping, strict=True):
            assert replace(new, lengths_percent=old.lengths_percent) == old
            assert new == old or len(set(new.lengths_percent)) == 1
    assert hold_otherwise(verse, c_major, np.random.default_rng(0)) == verse


def test_play_louder_or_softer_changes_the_dynamic_alone(verse, c_major):
    dynamics = set()
    for after in outcomes(play_louder_or_softer, verse, c_major):
        assert replace(after, dynamic=verse.dynamic) == verse
        dynamics.add(after.dynamic)
    assert min(dynamics) < verse.dynamic < max(dynamics)


def test_one_bar_of_one_group_leaves_nothing_to_move(c_major):
    genome = ChordGenome("major", 1, (bar((0, "I")),), **PLAYED)
    for operator in (move_change, split_change, join_changes, swap_bars, repeat_bar):
        assert operator(genome, c_major, np.random.default_rng(0)) == genome
