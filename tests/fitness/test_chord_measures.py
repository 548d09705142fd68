"""Chords heard in notes: kinds, moves and degrees of known progressions, in any key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.features import CHORD_FEATURES, FEATURE_NAMES, feature_matrix
from genomes import Meter, Part
from tests.strategies import meters, parts

BAR = 1920
# Pitches of one chord a bar.
FOUR_CHORDS = ((48, 60, 64, 67), (43, 59, 62, 67), (45, 60, 64, 69), (41, 60, 65, 69))
FIFTHS = ((50, 60, 65, 69), (43, 59, 65, 62), (48, 59, 64, 67), (41, 60, 64, 69))


def blocks(bars: tuple[tuple[int, ...], ...], transposed: int = 0) -> Part:
    rows = [
        (bar * BAR, BAR, pitch + transposed, 80)
        for bar, pitches in enumerate(bars)
        for pitch in pitches
    ]
    return Part.of(rows, len(bars) * BAR)


def heard(part: Part, meter: Meter | None = None) -> dict[str, float]:
    row = feature_matrix([part], meter or Meter(4, 4))[0]
    found = dict(zip(FEATURE_NAMES, row.tolist(), strict=True))
    return {name: found[name] for name in CHORD_FEATURES}


def test_a_known_loop_is_heard():
    found = heard(blocks(FOUR_CHORDS))
    assert found["major_chord_share"] == 0.75
    assert found["minor_chord_share"] == 0.25
    assert found["root_rises_fifth_share"] == pytest.approx(1 / 3)
    assert found["root_rises_tone_share"] == pytest.approx(1 / 3)
    assert found["root_major_third_share"] == pytest.approx(1 / 3)
    assert (
        found["home_share"] == found["fifth_degree_share"] == found["fourth_degree_share"] == 0.25
    )
    assert found["root_count"] == 4
    assert found["foreign_share"] == 0


def test_sevenths_and_falling_fifths_are_heard():
    found = heard(blocks(FIFTHS))
    assert found["minor_seventh_share"] == found["major_seventh_share"] == 0.5
    assert found["root_falls_fifth_share"] == 1


@pytest.mark.parametrize(
    ("pitches", "name"),
    [
        ((48, 55, 60, 65), "suspended_chord_share"),
        ((48, 55, 60, 62), "suspended_chord_share"),
        ((47, 59, 62, 65), "diminished_chord_share"),
        ((48, 62, 64, 67), "added_ninth_share"),
        ((48, 64, 67, 69), "added_sixth_share"),
        ((48, 64, 67), "major_chord_share"),
        ((48, 63, 67), "minor_chord_share"),
        ((52, 60, 67), "major_chord_share"),  # an inversion
    ],
)
def test_every_kind_is_heard(pitches, name):
    assert heard(blocks((pitches,)))[name] == 1


def test_a_broken_chord_is_the_chord():
    rows = [(240 * step, 240, (48, 52, 55, 60)[step % 4], 80) for step in range(8)]
    assert heard(Part.of(rows, BAR)) == heard(blocks(((48, 52, 55, 60),)))


def test_a_note_outside_the_scale_is_foreign():
    found = heard(blocks(((48, 64, 67), (49, 65, 68))))
    assert found["flat_second_share"] == 0.5
    assert found["root_semitone_share"] == 1
    assert found["foreign_share"] > 0


def test_drums_have_no_harmony():
    drums = Part.of([(0, 480, 36, 80), (480, 480, 38, 80)], BAR, is_drum=True)
    assert not any(heard(drums).values())


@given(st.integers(-12, 12), st.sampled_from((FOUR_CHORDS, FIFTHS)))
def test_nothing_depends_on_the_key(semitones, bars):
    assert heard(blocks(bars, semitones)) == heard(blocks(bars))


@given(st.lists(parts(), min_size=1, max_size=4), meters())
def test_parts_are_heard_alone_and_shares_are_shares(batch, meter):
    columns = [FEATURE_NAMES.index(name) for name in CHORD_FEATURES if name != "root_count"]
    together = feature_matrix(batch, meter)
    assert np.array_equal(together, np.concatenate([feature_matrix([p], meter) for p in batch]))
    assert (together[:, columns] >= 0).all()
    assert (together[:, columns] <= 1).all()
