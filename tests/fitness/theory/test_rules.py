"""Every rule of every stage: what it prefers, its range, its variety, and what it doesn't see."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.theory import RULES, WEIGHTS, theory, theory_terms
from fitness.theory.drum_reading import drums_of
from genomes.context import Context
from genomes.keys import PLAIN_NAMES, Key
from genomes.notes import ChordSpan, Part
from tests.fitness.theory.writing import written
from tests.genomes.calls import render
from tests.genomes.contexts import context_of, over, song, with_drums
from tests.genomes.stages import STAGES, every_stage, genomes_in_context
from tests.strategies import contexts

POOL_SIZE = 50


def read_pairs() -> dict[str, dict[str, list[tuple[str, str, str]]]]:
    """Stage -> rule -> what is better, the better part, the worse part; see pairs.txt."""
    found: dict[str, dict[str, list[tuple[str, str, str]]]] = {}
    text = (Path(__file__).parent / "pairs.txt").read_text("utf-8")
    lines = iter(line for line in text.splitlines() if line and not line.startswith("#"))
    for line in lines:
        if line.startswith("["):
            rules = found.setdefault(line.strip("[]"), {})
        elif not line.startswith(" "):
            pairs = rules.setdefault(line, [])
        else:
            pairs.append((line.strip(), next(lines), next(lines)))
    return found


PAIRS = read_pairs()
BY_HAND = [
    # B rises to C and F falls to E in one chord of two; C has no tension.
    ("chords", "resolution", "G7 | C", (1.0 + 0.8) / 2),
    ("chords", "plain_ground", "C | F", 0.7),
    ("chords", "steady_changes", "C | F | G | C", 1.0),
    ("chords", "clean_sound", "C: C3 E4 G4", 1.0),
    ("chords", "clean_sound", "C: C3 C#4 C5", 1 / 3),
    ("chords", "space", "C {strokes=4}", 0.5**0.25),
    ("chords", "home", "C | F | G | C", 1.0),
    ("chords", "home", "C | F | G | G", 0.35 + 0.35 + 0.3 * 0.8),
    ("chords", "loops", "C | G", 0.5),  # too short for anything to come round
    ("chords", "loops", "C | F | G | C | C | F | G | C", 1.0),
    ("chords", "loops", "C | F | G | C | C | G | F | G", 1 / (1 + 0.5 / 0.75)),
    ("chords", "root_position", "C | F", 1.0),
    ("chords", "root_position", "C | F: A2 C4 F4", 0.3),
    ("drums", "anchors", "VERSE {chords_at=0,8}", (1 + 0.5 / 0.585) / 2),  # few kicks
    # A snare and a hat under a change are something.
    ("drums", "anchors", "VERSE {chords_at=0,4}", (0.75 + 0.5 / 0.585) / 2),
    ("drums", "backbeat", "VERSE | VERSE", 1.0),
    ("drums", "steady_time", "VERSE | VERSE", 1.0),
    ("drums", "loop", "VERSE", 1.0),
    ("drums", "loop", "VERSE | VERSE | VERSE | VERSE {energy=1.0}", 0.4),
    ("drums", "phrase_ends", "VERSE | VERSE | VERSE | VERSE {energy=1.0}", 0.0),
    ("drums", "accents", "ride x...x...x...x...", 0.5),
    ("drums", "room", "ride xxxxxxxxxxxxxxxx", 0.5),
    ("drums", "dynamics", "ride x...x...x...x...", 0.0),
    ("drums", "comfort", "snare x...x...x...x...", 1.0),
    ("melody", "strong_beats", "E4*2 G4*2 {over=C}", 1.0),
    # The downbeat leans (0.7), beat 3 and what is held to beats 2 and 4 weigh 1 in all.
    ("melody", "strong_beats", "F4*1 E4*3 {over=C}", (1.0 * 0.7 + 1.0) / 2.0),
    ("melody", "dissonance", "C4 E4 G4 E4 {over=C}", 1.0),
    ("melody", "dissonance", "C4 D4 E4*2 {over=C}", 1.0),
    # Reached by step and left by a leap.
    ("melody", "dissonance", "C4 D4 G4*2 {over=C}", 0.4 / 0.55),
    ("melody", "intervals", "C4 F4 C4 F4 {over=C}", 0.7 / 0.87),
    ("melody", "motif", "C4 D4 E4*2 {over=C}", 0.4 / 0.7),
    ("melody", "returns", "C4 D4 E4*2 {over=C}", 0.4),
    ("melody", "moves", "C4*4 {over=C}", 0.5),
    ("melody", "rhythm", "C4*4 {over=C}", 0.5),
    ("melody", "pickups", "C4 D4 E4 D4 {over=C}", 1.0),
    ("melody", "pickups", "C4*2 D4*2 {over=C}", 1 / (1 + 0.7 / 0.3)),
    (
        "melody",
        "syncopation",
        "C4*0.5 D4*0.5 E4 F4*0.5 G4*0.5 G4 {over=C}",
        1 / (1 + (0.4 - 2 / 6) / 0.15),
    ),
    ("melody", "endings", "C4 C4*3 {over=C}", 1.0),
    ("melody", "entries", "C4*2 - C4 {over=C}", 1.0),
    ("melody", "prosody", "C4*2 C4*2 {over=C}", 1.0),
    ("harmony", "sweetness", "A4*2 C5*2", 1.0),
    ("harmony", "contrary_motion", "G4*2 E4*2", 1.0),
    ("harmony", "independence", "r G4 E4 r", 0.5),
    ("harmony", "distance_from_melody", "E4*2", 1.0),
    ("harmony", "spacing", "C4*4 / E4*4", 1.0),
    ("harmony", "entries", "r*4 E4*4 r*4 E4*4", 0.8),
    ("harmony", "returns", "E4*4", 0.5),
]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_pair(name: str) -> None:
    assert list(PAIRS[name]) == list(RULES[name])


@pytest.mark.parametrize(
    ("name", "rule", "better", "worse"),
    [
        pytest.param(name, rule, better, worse, id=f"{name}, {rule}: {what}")
        for name, rules in PAIRS.items()
        for rule, pairs in rules.items()
        for what, better, worse in pairs
    ],
)
def test_the_better_part_is_worth_more(name: str, rule: str, better: str, worse: str) -> None:
    judge = RULES[name][rule]
    margin = 0.01 if name == "bass" else 0
    assert judge(*written(name, better)) > judge(*written(name, worse)) + margin


@pytest.mark.parametrize(("name", "rule", "text", "value"), BY_HAND)
def test_by_hand(name: str, rule: str, text: str, value: float) -> None:
    assert RULES[name][rule](*written(name, text)) == pytest.approx(value)


SEVENS = ("F# minor", "7/8", 4)
SUPPORTED = ("chords", "bass", "melody")
POOLS = {
    "chords": (
        context_of(*SEVENS, tempo_bpm=82),
        context_of(),
        context_of("D dorian", "3/4", 8, tempo_bpm=68),
    ),
    "drums": (
        replace(song("D minor", "4/4", 8, seed=1), genres=("rock",)),
        replace(song("D minor", "7/8", 4, seed=1), genres=("rock",)),
        context_of("D minor", "3/4", 8, energy=0.2, tempo_bpm=70, genres=("rock",)),
        replace(song("D minor", "6/8", 4, energy=0.9, seed=1), genres=("rock",)),
        context_of("D minor", "11/8", 8, energy=0.7, tempo_bpm=120, genres=("rock",)),
    ),
    "bass": (
        over("F#m D A E", key="F# minor", meter="7/8"),
        with_drums(over("C Am F/A G7"), 0, 720),
        over("Dm C Dm C/E F C Dm Dm", key="D dorian", meter="3/4", energy=0.2),
        with_drums(over("Em C G D Em C Am B7", key="E minor", meter="6/8", energy=0.8), 0, 480),
        over("Bb Ab", key="Bb mixolydian", meter="5/4"),
    ),
    "melody": (
        song(*SEVENS, seed=11),
        song("C major", "4/4", 8, energy=0.8, seed=11),
        song("D dorian", "3/4", 8, energy=0.2, seed=11),
        song("A harmonic minor", "6/8", 5, seed=11),
    ),
    "harmony": (
        song(*SEVENS, seed=1, stages=SUPPORTED),
        song("C major", "4/4", 8, seed=2, stages=SUPPORTED),
        song("D dorian", "3/4", 8, seed=3, energy=0.2, stages=SUPPORTED),
        song("Bb mixolydian", "6/8", 4, seed=4, energy=0.9, stages=SUPPORTED),
        song("A minor", "4/4", 4, seed=5, swing=0.6, stages=SUPPORTED),
    ),
}
EVERY_POOL = [(name, index) for name, found in POOLS.items() for index in range(len(found))]


@cache
def pool_terms(name: str, index: int) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng, context = np.random.default_rng(11), POOLS[name][index]
    genomes = (STAGES[name].genomes.random(context, rng)[0] for _ in range(POOL_SIZE))
    return [theory_terms(name, render(genome, context), context) for genome in genomes]


@pytest.mark.parametrize(
    ("name", "index", "rule"),
    [(name, index, rule) for name, index in EVERY_POOL for rule in RULES[name]],
)
def test_varies_over_a_random_pool(name: str, index: int, rule: str) -> None:
    if rule == "loops" and name == "chords" and POOLS[name][index].section.bars < 8:
        return  # nothing can come round
    values = np.array([terms[rule] for terms in pool_terms(name, index)])
    assert values.std() > (0.01 if name == "chords" else 0.02)
    assert (values == values.max()).mean() < (0.9 if name == "harmony" else 0.95)
    assert name != "chords" or np.median(values) != values.min()


@pytest.mark.parametrize(("name", "index"), EVERY_POOL)
def test_the_mean_varies_too(name: str, index: int) -> None:
    assert np.std([theory(terms, name) for terms in pool_terms(name, index)]) > 0.03


@every_stage
@given(data=st.data())
def test_every_term_lies_between_0_and_1(name: str, data: st.DataObject) -> None:
    genome, context = data.draw(genomes_in_context(name))
    terms = theory_terms(name, render(genome, context), context)
    assert list(terms) == list(RULES[name])
    assert all(0 <= value <= 1 for value in [*terms.values(), theory(terms)])


ROWS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 127), st.integers(1, 127)), max_size=20
)


@given(context=contexts(max_bars=4), rows=ROWS, is_drum=st.booleans())
def test_drums_made_by_hand_have_numbers_too(
    context: Context, rows: list[tuple[int, int, int]], is_drum: bool
) -> None:
    """Off the grid, of any note, silent, or no drums at all."""
    length = context.length_ticks
    notes = [(onset % length, 1, note, velocity) for onset, note, velocity in rows]
    part = Part.of(notes, length, is_drum=is_drum)
    assert all(0 <= value <= 1 for value in theory_terms("drums", part, context).values())


@pytest.mark.parametrize("name", ["bass", "melody", "harmony"])
@pytest.mark.parametrize(
    "rows", [[], [(0, 7680, 36, 80)], [(17, 3, 100, 1), (5000, 600, 20, 127)]], ids=len
)
def test_silence_and_parts_made_by_hand_are_judged_too(
    name: str, rows: list[tuple[int, int, int, int]]
) -> None:
    context = song(bars=4, stages=SUPPORTED)
    terms = theory_terms(name, Part.of(rows, context.length_ticks), context)
    assert all(0 <= value <= 1 for value in terms.values())


def test_harmony_without_a_melody_is_judged_too() -> None:
    context = song(stages=("chords", "bass"))
    genome, _ = STAGES["harmony"].genomes.random(context, np.random.default_rng(0))
    terms = theory_terms("harmony", render(genome, context), context)
    assert all(0 <= value <= 1 for value in terms.values())


# Close intervals turn to mud as they go down, and deep bass notes are worth more.
DEPENDS_ON_REGISTER = {"clean_sound", "low_end"}


@pytest.mark.parametrize("name", ["chords", "bass"])
@given(data=st.data(), semitones=st.integers(-5, 6))
def test_another_key_changes_nothing(name: str, data: st.DataObject, semitones: int) -> None:
    genome, context = data.draw(genomes_in_context(name))
    part = render(genome, context)
    here = theory_terms(name, part, context)
    there = theory_terms(name, transposed(part, semitones), in_key(context, semitones))
    for rule in set(here) - DEPENDS_ON_REGISTER:
        assert there[rule] == pytest.approx(here[rule]), rule


def in_key(context: Context, semitones: int) -> Context:
    """The context so much higher, with its chords; drums stay."""
    tonic = (context.key.tonic_pitch_class + semitones) % 12
    parts = tuple(
        (name, part if name == "drums" else transposed(part, semitones))
        for name, part in context.parts
    )
    return replace(context, key=Key(tonic, context.key.mode, PLAIN_NAMES[tonic]), parts=parts)


def transposed(part: Part, semitones: int) -> Part:
    notes = part.notes.copy()
    notes["pitch"] += np.int8(semitones).astype(np.uint8)
    harmony = tuple(_moved(span, semitones) for span in part.harmony)
    return replace(Part.of(notes, part.length_ticks, harmony), swing=part.swing)


def _moved(span: ChordSpan, semitones: int) -> ChordSpan:
    return replace(
        span,
        root_pitch_class=(span.root_pitch_class + semitones) % 12,
        bass_pitch_class=(span.bass_pitch_class + semitones) % 12,
        pitch_classes=tuple((pc + semitones) % 12 for pc in span.pitch_classes),
    )


def test_the_mean_is_plain_where_a_stage_has_no_weights() -> None:
    assert theory({"a": 0.25, "b": 0.75}) == 0.5


@pytest.mark.parametrize("stage", RULES)
def test_the_mean_is_by_weights_that_say_what_they_were_chosen_on(stage: str) -> None:
    terms = dict.fromkeys(RULES[stage], 0.0)
    whole = sum(weight for weight, _ in WEIGHTS[stage].values())
    assert list(WEIGHTS[stage]) == list(RULES[stage])
    for name, (weight, basis) in WEIGHTS[stage].items():
        assert theory(terms | {name: 1.0}, stage) == pytest.approx(weight / whole)
        assert basis


def test_a_stage_without_rules_is_named() -> None:
    with pytest.raises(ValueError, match=r"'kazoo'.*chords"):
        theory_terms("kazoo", *written("chords", "C: C3 E4 G4"))


def test_a_part_without_harmony_is_an_error_and_no_middling_number() -> None:
    part, context = written("chords", "C: C3 E4 G4")
    with pytest.raises(ValueError, match="carries no harmony"):
        theory_terms("chords", replace(part, harmony=()), context)


@pytest.mark.parametrize("name", ["bass", "melody"])
def test_without_chords_there_is_nothing_to_judge_by(name: str) -> None:
    with pytest.raises(ValueError, match="no chords"):
        theory_terms(name, Part.of([(0, 480, 36, 80)], 7680), context_of())


def test_swung_strokes_are_read_where_they_are_meant() -> None:
    part, context = written("drums", "closed_hat x.x.x.x.x.x.x.x.")
    notes = part.notes.copy()
    notes["onset_ticks"] += (notes["onset_ticks"] % 480 == 240) * np.int32(80)
    swung = Part.of(notes, part.length_ticks, swing=1.0)
    straight = drums_of(part, context)
    read = drums_of(swung, context)
    assert read.grid.straight_ticks[np.flatnonzero(read.any_struck[0])].tolist() == [
        *range(0, 1920, 240)
    ]
    assert read.densities.tolist() == straight.densities.tolist()


def test_a_time_keeper_may_be_left_out_where_the_genres_rarely_have_one() -> None:
    part, context = written("drums", "KICK | KICK | KICK | KICK")
    of_ambient, of_rock = (
        RULES["drums"]["steady_time"](part, replace(context, genres=genres))
        for genres in (("ambient",), ("rock",))
    )
    assert of_ambient > of_rock + 0.05
