"""Each melody rule shown by two tunes that differ in what the rule is about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from fitness.theory import RULES, theory, theory_terms
from genomes import Context, Key, Meter, Part, Section
from genomes.melody import MELODY, MelodyGenome
from tests.fitness.theory.melodies import tune
from tests.genomes.calls import render, replace
from tests.genomes.melody.strategies import sung_genomes, with_chords

Written = tuple[Part, Context]

# rule -> (what is better, the better tune, the worse tune)
PAIRS: dict[str, list[tuple[str, Written, Written]]] = {
    "strong_beats": [
        (
            "downbeats of the chord, or a second above it",
            tune("E4*2 G4*2 A4*2 C5*2", "C F"),
            tune("F4*2 A4*2 B4*2 D5*2", "C F"),
        ),
        (
            "a suspension that falls to the chord, or one that leaps away",
            tune("F4*2 E4*2", "C"),
            tune("F4*2 C5*2", "C"),
        ),
    ],
    "dissonance": [
        (
            "a passing note goes on by step, or is left by a leap",
            tune("C4 D4 E4 G4", "C"),
            tune("C4 D4 G4 E4", "C"),
        ),
        (
            "a note of the key passes, or one of no key at all",
            tune("E4 F4 G4*2", "C"),
            tune("E4 F#4 G4*2", "C"),
        ),
    ],
    "intervals": [
        ("steps and thirds, or sevenths", tune("C4 D4 E4 G4", "C"), tune("C4 B4 C4 B4", "C")),
        ("a fourth, or a tritone", tune("C4 F4 E4 D4", "C"), tune("C4 F#4 E4 D4", "C")),
        (
            "a leap turned back from, or one that goes on",
            tune("C4 A4 G4 F4", "C"),
            tune("C4 A4 B4 C5", "C"),
        ),
    ],
    "shape": [
        (
            "one peak inside the phrase, or the peak at its start",
            tune("C4 E4 G4 D4", "C"),
            tune("G4 E4 C4 D4", "C"),
        ),
        (
            "one peak, or three",
            tune("C4 E4 G4 E4 D4 E4 D4 C4", "C C"),
            tune("C4 G4 E4 G4 E4 G4 E4 C4", "C C"),
        ),
        ("a sixth in all, or one note", tune("C4 E4 A4 C4", "C"), tune("C4 C4 C4 C4", "C")),
    ],
    "motif": [
        (
            "the phrase comes again changed, or just the same",
            tune("C4 D4 E4 - C4 D4 F4 -", "C F"),
            tune("C4 D4 E4 - C4 D4 E4 -", "C F"),
        ),
        (
            "the phrase comes again changed, or another one comes",
            tune("C4 D4 E4 - C4 D4 F4 -", "C F"),
            tune("C4 D4 E4 - C5*2.5 A4*0.5 -", "C F"),
        ),
    ],
    "room": [
        (
            "a quiet section has few notes, or many",
            tune("E4*3 - D4*3 -", "C G", energy=0.1),
            tune("E4*0.5 " * 14 + "-", "C G", energy=0.1),
        ),
        (
            "a full section has many notes, or few",
            tune("E4*0.5 " * 14 + "-", "C G", energy=1),
            tune("E4*3 - D4*3 -", "C G", energy=1),
        ),
        (
            "there are rests, or there are none",
            tune("E4 G4*2 - D4 D4*2 -", "C G"),
            tune("E4 G4*3 D4 D4*3", "C G"),
        ),
    ],
    "endings": [
        (
            "the phrase rests on the root, or on a note outside the chord",
            tune("E4 D4 C4*2", "C"),
            tune("E4 C4 D4*2", "C"),
        ),
        (
            "the last note is long, or short",
            tune("E4 D4 C4*2", "C"),
            tune("E4*1.5 D4*1.5 C4*0.5 -*0.5", "C"),
        ),
        (
            "it comes home, or ends on another chord's root",
            tune("E4 D4 C4*2", "C"),
            tune("A4 G4 F4*2", "F"),
        ),
    ],
    "entries": [
        (
            "the next phrase begins where the last one ended, or far off",
            tune("C4 D4 E4 - E4 D4 C4 -", "C C"),
            tune("C4 D4 E4 - C5 B4 G4 -", "C C"),
        ),
        (
            "it goes on from the section before, or leaps away from it",
            tune("E4 D4 C4*2", "C", before="D4"),
            tune("E4 D4 C4*2", "C", before="C5"),
        ),
        ("it begins in its chord, or outside", tune("C4*4", "C"), tune("D4*4", "C")),
    ],
    "prosody": [
        (
            "long notes on the beat, or off it",
            tune("C4*2 D4*0.5 E4*1.5", "C"),
            tune("C4*0.5 D4*2 E4*1.5", "C"),
        ),
        (
            "stressed syllables on the beats, or between them",
            tune("-*0.5 C4*0.5 D4 E4*0.5 F4*0.5", "C", lyrics="the RAIN the"),
            tune("-*0.5 C4*0.5 D4 E4*0.5 F4*0.5", "C", lyrics="THE rain the"),
        ),
    ],
}


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == set(RULES["melody"])


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        pytest.param(rule, better, worse, id=f"{rule}: {what}")
        for rule, pairs in PAIRS.items()
        for what, better, worse in pairs
    ],
)
def test_direction(rule: str, better: Written, worse: Written) -> None:
    assert RULES["melody"][rule](*better) > RULES["melody"][rule](*worse)


@pytest.mark.parametrize(
    ("rule", "written", "value"),
    [
        ("strong_beats", tune("E4*2 G4*2", "C"), 1.0),
        # The downbeat leans (0.7), beat 3 and what is held to beats 2 and 4 weigh 1 in all.
        ("strong_beats", tune("F4*1 E4*3", "C"), (1.0 * 0.7 + 1.0) / 2.0),
        ("dissonance", tune("C4 E4 G4 E4", "C"), 0.75),
        ("dissonance", tune("C4 D4 E4*2", "C"), 1.0),
        ("intervals", tune("C4 D4 E4 C4", "C"), (1 + 1 + 0.8) / 3),
        ("motif", tune("C4 D4 E4*2", "C"), 0.4),
        ("endings", tune("C4 C4*3", "C"), 1.0),
        ("entries", tune("C4*2 - C4", "C"), 1.0),
        ("prosody", tune("C4*2 C4*2", "C"), 1.0),
    ],
)
def test_by_hand(rule: str, written: Written, value: float) -> None:
    assert RULES["melody"][rule](*written) == pytest.approx(value)


CONTEXTS = (
    Context(Key.parse("F# minor"), Meter(7, 8), 82, Section("verse", 4)),
    Context(Key.parse("C major"), Meter(4, 4), 120, Section("chorus", 8, 0.8)),
    Context(Key.parse("D dorian"), Meter(3, 4), 68, Section("bridge", 8, 0.2)),
    Context(Key.parse("A harmonic minor"), Meter(6, 8), 140, Section("verse", 5)),
)


@pytest.fixture(scope="module", params=CONTEXTS, ids=lambda context: str(context.key))
def pool_terms(request: pytest.FixtureRequest) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng = np.random.default_rng(11)
    context = with_chords(request.param, rng)
    parts = [render(MELODY.random(context, rng)[0], context) for _ in range(50)]
    return [theory_terms("melody", part, context) for part in parts]


@pytest.mark.parametrize("rule", RULES["melody"])
def test_varies_over_a_random_pool(pool_terms: list[dict[str, float]], rule: str) -> None:
    values = np.array([terms[rule] for terms in pool_terms])
    assert values.std() > 0.03
    assert (values == values.max()).mean() < 0.95


def test_the_mean_varies_too(pool_terms: list[dict[str, float]]) -> None:
    assert np.std([theory(terms) for terms in pool_terms]) > 0.03


@given(sung_genomes())
def test_every_term_lies_between_0_and_1(made: tuple[MelodyGenome, Context]) -> None:
    genome, context = made
    terms = theory_terms("melody", render(genome, context), context)
    assert list(terms) == list(RULES["melody"])
    assert all(0 <= value <= 1 for value in terms.values())


def test_silence_is_judged_too() -> None:
    _, context = tune("C4*4", "C")
    terms = theory_terms("melody", Part.of([], context.length_ticks), context)
    assert all(0 <= value <= 1 for value in terms.values())


def test_without_chords_there_is_nothing_to_judge_by() -> None:
    part, context = tune("C4*4", "C")
    with pytest.raises(ValueError, match="no chords"):
        theory_terms("melody", part, replace(context, parts=()))
