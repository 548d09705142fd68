"""Every operator: legal, alive, and changing what it says and nothing else."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from genomes.melody import MELODY, MelodyGenome
from genomes.melody.genes import Phrase
from genomes.melody.operators import OPERATORS, PITCH_OPERATORS
from tests.genomes.conftest import spread_contexts
from tests.genomes.melody.conftest import chorded, melody, outcomes, phrase_of, words
from tests.genomes.melody.strategies import evolved, with_chords

CALLS = 120
ALIVE = 0.25
# Some genes sound only where a melody gives them something to do.
AUDIBLE = 0.2
# Chords that move on, in meters that leave room for a line.
GROUNDS = (
    ("I V vi IV I V IV I", "C major", "4/4"),
    ("i VI III VII i iv V i", "A minor", "7/8"),
    ("i VII i VII", "D dorian", "6/8"),
    ("I IV V I", "G major", "3/4"),
)

RHYTHM, HEIGHTS, SHARED, ORDER = "rhythm", "heights", "shared", "order"
# What each operator may change: aspects of the materials, genes of phrases, genes of the whole.
CHANGES = {
    "move_tone": {HEIGHTS, SHARED},
    "repeat_tone": {HEIGHTS, SHARED},
    "smooth": {HEIGHTS, SHARED},
    "leap": {HEIGHTS, SHARED},
    "invert": {HEIGHTS, SHARED},
    "reverse": {HEIGHTS, SHARED},
    "widen_or_flatten": {HEIGHTS, SHARED},
    "place_peak": {HEIGHTS, SHARED},
    "turn_back": {HEIGHTS, SHARED},
    "new_contour": {HEIGHTS, SHARED},
    "split_tone": {RHYTHM, HEIGHTS, SHARED},
    "join_tones": {RHYTHM, HEIGHTS, SHARED},
    "thin_out": {RHYTHM, HEIGHTS, SHARED},
    "move_tone_in_time": {RHYTHM, SHARED},
    "hold_or_release": {RHYTHM, SHARED},
    "displace": {RHYTHM, HEIGHTS, SHARED},
    "new_rhythm": {RHYTHM, HEIGHTS, SHARED},
    "halve_or_double": {RHYTHM, HEIGHTS, SHARED},
    "lift_phrase": {"lift"},
    "turn_tail": {"tail"},
    "end_phrase": {"ending"},
    "set_cadence": {"cadence"},
    "ornament": {"ornament"},
    "reuse_material": {RHYTHM, HEIGHTS, SHARED},
    "freshen": {HEIGHTS, SHARED},
    "answer_phrase": {
        *(RHYTHM, HEIGHTS, SHARED),
        *("lift", "tail", "ending", "cadence", "ornament"),
    },
    "swap_phrases": {
        *(RHYTHM, HEIGHTS, SHARED),
        *("lift", "tail", "ending", "cadence", "ornament"),
    },
    "join_phrases": {ORDER},
    "split_phrase": {ORDER},
    "move_register": {"register"},
    "change_home": {"home"},
    "lean": {"leaning"},
    "sing_louder_or_softer": {"dynamic"},
    "draw_syllables": {"melismas"},
}
PHRASE_GENES = ("lift", "tail", "ending", "cadence", "ornament")
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


@pytest.fixture(scope="session")
def calls():
    """Every operator on melodies in many contexts, half of them with words."""
    rng = np.random.default_rng(3)
    return calls_in([with_chords(plain, rng) for plain in spread_contexts(CALLS, rng)], rng)


@pytest.fixture(scope="session")
def plain_calls():
    """Every operator on melodies over plain chords, half of them with words."""
    grounds = [chorded(*ground) for ground in GROUNDS for _ in range(CALLS // len(GROUNDS))]
    return calls_in(grounds, np.random.default_rng(3))


def calls_in(contexts, rng):
    made = []
    for index, plain in enumerate(contexts):
        context = plain
        if index % 2:
            context = replace(plain, lyrics=words("the RI-ver KEEPS its TIME", "and I"))
        made.append((evolved(context, rng, 3), context))
    return {
        name: [(genome, operator(genome, c, rng), c) for genome, c in made]
        for name, operator in OPERATORS.items()
    }


def test_what_each_operator_may_change_is_written_down():
    assert set(CHANGES) == set(OPERATORS)


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_change_what_they_say_and_nothing_else(name, calls):
    for before, after, _ in calls[name]:
        assert changed(before, after) <= CHANGES[name]


@pytest.mark.parametrize("name", OPERATORS)
def test_genomes_stay_legal_and_whole(name, calls):
    for _, after, context in calls[name]:
        assert MelodyGenome.from_payload(json.loads(json.dumps(after.to_payload()))) == after
        assert after.bars == context.section.bars
        assert len(after.render(context).notes)


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_is_dead(name, calls):
    changes = [before != after for before, after, _ in calls[name]]
    assert sum(changes) / CALLS >= ALIVE, f"{name} changed {sum(changes)} of {CALLS}"


@pytest.mark.parametrize("name", OPERATORS)
def test_what_an_operator_changes_can_be_heard(name, plain_calls):
    made = [call for call in plain_calls[name] if call[0] != call[1]]
    audible = [after.render(c) != before.render(c) for before, after, c in made]
    assert sum(audible) / len(audible) >= AUDIBLE


@pytest.mark.parametrize("name", PITCH_OPERATORS)
def test_pitch_operators_leave_the_rhythm_alone(name, calls):
    for before, after, context in calls[name][:40]:
        rhythms = [
            [note[:2] for note in genome.render(context).notes.tolist()]
            for genome in (before, after)
        ]
        assert rhythms[0] == rhythms[1]


@pytest.mark.parametrize("name", OPERATORS)
def test_the_same_seed_gives_the_same_genome(name, calls):
    for seed, (before, _, context) in enumerate(calls[name][:20]):
        first, second = (
            OPERATORS[name](before, context, np.random.default_rng(seed)) for _ in range(2)
        )
        assert first == second


def test_mutate_nearly_always_changes_something(calls):
    rng = np.random.default_rng(5)
    names = set()
    for before, _, context in calls["invert"] * 4:
        after, name = MELODY.mutate(before, context, rng)
        assert name != "none"
        assert after != before
        names.add(name)
    assert names == set(OPERATORS)


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


def test_mutation_goes_both_ways_in_density():
    """Melodies get fuller about as often as sparser."""
    rng = np.random.default_rng(7)
    fuller = sparser = 0
    for plain in spread_contexts(150, rng):
        context = with_chords(plain, rng)
        genome, _ = MELODY.random(context, rng)
        before = len(genome.render(context).notes)
        for _ in range(5):
            genome, _ = MELODY.mutate(genome, context, rng)
        after = len(genome.render(context).notes)
        fuller += after > before
        sparser += after < before
    assert fuller > 20
    assert sparser > 20
    assert 0.4 < fuller / sparser < 2.5
