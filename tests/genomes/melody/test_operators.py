"""Every operator changes what it says and nothing else; a child sings its parents' phrases."""

from itertools import pairwise

import numpy as np
import pytest

from genomes.melody import MELODY
from genomes.melody.genes import Phrase
from genomes.melody.operators import OPERATORS, PITCH_OPERATORS
from tests.genomes.calls import distance, render
from tests.genomes.melody.conftest import melody, phrase_of
from tests.genomes.stages import changes, onsets_and_durations, outcomes, pool
from tests.genomes.test_mate import families

RHYTHM, HEIGHTS, SHARED, ORDER = "rhythm", "heights", "shared", "order"
# What each operator may change: aspects of the materials, genes of phrases, genes of the whole.
PHRASE_GENES = ("lift", "tail", "ending", "cadence", "ornament")
CHANGES = {
    operator: set(aspects)
    for operators, aspects in (
        ("move_tone repeat_tone smooth leap invert reverse freshen", (HEIGHTS, SHARED)),
        ("widen_or_flatten place_peak turn_back new_contour", (HEIGHTS, SHARED)),
        ("split_tone join_tones thin_out displace pick_up", (RHYTHM, HEIGHTS, SHARED)),
        ("new_rhythm halve_or_double reuse_material", (RHYTHM, HEIGHTS, SHARED)),
        ("move_tone_in_time hold_or_release", (RHYTHM, SHARED)),
        ("answer_phrase swap_phrases", (RHYTHM, HEIGHTS, SHARED, *PHRASE_GENES)),
        ("join_phrases split_phrase", (ORDER,)),
        ("lift_phrase", ("lift",)),
        ("turn_tail", ("tail",)),
        ("end_phrase", ("ending",)),
        ("set_cadence", ("cadence",)),
        ("ornament", ("ornament",)),
        ("move_register", ("register",)),
        ("change_home", ("home",)),
        ("lean", ("leaning",)),
        ("sing_louder_or_softer", ("dynamic",)),
        ("draw_syllables", ("melismas",)),
    )
    for operator in operators.split()
}
WHOLE_GENES = ("meter", "home", "register", "leaning", "dynamic", "melismas", "line")


def changed(before, after):
    """Which aspects differ; where there are other phrases, only that and the whole's genes."""
    found = {name for name in WHOLE_GENES if getattr(before, name) != getattr(after, name)}
    if [p.bars for p in before.phrases] != [p.bars for p in after.phrases]:
        return found | {ORDER}
    pairs = list(zip(before.phrases, after.phrases, strict=True))
    found |= {
        name for name in PHRASE_GENES if any(getattr(a, name) != getattr(b, name) for a, b in pairs)
    }
    sung = list(zip(before.pieces(), after.pieces(), strict=True))
    if any(a.rhythm != b.rhythm for (_, a), (_, b) in sung):
        found.add(RHYTHM)
    if any(a.heights != b.heights for (_, a), (_, b) in sung):
        found.add(HEIGHTS)
    if [p.material for p in before.phrases] != [p.material for p in after.phrases]:
        found.add(SHARED)
    return found


def test_what_each_operator_may_change_is_written_down():
    assert set(CHANGES) == set(OPERATORS)


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_change_what_they_say_and_nothing_else(name):
    for call in changes("melody", name):
        assert changed(call.before, call.after) <= CHANGES[name]


@pytest.mark.parametrize("name", PITCH_OPERATORS)
def test_pitch_operators_leave_the_rhythm_alone(name):
    for call in changes("melody", name)[:40]:
        parts = [render(genome, call.context) for genome in (call.before, call.after)]
        assert onsets_and_durations(parts[0]) == onsets_and_durations(parts[1])


def single(text, bars=1):
    return melody([phrase_of(text, bars)], [Phrase(0, bars)])


def heights(genomes):
    return {genome.materials[0].heights for genome in genomes}


