"""Each bass rule: it varies over real pools, and prefers the better of two lines."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given

from fitness.theory import RULES, theory, theory_terms
from genomes.bass import BASS, BassGenome
from genomes.context import Context
from genomes.notes import Part
from tests.fitness.theory.test_theory import transposed
from tests.genomes.bass.conftest import line, over, with_drums
from tests.genomes.bass.strategies import lines_in_context
from tests.genomes.calls import render, replace

BASS_RULES = RULES["bass"]
POOL_SIZE = 50


def leaning(context: Context, energy: float) -> Context:
    """The context with a stiller or fuller section."""
    return replace(context, section=replace(context.section, energy=energy))


CONTEXTS = {
    "7/8": over("F#m D A E", key="F# minor", meter="7/8"),
    "4/4": with_drums(over("C Am F/A G7"), 0, 720),
    "3/4": leaning(over("Dm C Dm C/E F C Dm Dm", key="D dorian", meter="3/4"), 0.2),
    "6/8": with_drums(
        leaning(over("Em C G D Em C Am B7", key="E minor", meter="6/8"), 0.8), 0, 480
    ),
    "5/4": over("Bb Ab", key="Bb mixolydian", meter="5/4"),
}
# Deep and high notes are worth less, and the key decides which they are.
DEPENDS_ON_REGISTER = {"low_end"}

CHORDS = over("C Am F G")

# rule -> (what is better, where, the better line, the worse line)
PAIRS: dict[str, list[tuple[str, Context, str, str]]] = {
    "grounding": [
        (
            "roots, or thirds",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root",
            "0:third | 0:third | 0:third | 0:third",
        ),
        (
            "the last chord counts as much as the first",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root",
            "0:root | 0:root | 0:root | 0:third",
        ),
        (
            "at the change, or after it",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root",
            "0:root | 8:root | 0:root | 8:root",
        ),
        (
            "the bass of a slash chord is as good as its root, and better than its fifth",
            over("C G/B"),
            "0:root | 0:bass",
            "0:root | 0:fifth",
        ),
        (
            "a root that is missing is less bad than another note",
            CHORDS,
            "0:root/4 | | 0:root | 0:root",
            "0:root | 0:above | 0:root | 0:root",
        ),
    ],
    "no_sour_notes": [
        (
            "a fifth, or the note beside the root",
            CHORDS,
            "0:root 8:fifth | 0:root | 0:root | 0:root",
            "0:root 8:above | 0:root | 0:root | 0:root",
        ),
        (
            "a lead that goes home by step, or one that doesn't",
            CHORDS,
            "0:root 12:half_below | 0:root | 0:root | 0:root",
            "0:root 12:half_below | 0:fifth | 0:root | 0:root",
        ),
        (
            "a note that stops at the change, or sounds on over the next chord",
            CHORDS,
            "0:root | 0:root | 0:root 12:fifth | 0:root",
            "0:root | 0:root | 0:root | 8:root",
        ),
        (
            "sour on a light place, or on a heavy one",
            CHORDS,
            "0:root 2:above/2 4:root | 0:root | 0:root | 0:root",
            "0:above/2 4:root | 0:root | 0:root | 0:root",
        ),
    ],
    "with_the_kick": [
        (
            "on the kick, or beside it",
            with_drums(CHORDS, 0, 720),
            "0:root 6:root | 0:root 6:root | 0:root 6:root | 0:root 6:root",
            "0:root 8:root | 0:root 8:root | 0:root 8:root | 0:root 8:root",
        ),
        (
            "without drums, on the beat groups or off them",
            over("C Am F G", meter="7/8"),
            "0:root 8:root | 0:root | 0:root | 0:root",
            "0:root 6:root | 3:root | 0:root | 0:root",
        ),
    ],
    "line": [
        (
            "it steps into the change, or jumps",
            CHORDS,
            "0:root 12:step_above | 0:root | 0:root | 0:root",
            "0:root 12:colour+ | 0:root | 0:root | 0:root",
        ),
        (
            "it moves, or stands",
            CHORDS,
            "0:root 8:fifth- | 0:root | 0:root | 0:root",
            "0:tonic 8:tonic | 0:tonic | 0:tonic | 0:tonic",
        ),
    ],
    "riff": [
        (
            "a rhythm that comes again, or a new one in every bar",
            CHORDS,
            "0:root 6:fifth | 0:root 6:fifth | 0:root 6:fifth | 0:root 8:fifth",
            "0:root 6:fifth | 2:root 9:fifth | 4:root 11:fifth | 1:root 8:fifth",
        ),
        (
            "a change in it, or none at all",
            CHORDS,
            "0:root 6:root | 0:root 6:root | 0:root 6:root | 0:root 6:root 12:root",
            "0:root 6:root | 0:root 6:root | 0:root 6:root | 0:root 6:root",
        ),
    ],
    "last_bar": [
        (
            "another last bar, or the same again",
            over("C C C C"),
            "0:root 8:fifth | 0:root 8:fifth | 0:root 8:fifth | 0:root 8:third 12:fifth",
            "0:root 8:fifth | 0:root 8:fifth | 0:root 8:fifth | 0:root 8:fifth",
        ),
        (
            "it leads back by step, or doesn't",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root 12:half_below",
            "0:root | 0:root | 0:root | 0:root 12:third+",
        ),
    ],
    "room": [
        (
            "a still section has a note a bar, or sixteenths",
            replace(CHORDS, section=replace(CHORDS.section, energy=0.0)),
            "0:root | 0:root | 0:root | 0:root",
            " | ".join([" ".join(f"{cell}:root" for cell in range(16))] * 4),
        ),
        (
            "a full one has beats, or a note a bar",
            replace(CHORDS, section=replace(CHORDS.section, energy=1.0)),
            " | ".join(["0:root 4:root 8:root 12:root"] * 4),
            "0:root | 0:root | 0:root | 0:root",
        ),
    ],
    "low_end": [
        (
            "down where a bass is at home, or high up",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root",
            "0:root+ | 0:root+ | 0:root+ | 0:root+",
        ),
        (
            "within an octave, or over two",
            CHORDS,
            "0:root | 0:root | 0:root | 0:root",
            "0:root 8:fifth+ | 0:root | 0:root 8:third+ | 0:root-",
        ),
    ],
}
CASES = [
    pytest.param(rule, *pair[1:], id=f"{rule}: {pair[0]}")
    for rule, pairs in PAIRS.items()
    for pair in pairs
]


def written(text: str, context: Context) -> Part:
    return render(line(text, context.meter.bar_ticks // 120), context)


@pytest.mark.parametrize(("rule", "context", "better", "worse"), CASES)
def test_the_better_line_is_worth_more(
    rule: str, context: Context, better: str, worse: str
) -> None:
    judge = BASS_RULES[rule]
    assert judge(written(better, context), context) > judge(written(worse, context), context) + 0.01


def test_every_rule_has_its_examples() -> None:
    assert list(PAIRS) == list(BASS_RULES)


@pytest.fixture(scope="module", params=CONTEXTS.values(), ids=CONTEXTS.keys())
def pool_terms(request: pytest.FixtureRequest) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng = np.random.default_rng(11)
    context: Context = request.param
    parts = [render(BASS.random(context, rng)[0], context) for _ in range(POOL_SIZE)]
    return [theory_terms("bass", part, context) for part in parts]


@pytest.mark.parametrize("rule", BASS_RULES)
def test_varies_over_a_random_pool(pool_terms: list[dict[str, float]], rule: str) -> None:
    values = np.array([terms[rule] for terms in pool_terms])
    assert values.std() > 0.03
    assert (values == values.max()).mean() < 0.95


def test_the_mean_varies_too(pool_terms: list[dict[str, float]]) -> None:
    assert np.std([theory(terms) for terms in pool_terms]) > 0.04


@given(lines_in_context())
def test_every_term_lies_between_0_and_1(made: tuple[BassGenome, Context]) -> None:
    genome, context = made
    terms = theory_terms("bass", render(genome, context), context)
    assert all(0 <= value <= 1 for value in terms.values())


@given(lines_in_context())
def test_another_key_changes_nothing(made: tuple[BassGenome, Context]) -> None:
    genome, context = made
    part = render(genome, context)
    moved, moved_context = transposed(part, context, 3)
    parts = tuple((name, transposed(p, context, 3)[0]) for name, p in context.parts[:1])
    there = theory_terms("bass", moved, replace(moved_context, parts=(*parts, *context.parts[1:])))
    here = theory_terms("bass", part, context)
    for rule in set(here) - DEPENDS_ON_REGISTER:
        assert there[rule] == pytest.approx(here[rule]), rule


def test_an_empty_part_and_one_by_hand_are_judged() -> None:
    for rows in ([], [(0, 7680, 36, 80)], [(17, 3, 100, 1), (5000, 600, 20, 127)]):
        terms = theory_terms("bass", Part.of(rows, 7680), CHORDS)
        assert all(0 <= value <= 1 for value in terms.values())


def test_chords_are_needed() -> None:
    context = replace(CHORDS, parts=())
    with pytest.raises(ValueError, match="no chords"):
        theory_terms("bass", Part.of([(0, 480, 36, 80)], 7680), context)


def test_judging_is_quick() -> None:
    context = CONTEXTS["4/4"]
    rng = np.random.default_rng(1)
    parts = [render(BASS.random(context, rng)[0], context) for _ in range(100)]
    start = time.perf_counter()
    for part in parts:
        theory_terms("bass", part, context)
    assert (time.perf_counter() - start) / 100 < 0.004  # on any machine: it takes about 0.25 ms
