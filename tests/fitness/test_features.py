"""Plain features: values worked out by hand, and finite for whatever comes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.features import FEATURE_NAMES, feature_matrix
from genomes import Meter, Part, TempoMap
from tests.strategies import meters, parts

BAR = 1920
Q = 480


def measured(
    part: Part, meter: Meter | None = None, tempo_map: TempoMap | None = None
) -> dict[str, float]:
    row = feature_matrix([part], meter or Meter(4, 4), tempo_map)[0]
    return dict(zip(FEATURE_NAMES, row.tolist(), strict=True))


def melody(*pitches: int, step: int = Q) -> Part:
    rows = [(i * step, step, pitch, 80) for i, pitch in enumerate(pitches)]
    return Part.of(rows, -(-len(pitches) * step // BAR) * BAR)


# C major held for a bar, then F major in two halves: C3 E4 G4, F2 A3 C4 twice.
PAD = Part.of(
    [(0, BAR, pitch, 60) for pitch in (48, 64, 67)]
    + [(BAR + half, BAR // 2, pitch, 80) for half in (0, BAR // 2) for pitch in (41, 57, 60)],
    2 * BAR,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("onsets_per_quarter", 3 / 8),
        ("onsets_per_second", 3 / 4),  # 120 quarters a minute unless told
        ("notes_per_onset", 3),
        ("silence_share", 0),
        ("drum_share", 0),
        ("duration_mean", (3 * 4 + 6 * 2) / 9),
        ("duration_entropy", -(1 / 3 * math.log2(1 / 3) + 2 / 3 * math.log2(2 / 3))),
        ("off_beat_share", 0),
        ("downbeat_share", 1),
        ("groove_consistency", 15 / 16),  # the second bar has one more onset on 16 sixteenths
        ("repeated_bar_share", 0),
        ("velocity_mean", (3 * 60 + 6 * 80) / 9),
        ("velocity_sd", math.sqrt(2 / 9) * 20),
        ("polyphony", 3),
        ("pitch_mean", (48 + 64 + 67 + 2 * (41 + 57 + 60)) / 9),
        ("pitch_range", 67 - 41),
        ("bass_pitch", (48 + 41) / 2),
        ("bass_interval", 7),  # C3 to F2; the repeated F2 is no move
        ("top_interval", 7),  # G4 to C4
        ("step_share", 0),
        ("leap_share", 1),
        ("harmony_changes_per_bar", 1 / 2),  # one change in two bars
        ("dissonant_share", 0),
        ("major_third_share", 1),
        ("mud_share", 0),
    ],
)
def test_by_hand_on_a_pad(name: str, value: float) -> None:
    assert measured(PAD)[name] == pytest.approx(value, rel=1e-6)


def test_entropy_of_pitch_classes_counts_notes() -> None:
    assert measured(melody(60, 72, 64, 67))["pitch_class_entropy"] == pytest.approx(1.5)


def test_lines_leave_repeats_out() -> None:
    features = measured(melody(60, 60, 62, 69))
    assert features["top_interval"] == pytest.approx(4.5)
    assert features["step_share"] == features["leap_share"] == 0.5


def test_the_top_line_skips_what_sounds_below() -> None:
    held_over_a_tune = Part.of([(0, BAR, 76, 80), (Q, Q, 60, 80), (2 * Q, Q, 67, 80)], BAR)
    assert measured(held_over_a_tune)["top_interval"] == 0


@pytest.mark.parametrize(
    ("pitches", "share"), [((60, 64, 67, 71), 1 / 6), ((60, 66), 1), ((60, 64, 67), 0)]
)
def test_dissonance_is_a_share_of_pairs(pitches: tuple[int, ...], share: float) -> None:
    chord = Part.of([(0, BAR, pitch, 80) for pitch in pitches], BAR)
    assert measured(chord)["dissonant_share"] == pytest.approx(share)


def test_minor_thirds_above_the_bass() -> None:
    minor_then_major = Part.of(
        [(0, 3 * Q, 57, 80), (0, 3 * Q, 72, 80), (3 * Q, Q, 48, 80), (3 * Q, Q, 64, 80)], BAR
    )
    assert measured(minor_then_major)["major_third_share"] == 0.25


def test_close_notes_are_mud_only_down_low() -> None:
    low = Part.of([(0, BAR, 36, 80), (0, BAR // 2, 40, 80)], BAR)
    high = Part.of([(0, BAR, 60, 80), (0, BAR // 2, 64, 80)], BAR)
    assert measured(low)["mud_share"] == 0.5
    assert measured(high)["mud_share"] == 0


def test_silence_counts_gaps_at_both_ends_and_between() -> None:
    gaps = Part.of([(Q, Q, 60, 80), (3 * Q, Q, 60, 80)], 2 * BAR)
    assert measured(gaps)["silence_share"] == 6 / 8


def test_beats_are_the_groups_of_the_meter() -> None:
    # 7/8 is 2+2+3 eighths: onsets on 0, 2 and 4 lie on a group, the one on 3 doesn't.
    part = Part.of([(e * 240, 240, 60, 80) for e in (0, 2, 3, 4)], 7 * 240)
    assert measured(part, Meter(7, 8))["off_beat_share"] == 0.25


def test_a_played_note_is_still_on_its_beat() -> None:
    early_and_late = Part.of([(10, 400, 60, 80), (Q - 20, 400, 62, 80)], BAR)
    assert measured(early_and_late)["off_beat_share"] == 0
    assert measured(early_and_late)["downbeat_share"] == 1


def test_repeated_bars_are_exact() -> None:
    bar = [(0, Q, 60), (Q, Q, 64)]
    twice = [(b * BAR + onset, length, p, 50 + b) for b in (0, 1) for onset, length, p in bar]
    other = [(2 * BAR, Q, 60, 80), (3 * BAR, Q, 62, 80)]
    assert measured(Part.of(twice + other, 4 * BAR))["repeated_bar_share"] == 1 / 4


def test_a_broken_chord_is_one_harmony() -> None:
    broken = (48, 60, 64, 67) * 2
    assert measured(melody(*broken, step=240))["harmony_changes_per_bar"] == 0


def test_two_triads_that_share_two_notes_are_two_harmonies() -> None:
    triads = [(0, pitch) for pitch in (48, 52, 55)] + [(BAR, p) for p in (45, 48, 52)]
    part = Part.of([(onset, BAR, pitch, 80) for onset, pitch in triads], 2 * BAR)
    assert measured(part)["harmony_changes_per_bar"] == 1 / 2


def test_only_the_feature_in_seconds_knows_the_tempo() -> None:
    slow, fast = (measured(PAD, tempo_map=TempoMap.constant(bpm)) for bpm in (60, 120))
    assert {name for name in FEATURE_NAMES if slow[name] != fast[name]} == {"onsets_per_second"}
    assert slow["onsets_per_second"] == pytest.approx(3 / 8)


def test_drums_are_heard_in_time_and_not_in_pitch() -> None:
    drums = Part.of([(0, Q, 36, 90), (Q, Q, 38, 90)], BAR, is_drum=True)
    features = measured(drums)
    assert features["drum_share"] == 1
    assert features["onsets_per_quarter"] == 0.5
    assert features["pitch_mean"] == features["polyphony"] == 0


@pytest.mark.parametrize(
    "part",
    [
        Part.of([], 0),
        Part.of([], BAR),
        Part.of([(0, 1, 0, 1)], 1),
        Part.of([(BAR - 1, 1, 127, 127)], BAR),
        Part.of([(0, BAR, 60, 80), (0, BAR, 60, 80)], BAR),
    ],
    ids=["nothing", "an empty bar", "one tick", "the last tick", "a doubled note"],
)
def test_degenerate_parts_are_finite(part: Part) -> None:
    assert np.isfinite(feature_matrix([part])).all()


@given(parts() | parts(drums=True), meters(), st.floats(20, 320))
def test_always_finite(part: Part, meter: Meter, tempo_bpm: float) -> None:
    features = measured(part, meter, TempoMap.constant(tempo_bpm))
    assert all(math.isfinite(value) for value in features.values())
    for name, value in features.items():
        if name.endswith("_share") or name == "groove_consistency":
            assert 0 <= value <= 1 + 1e-6, name


def test_one_row_per_part_in_order() -> None:
    alone = np.concatenate([feature_matrix([part]) for part in (PAD, melody(60, 62))])
    together = feature_matrix([PAD, melody(60, 62)])
    assert together.shape == (2, len(FEATURE_NAMES))
    assert together.dtype == np.float32
    assert np.array_equal(alone, together)


def test_nothing_to_measure() -> None:
    assert feature_matrix([]).shape == (0, len(FEATURE_NAMES))


def test_names_are_distinct() -> None:
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
