"""The operators on which chord sounds do what their names say."""

import json
from importlib import resources

import pytest

from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions
from genomes.chords.operators.harmonic import (
    borrow,
    cadence,
    extend,
    extend_all,
    follow,
    plain,
    substitute,
    tonicise,
)
from tests.genomes.chords.conftest import progression
from tests.genomes.chords.readings import ROMANS
from tests.genomes.stages import outcomes

MIXED = "I vi ii:7 V/V:7 V IV:add9 bVII I"
TONIC, SUBDOMINANT, DOMINANT = {1, 3, 6}, {2, 4, 6}, {3, 5, 7}


def chords(genome):
    return [change.chord for _, change in genome.changes()]


def differing(before, after):
    """The one place where the chords differ; everything else must be the same."""
    pairs = list(zip(before.changes(), after.changes(), strict=True))
    places = [index for index, (old, new) in enumerate(pairs) if old != new]
    assert len(places) == 1
    (bar, old), (new_bar, new) = pairs[places[0]]
    assert (bar, old.group, old.voicing) == (new_bar, new.group, new.voicing)
    assert [b.pattern for b in before.bars] == [b.pattern for b in after.bars]
    assert (before.register, before.dynamic) == (after.register, after.dynamic)
    return places[0], old.chord, new.chord


def degree(token):
    return ROMANS.index(token.partition("/")[0].strip("bo+").lower()) + 1


@pytest.fixture
def eight_bars():
    return progression(MIXED)


def test_substitute_stays_in_the_family(eight_bars, c_major):
    for after in outcomes(substitute, eight_bars, c_major):
        _, old, new = differing(eight_bars, after)
        here = functions("major")[old.function].degree
        family = set().union(*(f for f in (TONIC, SUBDOMINANT, DOMINANT) if here in f))
        assert degree(new.function) in family
        assert "/" not in new.function
        assert new.function != old.function


def test_follow_takes_a_way_that_was_counted(eight_bars, c_major):
    path = resources.files("genomes.chords").joinpath("data/transitions.json")
    counted = json.loads(path.read_text("utf-8"))["transitions"]["major"]
    for after in outcomes(follow, eight_bars, c_major):
        place, _, new = differing(eight_bars, after)
        before = chords(eight_bars)[place - 1].function
        assert new.function in counted[before]


@pytest.mark.parametrize(("text", "mode"), [(MIXED, "major"), ("i VI iv VII III iv v i", "minor")])
def test_tonicise_resolves_to_its_target(text, mode, c_major):
    genome = progression(text, mode)
    for after in outcomes(tonicise, genome, c_major):
        place, _, new = differing(genome, after)
        kind, _, target = new.function.partition("/")
        assert chords(after)[place + 1].function == target
        table = functions(mode)
        step = table[target].root_semitones - table[new.function].root_semitones
        assert step % 12 == {"V": 5, "viio": 1}[kind]
        assert new.extension == "7"


def test_borrow_keeps_the_degree_and_changes_the_mode_it_comes_from(eight_bars, c_major):
    for after in outcomes(borrow, eight_bars, c_major):
        _, old, new = differing(eight_bars, after)
        assert degree(new.function) == functions("major")[old.function].degree
        assert new.function != old.function
        assert "/" not in new.function


def test_borrow_finds_what_songwriters_borrow(c_major):
    found = {
        chord.function
        for after in outcomes(borrow, progression("I IV vi V"), c_major)
        for chord in chords(after)
    }
    assert {"i", "iv", "bVI", "v"} <= found


def test_extend_keeps_the_function(eight_bars, c_major):
    for after in outcomes(extend, eight_bars, c_major):
        _, old, new = differing(eight_bars, after)
        assert new.function == old.function
        assert new.extension != old.extension


def test_extend_all_gives_most_chords_one_extension(eight_bars, c_major):
    for after in outcomes(extend_all, eight_bars, c_major):
        pairs = list(zip(chords(eight_bars), chords(after), strict=True))
        assert all(old.function == new.function for old, new in pairs)
        changed = [new.extension for old, new in pairs if old.extension != new.extension]
        assert len(set(changed)) == 1
        able = sum(changed[0] in extensions("major", chord.function) for chord in chords(after))
        assert sum(chord.extension == changed[0] for chord in chords(after)) >= able / 4


def test_cadence_ends_on_the_tonic_or_turns_on_the_dominant(eight_bars, c_major):
    endings = set()
    for after in outcomes(cadence, eight_bars, c_major):
        assert chords(after)[:-2] == chords(eight_bars)[:-2]
        assert {chord.extension for chord in chords(after)[-2:]} == {"triad"}
        endings.add(tuple(chord.function for chord in chords(after)[-2:]))
    assert endings == {("V", "I"), ("IV", "I"), ("IV", "V")}


def test_cadence_in_minor_has_the_major_dominant(c_major):
    genome = progression("i VI III VII", "minor")
    endings = {
        tuple(chord.function for chord in chords(after)[-2:])
        for after in outcomes(cadence, genome, c_major)
    }
    assert endings == {("V", "i"), ("iv", "i"), ("iv", "V")}


def test_cadence_on_a_single_chord(c_major):
    genome = progression("vi")
    functions_found = {chords(after)[0].function for after in outcomes(cadence, genome, c_major)}
    assert functions_found == {"I", "V"}


def test_plain_puts_a_diatonic_triad_in_root_position(eight_bars, c_major):
    for after in outcomes(plain, eight_bars, c_major):
        _, old, new = differing(eight_bars, after)
        assert new == Chord(new.function)
        assert functions("major")[new.function].source == "diatonic"
        assert degree(new.function) == functions("major")[old.function].degree
