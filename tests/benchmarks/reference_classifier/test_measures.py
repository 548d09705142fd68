"""The measures: none is a model feature, all are finite, and none depends on key or tempo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reference_classifier.measures import (
    MEASURE_NAMES,
    chord_parts,
    draw_section,
)
from fitness.colours import COLOUR_NAMES
from fitness.features import FEATURE_NAMES, feature_matrix
from fitness.judge.measures import CHORDS, GROUPS, measure_matrix
from genomes import Context, Key, Meter, Part, Section
from genomes.notes import ChordSpan
from tests.strategies import meters, parts
from training.composed.compose import compose_parts

BAR = 1920
Q = 480


def measured(part: Part, meter: Meter | None = None) -> dict[str, float]:
    row = measure_matrix([part], meter or Meter(4, 4))[0]
    return dict(zip(MEASURE_NAMES, row.tolist(), strict=True))


def chord(onset: int, *pitches: int, duration: int = Q) -> list[tuple[int, int, int, int]]:
    return [(onset, duration, pitch, 80) for pitch in pitches]


def song(tempo_bpm: float = 100.0) -> tuple[Part, Context]:
    context = Context(Key.parse("A minor"), Meter(7, 8), tempo_bpm, Section("verse", 8))
    (composed,) = compose_parts("Blue", context, 1, np.random.default_rng(2))
    return composed["chords"], context


def shifted(part: Part, semitones: int) -> Part:
    notes = part.notes.copy()
    notes["pitch"] = part.notes["pitch"].astype(np.int64) + semitones
    harmony = [
        replace(
            span,
            root_pitch_class=(span.root_pitch_class + semitones) % 12,
            bass_pitch_class=(span.bass_pitch_class + semitones) % 12,
            pitch_classes=tuple((each + semitones) % 12 for each in span.pitch_classes),
        )
        for span in part.harmony
    ]
    return Part.of(notes, part.length_ticks, harmony)


def test_names_are_unique_and_none_is_a_feature():
    assert len(set(MEASURE_NAMES)) == len(MEASURE_NAMES)
    assert 80 <= len(MEASURE_NAMES) <= 140
    assert not set(MEASURE_NAMES) & set(FEATURE_NAMES)


def test_every_function_gives_a_number_for_each_name():
    part, context = song()
    matrix = measure_matrix([part], context.meter)
    assert matrix.shape == (1, sum(len(names) for _, names in GROUPS[CHORDS]))


def test_no_measure_is_a_feature_by_another_name():
    ours, theirs = [], []
    for song in range(72):
        rng = np.random.default_rng([3, song])
        context = draw_section(rng)
        sections = list(chord_parts(COLOUR_NAMES[song % 9], context, 2, rng))
        ours.append(measure_matrix(sections, context.meter))
        theirs.append(feature_matrix(sections, context.meter))
    ranks = [_varying(np.concatenate(rows)) for rows in (ours, theirs)]
    crossed = np.corrcoef(*ranks, rowvar=False)[: ranks[0].shape[1], ranks[0].shape[1] :]
    assert np.abs(crossed).max() < 0.95


def _varying(matrix):
    """The columns that tell parts apart: the commonest value is that of fewer than nine in ten."""
    commonest = [np.unique(column, return_counts=True)[1].max() for column in matrix.T]
    return matrix[:, np.array(commonest) < 0.9 * len(matrix)]


@given(st.booleans().flatmap(lambda drums: parts(drums=drums)), meters())
def test_whatever_comes_is_finite(part, meter):
    assert np.isfinite(measure_matrix([part], meter)).all()


@pytest.mark.parametrize(
    "rows", [[], chord(0, 60), chord(0, 60, 64, 67), chord(BAR - 1, 60, duration=1)]
)
def test_next_to_nothing_is_finite(rows):
    assert np.isfinite(list(measured(Part.of(rows, BAR)).values())).all()


def test_drums_alone_have_a_rhythm_and_no_pitches():
    found = measured(Part.of(chord(0, 36) + chord(Q, 38), BAR, is_drum=True))
    assert found["onsets_in_1_of_8"] == found["onsets_in_3_of_8"] == 0.5
    assert found["struck_1"] == found["interval_class_4"] == 0


def test_a_chord_is_what_it_is():
    found = measured(Part.of(chord(0, 48, 60, 64, 67, duration=BAR), BAR))
    assert found["struck_4"] == 1
    assert found["interval_class_3"] == found["interval_class_4"] == pytest.approx(1 / 3)
    assert found["third_over_bass"] == found["fifth_over_bass"] == 1
    assert found["fourth_over_bass"] == 0
    assert found["chord_ambitus"] == pytest.approx(19 / 12)
    assert found["note_whole"] == 1


def test_a_run_rises_and_turns():
    rising = [(i * Q, Q, 60 + 2 * i, 80) for i in range(8)]
    waving = [(i * Q, Q, 60 + i % 2, 80) for i in range(8)]
    assert measured(Part.of(rising, 2 * BAR))["runs_rise"] == 1
    assert measured(Part.of(rising, 2 * BAR))["runs_turn"] == 0
    assert measured(Part.of(waving, 2 * BAR))["runs_turn"] == 1


def test_bars_that_come_back_are_heard():
    loop = chord(0, 60, 64) + chord(BAR, 62, 65)
    rows = loop + [(onset + 2 * BAR, d, p, v) for onset, d, p, v in loop]
    found = measured(Part.of(rows, 4 * BAR))
    assert found["common_tones_after_2"] == found["rhythm_returns_after_2"] == 1
    assert found["common_tones_after_1"] == 0


def test_chord_symbols_are_read_in_their_key():
    spans = [
        ChordSpan(0, BAR, 9, 9, (9, 0, 4, 7), "i7", "Am7"),
        ChordSpan(BAR, BAR, 2, 2, (2, 6, 9), "IV", "D"),
        ChordSpan(2 * BAR, BAR, 9, 9, (9, 0, 4, 7), "i7", "Am7"),
        ChordSpan(3 * BAR, BAR, 10, 10, (10, 2, 5), "bII", "Bb"),
    ]
    found = measured(Part.of(chord(0, 57), 4 * BAR, spans))
    assert found["chords_on_I"] == 0.5
    assert found["chords_on_IV"] == found["chords_on_flat"] == 0.25
    assert found["root_up_5"] == found["root_up_7"] == found["root_up_1"] == pytest.approx(1 / 3)
    assert found["chords_seventh"] == found["chords_minor"] == 0.5
    assert found["home_from_IV"] == 1


@pytest.mark.parametrize("semitones", [12, -12, 5])
def test_nothing_changes_when_transposed(semitones):
    part, context = song()
    matrix = measure_matrix([part, shifted(part, semitones)], context.meter)
    assert matrix[0] == pytest.approx(matrix[1])


def test_nothing_changes_with_the_tempo():
    slow, context = song(70)
    fast, _ = song(150)
    matrix = measure_matrix([slow, fast], context.meter)
    assert (matrix[0] == matrix[1]).all()


def test_how_loud_all_of_it_is_changes_nothing():
    part, context = song()
    notes = part.notes.copy()
    notes["velocity"] += 20
    louder = Part.of(notes, part.length_ticks, part.harmony)
    matrix = measure_matrix([part, louder], context.meter)
    assert matrix[0] == pytest.approx(matrix[1], abs=1e-9)
