"""Taste features: values worked out by hand, and finite for whatever comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.preference.features import taste_matrix, taste_meanings, taste_names
from fitness.theory import RULES
from genomes import ChordSpan, Context, Key, Meter, Part, Section
from genomes.bass import BASS
from genomes.chords import CHORDS as CHORD_GENOMES
from genomes.drums import DRUMS
from genomes.melody import MELODY
from tests.strategies import meters, parts

BAR, Q = 1920, 480
C_MAJOR = Key.parse("C major")


def context(bars: int = 4, *approved: tuple[str, Part], meter: str = "4/4") -> Context:
    return Context(C_MAJOR, Meter.parse(meter), 120.0, Section("verse", bars), tuple(approved))


def line(*pitches: int, step: int = Q) -> Part:
    rows = [(i * step, step, pitch, 80) for i, pitch in enumerate(pitches)]
    return Part.of(rows, -(-len(pitches) * step // BAR) * BAR)


def of(stage: str, part: Part, where: Context | None = None) -> dict[str, float]:
    row = taste_matrix(stage, [part], where or context(part.length_ticks // BAR))[0]
    return dict(zip(taste_names(stage), row.tolist(), strict=True))


def span(onset: int, length: int, root: int, *above: int, bass: int | None = None) -> ChordSpan:
    tones = tuple((root + each) % 12 for each in (0, *above))
    return ChordSpan(onset, length, root, root if bass is None else bass, tones, "I", "C")


ARCH = line(60, 62, 64, 65, 67, 72, 67, 65, 64, 62, 60, 60)
ONE_THEN_TWO = Part.of([(0, Q, 60, 80), (BAR, Q, 60, 80), (BAR + Q, Q, 60, 80)], 2 * BAR)
CASES = [
    # a line that rises by a tone a quarter: three quarters of the last place, seven tones
    ("top_line_rise", line(60, 62, 64, 66, 68, 70, 72, 74), 16.0),
    ("top_line_rise", line(60, 60, 60, 60), 0.0),
    ("top_line_arch", ARCH, 67.75 - (62.75 + 61.5) / 2),
    ("peak_place", ARCH, 5 / 12),
    ("low_place", line(64, 60, 64, 64), 0.25),
    ("peak_share", line(60, 67, 60, 67), 0.5),
    ("top_line_span", ARCH, 12.0),
    ("top_line_height", line(60, 64), 62.0),
    ("rising_share", line(60, 62, 64, 60), 2 / 3),
    ("repeated_pitch_share", line(60, 60, 62, 62), 2 / 3),
    ("turn_share", line(60, 64, 60, 64), 1.0),
    ("octave_leap_share", line(60, 72, 71, 70), 1 / 3),
    ("ending_height", line(60, 60, 60, 72), 9.0),
    ("ending_rise", line(60, 64, 67, 65), 5.0),
    ("last_move", line(60, 64, 67, 65), -2.0),
    # bars A B A B
    ("harmony_returns_after_two", line(*[60, 64, 67, 72, 62, 65, 69, 74] * 2), 1.0),
    ("rhythm_returns_after_two", line(*[60, 64, 67, 72, 62, 65, 69, 74] * 2), 1.0),
    # the halves begin alike, C E G C, and close with nothing in common
    ("varied_return", line(*(60, 64, 67, 72) * 3, *(61, 63, 66, 68)), 1.0),
    ("last_bar_is_first", line(*(60, 64, 67, 72), *(61, 63, 66, 68)), 0.0),
    ("growth", ONE_THEN_TWO, 1.0),
    (
        "last_bar_fill",
        Part.of([(0, Q, 60, 80), (BAR, Q, 60, 80), (BAR + Q, Q, 60, 80)], 2 * BAR),
        1.0,
    ),
    ("syncopated_share", Part.of([(0, Q, 60, 80), (Q // 2, Q, 62, 80)], BAR), 0.5),
    ("syncopated_share", Part.of([(Q // 2, Q // 2, 62, 80), (Q, Q, 60, 80)], BAR), 0.0),
    ("anticipated_bar_share", Part.of([(0, Q, 60, 80), (BAR - 240, Q, 62, 80)], 2 * BAR), 0.5),
    ("off_grid_share", Part.of([(0, Q, 60, 80), (160, Q, 60, 80)], BAR), 0.5),
    ("longest_gap_quarters", Part.of([(0, Q, 60, 80), (3 * Q, Q, 60, 80)], BAR), 3.0),
    ("tail_quarters", Part.of([(0, Q, 60, 80), (Q, Q, 60, 80)], BAR), 3.0),
    ("loudness_growth", Part.of([(0, Q, 60, 60), (2 * Q, Q, 60, 100)], BAR), 40.0),
    ("voicing_width", Part.of([(0, BAR, p, 80) for p in (48, 55, 64)], BAR), 16.0),
    ("voicing_gap", Part.of([(0, BAR, p, 80) for p in (48, 55, 64)], BAR), 8.0),
    ("bottom_gap", Part.of([(0, BAR, p, 80) for p in (48, 55, 64)], BAR), 7.0),
    ("doubled_share", Part.of([(0, BAR, p, 80) for p in (48, 60, 64, 67)], BAR), 0.25),
    ("tritone_share", Part.of([(0, Q, 60, 80), (0, Q, 66, 80), (Q, Q, 60, 80)], BAR), 0.5),
    ("semitone_share", Part.of([(0, Q, 60, 80), (0, Q, 71, 80), (Q, Q, 60, 80)], BAR), 0.5),
    ("outside_key_share", line(60, 61, 62, 63), 0.5),
    ("ends_on_tonic", line(62, 64, 65, 60), 1.0),
    ("begins_on_tonic", line(62, 64, 65, 60), 0.0),
    ("top_ends_on_tonic", line(62, 64, 65, 72), 1.0),
]


@pytest.mark.parametrize(("name", "part", "expected"), CASES)
def test_values_of_lines_and_forms(name, part, expected):
    assert of("melody", part)[name] == pytest.approx(expected, abs=1e-4)


CHORDS = Part.of(
    [(0, 4 * BAR, 60, 80)],
    4 * BAR,
    [
        span(0, BAR, 0, 4, 7),  # C
        span(BAR, BAR, 7, 4, 7, 10, bass=11),  # G7/B
        span(2 * BAR, BAR // 2, 5, 5, 7),  # Fsus4, with Bb
        span(5 * BAR // 2, 3 * BAR // 2, 5, 3, 7),  # Fm, borrowed
    ],
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain_triad_share", 2.5 / 4),
        ("suspended_share", 0.5 / 4),
        ("seventh_share", 1 / 4),
        ("ninth_share", 0.0),
        ("altered_fifth_share", 0.0),
        ("minor_share", 1.5 / 4),
        ("borrowed_share", 2 / 4),
        ("slash_share", 1 / 4),
        ("tonic_share", 1 / 4),
        ("chord_bars", 1.0),
        ("chord_off_bar_share", 1 / 4),
        ("distinct_chords", 4.0),
    ],
)
def test_values_of_chords(name, expected):
    assert of("chords", CHORDS)[name] == pytest.approx(expected, abs=1e-4)


def test_values_beside_other_parts():
    chords = Part.of([(0, BAR, 48, 80), (0, BAR, 52, 80)], BAR, [span(0, BAR, 0, 4, 7)])
    sung = Part.of(
        [(0, Q, 60, 80), (Q, Q, 62, 80), (2 * Q, Q, 64, 80), (3 * Q, Q, 65, 80)],
        BAR,
        lyrics=[(0, "mea"), (Q, "dow "), (2 * Q, "green ")],
    )
    found = of("melody", sung, context(1, ("chords", chords)))
    assert found["chord_tone_share"] == 0.5
    assert found["register_gap"] == pytest.approx((60 + 62 + 64 + 65) / 4 - 52)
    assert found["above_others_share"] == 1.0
    assert found["words_per_beat"] == 0.5
    assert found["syllables_per_note"] == 0.75


@given(st.data(), st.sampled_from(sorted(RULES)), meters())
def test_everything_is_finite_and_a_part_doesnt_depend_on_its_neighbours(data, stage, meter):
    drawn = data.draw(st.lists(parts(), min_size=1, max_size=3))
    where = Context(C_MAJOR, meter, 120.0, Section("verse", 4))
    together = taste_matrix(stage, drawn, where)
    assert together.shape == (len(drawn), len(taste_names(stage)))
    assert np.isfinite(together).all()
    alone = np.concatenate([taste_matrix(stage, [part], where) for part in drawn])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4)


STAGES = {"chords": CHORD_GENOMES, "bass": BASS, "melody": MELODY, "drums": DRUMS}


@pytest.mark.parametrize("stage", STAGES)
def test_first_genomes_are_measured_alike_alone_and_together(stage):
    where = Context(C_MAJOR, Meter.parse("7/8"), 120.0, Section("verse", 4))
    genomes, rng = STAGES[stage], np.random.default_rng(1)
    if stage not in {"chords", "drums"}:
        first = CHORD_GENOMES.random(where, rng)[0]
        where = replace(where, parts=(("chords", CHORD_GENOMES.render(first, where)),))
    drawn = [genomes.render(genomes.random(where, rng)[0], where) for _ in range(24)]
    alone = np.concatenate([taste_matrix(stage, [part], where) for part in drawn])
    np.testing.assert_array_equal(taste_matrix(stage, drawn, where), alone)
    assert alone.std(axis=0).max() > 0


@pytest.mark.parametrize("stage", sorted(RULES))
def test_every_feature_has_a_name_of_its_own_and_a_meaning(stage):
    names = taste_names(stage)
    assert len(set(names)) == len(names)
    assert all(taste_meanings(stage).values())
    assert taste_matrix(stage, [], context()).shape == (0, len(names))