def test_contours_are_turned_as_the_operators_say(verse):
    genome = single("0+4:0 4+4:3 8+4:1 12+2:2")
    assert heights(outcomes(OPERATORS["invert"], genome, verse)) == {(0, -3, -1, -2)}
    assert heights(outcomes(OPERATORS["reverse"], genome, verse)) == {(0, -1, 1, -2)}
    assert heights(outcomes(OPERATORS["smooth"], genome, verse)) == {(0, 1, -1, 0)}
    flat = heights(outcomes(OPERATORS["widen_or_flatten"], genome, verse))
    assert flat == {(0, 4, 2, 3), (0, 2, 0, 1)}
    repeats = heights(outcomes(OPERATORS["repeat_tone"], genome, verse))
    assert repeats == {(0, 0, 1, 2), (0, 3, 3, 2), (0, 3, 1, 1)}
    peaks = heights(outcomes(OPERATORS["place_peak"], genome, verse))
    assert (0, 3, 4, 2) in peaks
    for contour in heights(outcomes(OPERATORS["leap"], genome, verse)):
        assert any(abs(b - a) >= 3 for a, b in pairwise(contour))


def test_rhythms_are_changed_as_the_operators_say(verse):
    genome = single("0+4:0 4+4:1 8+8:2")
    (joined,) = {
        len(after.materials[0].tones) for after in outcomes(OPERATORS["join_tones"], genome, verse)
    }
    assert joined == 2
    for after in outcomes(OPERATORS["split_tone"], genome, verse):
        assert len(after.materials[0].tones) == 4
        assert sum(tone.length for tone in after.materials[0].tones) == 16
    (thinned,) = {after.materials[0] for after in outcomes(OPERATORS["thin_out"], genome, verse)}
    assert thinned.rhythm == ((0, 8), (8, 8))
    moved = {
        after.materials[0].rhythm[0] for after in outcomes(OPERATORS["displace"], genome, verse)
    }
    assert moved == {(2, 4)}


def test_phrases_are_joined_and_split_without_losing_a_tone(verse):
    two = melody([phrase_of("0+4:0 8+4:2"), phrase_of("0+8:0")], [Phrase(0, 1), Phrase(1, 1, 3)])
    (joined,) = set(outcomes(OPERATORS["join_phrases"], two, verse))
    assert joined.materials[0].rhythm == ((0, 4), (8, 4), (16, 8))
    assert joined.materials[0].heights == (0, 2, 3)
    (split,) = set(outcomes(OPERATORS["split_phrase"], joined, verse))
    assert [phrase.bars for phrase in split.phrases] == [1, 1]
    assert [phrase.lift for phrase in split.phrases] == [0, 3]
    rhythms = [material.rhythm for _, material in split.pieces()]
    assert rhythms[1] == ((0, 8),)


def placed(genome):
    """Every phrase with its material, by its first bar."""
    found, bar = {}, 0
    for phrase, material in genome.pieces():
        found[bar] = (phrase.bars, phrase.lift, phrase.cadence, material)
        bar += phrase.bars
    return found


def test_whole_phrases_come_from_the_second_parent():
    """What isn't the first's, in its place, is the second's; only the first is ever cut."""
    taken = 0
    for first, second, child, context in families("melody"):
        assert child.bars == context.section.bars
        own, other = placed(first), placed(second)
        edges = {*own, *other, context.section.bars}
        for bar, piece in placed(child).items():
            assert bar in edges
            assert bar + piece[0] in edges
            taken += piece == other.get(bar) != own.get(bar)
    assert taken > 50


def test_many_children_are_new():
    new = sum(child.phrases not in {a.phrases, b.phrases} for a, b, child, _ in families("melody"))
    assert new > 2 * len(pool("melody")) / 4


def test_shared_material_stays_shared(verse):
    """A phrase taken back into the form it came from sings what its sisters sing."""
    first = melody([phrase_of("0+4:0"), phrase_of("4+4:0")], [Phrase(i % 2, 1) for i in range(8)])
    for seed in range(20):
        assert MELODY.mate(first, first, verse, np.random.default_rng(seed)) == first


def test_a_little_is_less_than_a_lot():
    plain = melody([phrase_of("0+4:0 4+4:1 8+8:2")], [Phrase(0, 1)])
    nudged = melody([phrase_of("0+4:0 4+4:2 8+8:2")], [Phrase(0, 1)])
    turned = melody([phrase_of("0+4:0 4+4:-1 8+8:-2")], [Phrase(0, 1)])
    moved = melody([phrase_of("2+4:0 6+4:-1 10+6:-4")], [Phrase(0, 1)])
    assert 0 < distance(plain, nudged) < distance(plain, turned) < distance(plain, moved)
