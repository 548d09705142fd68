"""Each harmony rule shown by two parts that differ in what the rule is about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from fitness.theory import RULES, theory, theory_terms
from genomes import ChordSpan, Context, Key, Meter, Part, Section
from genomes.harmony import HARMONY, HarmonyGenome
from genomes.keys import pitch_class_of
from tests.genomes.calls import render
from tests.genomes.harmony.songs import genomes_in_context, song

POOL_SIZE = 60
CONTEXTS = (
    song("F# minor", "7/8", 4, seed=1),
    song("C major", "4/4", 8, seed=2),
    song("D dorian", "3/4", 8, seed=3, energy=0.2),
    song("Bb mixolydian", "6/8", 4, seed=4, energy=0.9),
    song("A minor", "4/4", 4, seed=5, swing=0.6),
)
BAR = 1920
MELODY = "C5*2 E5*2 | G5 F5 E5 D5 | C5*4 | r r D5*2"


def line(text: str) -> list[tuple[int, int, int, int]]:
    """Notes such as ``"C5*2 r E5"``: quarters, or as many as are told; bars are for the eye."""
    rows, at = [], 0
    for word in text.replace("|", " ").split():
        name, _, quarters = word.partition("*")
        length = round(480 * float(quarters or 1))
        if name != "r":
            pitch = pitch_class_of(name[:-1]) + 12 * (int(name[-1]) + 1)
            rows.append((at, length, pitch, 60))
        at += length
    return rows


def written(
    *lines: str, melody: str = MELODY, bars: int = 4, energy: float = 0.5
) -> tuple[Part, Context]:
    """Voices over four bars of C major, beside a melody."""
    spans = [ChordSpan(bar * BAR, BAR, 0, 0, (0, 4, 7), "I", "C") for bar in range(bars)]
    chords = Part.of([(0, BAR * bars, 48, 60)], BAR * bars, spans)
    parts = (("chords", chords), ("melody", Part.of(line(melody), BAR * bars)))
    section = Section("verse", bars, energy)
    context = Context(Key.parse("C major"), Meter(4, 4), 100, section, parts)
    return Part.of([row for text in lines for row in line(text)], BAR * bars, spans), context


Written = tuple[Part, Context]

# rule -> (what is better, the better part, the worse part)
PAIRS: dict[str, list[tuple[str, Written, Written]]] = {
    "sweetness": [
        ("sixths below, or fourths", written("E4*2 G4*2"), written("G4*2 B4*2")),
        (
            "a third, or a tritone",
            written("r*4 E5", melody="r*4 G5*4"),
            written("r*4 C#5", melody="r*4 G5*4"),
        ),
    ],
    "contrary_motion": [
        ("falls where the melody rises, or rises too", written("G4*2 E4*2"), written("E4*2 G4*2")),
        ("holds, or goes along", written("G4*2 G4*2"), written("E4*2 G4*2")),
    ],
    "independence": [
        ("moves while the melody holds", written("r G4 r E4"), written("G4*2 E4*2")),
    ],
    "smooth_leading": [
        (
            "common tones and steps, or leaps",
            written("C4*4 C4*4", "E4*4 F4*4", "G4*4 A4*4"),
            written("C4*4 F4*4", "E4*4 A4*4", "G4*4 F5*4"),
        ),
    ],
    "distance_from_melody": [
        ("an octave below, or the note beside it", written("E4*2"), written("B4*2")),
        ("below, or far above", written("E4*2"), written("G6*2")),
        ("below, or in the cellar", written("E4*2"), written("C2*2")),
    ],
    "spacing": [
        ("a triad, or a cluster", written("C4*4", "E4*4", "G4*4"), written("C4*4", "D4*4", "E4*4")),
        ("a third up high, or down low", written("C4*4", "E4*4"), written("E2*4", "G2*4")),
    ],
    "room": [
        (
            "a still section: one long tone here and there, or quarters",
            written("r*8 C4*4 r*4", energy=0.0),
            written("C4 D4 E4 F4 " * 4, energy=0.0),
        ),
        (
            "a full section: something in every bar, or one tone",
            written("C4*2 E4*2 " * 4, energy=1.0),
            written("r*8 C4*4 r*4", energy=1.0),
        ),
    ],
    "entries": [
        ("in on a bar, or anywhere", written("r*8 E4*4"), written("r*9.5 E4*2")),
        ("in the melody's rest, or into its tone", written("r*13 E4"), written("r*9 E4")),
    ],
    "returns": [
        (
            "a rhythm comes again with other notes, or another comes",
            written("E4 G4*3 r*4 F4 A4*3"),
            written("E4 G4*3 r*4 r*2 A4*2"),
        ),
        (
            "with other notes, or the same",
            written("E4 G4*3 r*4 F4 A4*3"),
            written("E4 G4*3 r*4 E4 G4*3"),
        ),
    ],
}


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == set(RULES["harmony"])


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        pytest.param(rule, better, worse, id=f"{rule}: {what}")
        for rule, pairs in PAIRS.items()
        for what, better, worse in pairs
    ],
)
def test_direction(rule: str, better: Written, worse: Written) -> None:
    assert RULES["harmony"][rule](*better) > RULES["harmony"][rule](*worse)


@pytest.mark.parametrize(
    ("rule", "made", "value"),
    [
        ("sweetness", written("A4*2 C5*2"), 1.0),
        ("contrary_motion", written("G4*2 E4*2"), 1.0),
        ("independence", written("r G4 E4 r"), 0.5),
        ("distance_from_melody", written("E4*2"), 1.0),
        ("spacing", written("C4*4", "E4*4"), 1.0),
        ("entries", written("r*4 E4*4 r*4 E4*4"), 0.8),
        ("returns", written("E4*4"), 0.5),
    ],
)
def test_by_hand(rule: str, made: Written, value: float) -> None:
    assert RULES["harmony"][rule](*made) == pytest.approx(value)


@pytest.fixture(
    scope="module", params=CONTEXTS, ids=lambda context: f"{context.key} {context.meter}"
)
def pool_terms(request: pytest.FixtureRequest) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng = np.random.default_rng(11)
    context: Context = request.param
    parts = [render(HARMONY.random(context, rng)[0], context) for _ in range(POOL_SIZE)]
    return [theory_terms("harmony", part, context) for part in parts]


@pytest.mark.parametrize("rule", RULES["harmony"])
def test_varies_over_a_random_pool(pool_terms: list[dict[str, float]], rule: str) -> None:
    values = np.array([terms[rule] for terms in pool_terms])
    assert values.std() > 0.03
    assert (values == values.max()).mean() < 0.9


def test_the_mean_varies_too(pool_terms: list[dict[str, float]]) -> None:
    assert np.std([theory(terms) for terms in pool_terms]) > 0.03


@given(genomes_in_context())
def test_every_term_lies_between_0_and_1(made: tuple[HarmonyGenome, Context]) -> None:
    genome, context = made
    terms = theory_terms("harmony", render(genome, context), context)
    assert list(terms) == list(RULES["harmony"])
    assert all(0 <= value <= 1 for value in terms.values())


def test_without_a_melody_every_rule_still_judges() -> None:
    context = song(melody=False)
    part = render(HARMONY.random(context, np.random.default_rng(0))[0], context)
    assert all(0 <= value <= 1 for value in theory_terms("harmony", part, context).values())
