"""What holds for every rule: range, variety in a pool, independence of the key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.theory import RULES, theory, theory_terms
from genomes import ChordSpan, Context, Key, Meter, Part, Section
from genomes.chords import CHORDS, ChordGenome
from genomes.keys import PLAIN_NAMES
from tests.fitness.theory.writing import loop
from tests.genomes.calls import render, replace
from tests.strategies import genomes_in_context

POOL_SIZE = 80
CONTEXTS = (
    Context(Key.parse("F# minor"), Meter(7, 8), 82, Section("verse", 4)),
    Context(Key.parse("C major"), Meter(4, 4), 120, Section("chorus", 4)),
    Context(Key.parse("D dorian"), Meter(3, 4), 68, Section("bridge", 8)),
)

# Close intervals turn to mud as they go down, so this rule knows the register.
DEPENDS_ON_REGISTER = {"clean_sound"}


@pytest.fixture(scope="module", params=CONTEXTS, ids=lambda context: str(context.key))
def pool_terms(request: pytest.FixtureRequest) -> list[dict[str, float]]:
    """Every rule's value for each part of a random pool."""
    rng = np.random.default_rng(11)
    context: Context = request.param
    parts = [render(CHORDS.random(context, rng)[0], context) for _ in range(POOL_SIZE)]
    return [theory_terms("chords", part, context) for part in parts]


@pytest.mark.parametrize("rule", RULES["chords"])
def test_varies_over_a_random_pool(pool_terms: list[dict[str, float]], rule: str) -> None:
    values = np.array([terms[rule] for terms in pool_terms])
    assert values.std() > 0.01
    assert np.median(values) != values.min()
    assert (values == values.max()).mean() < 0.95


def test_the_mean_varies_too(pool_terms: list[dict[str, float]]) -> None:
    assert np.std([theory(terms) for terms in pool_terms]) > 0.04


@given(genomes_in_context())
def test_every_term_lies_between_0_and_1(made: tuple[ChordGenome, Context]) -> None:
    genome, context = made
    terms = theory_terms("chords", render(genome, context), context)
    assert list(terms) == list(RULES["chords"])
    assert all(0 <= value <= 1 for value in terms.values())
    assert 0 <= theory(terms) <= 1


@given(genomes_in_context(), st.integers(-5, 6))
def test_another_key_changes_nothing(made: tuple[ChordGenome, Context], semitones: int) -> None:
    genome, context = made
    part = render(genome, context)
    moved, moved_context = transposed(part, context, semitones)
    here = theory_terms("chords", part, context)
    there = theory_terms("chords", moved, moved_context)
    for rule in set(here) - DEPENDS_ON_REGISTER:
        assert there[rule] == pytest.approx(here[rule]), rule


def transposed(part: Part, context: Context, semitones: int) -> tuple[Part, Context]:
    notes = part.notes.copy()
    notes["pitch"] += np.int8(semitones).astype(np.uint8)
    harmony = tuple(_moved(span, semitones) for span in part.harmony)
    tonic = (context.key.tonic_pitch_class + semitones) % 12
    key = Key(tonic, context.key.mode, PLAIN_NAMES[tonic])
    return Part.of(notes, part.length_ticks, harmony), replace(context, key=key)


def _moved(span: ChordSpan, semitones: int) -> ChordSpan:
    return replace(
        span,
        root_pitch_class=(span.root_pitch_class + semitones) % 12,
        bass_pitch_class=(span.bass_pitch_class + semitones) % 12,
        pitch_classes=tuple((pc + semitones) % 12 for pc in span.pitch_classes),
    )


def test_the_mean_is_plain() -> None:
    assert theory({"a": 0.25, "b": 0.75}) == 0.5


def test_a_stage_without_rules_is_named() -> None:
    part, context = loop("C: C3 E4 G4")
    with pytest.raises(ValueError, match=r"'kazoo'.*chords"):
        theory_terms("kazoo", part, context)


def test_a_part_without_harmony_is_an_error_and_no_middling_number() -> None:
    part, context = loop("C: C3 E4 G4")
    with pytest.raises(ValueError, match="carries no harmony"):
        theory_terms("chords", replace(part, harmony=()), context)
