"""The prior: nothing inside the bands, more the farther outside, least for real music."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.drum_measures import DRUM_FEATURE_NAMES, drum_feature_matrix
from fitness.features import FEATURE_NAMES, FEATURES_VERSION, feature_matrix
from fitness.prior import BANDS_FILE, DRUMS, FULL_DISTANCE, Prior, columns_of
from genomes import Context, Key, Meter, Part, Section
from genomes.bass import BASS
from genomes.chords import CHORDS
from tools.grooves import grooves, templates
from tools.loops import loops
from tools.pads import pads
from tools.prior_bands import UNMEASURED
from tools.prior_check import DRUM_FAKE_KINDS, FAKE_KINDS, drum_fakes, fakes
from training.composed.corpus import cut

PRIOR = Prior.load()
# More than what one feature that lies outside is fined, in any role but the drums'.
ONE_FEATURE = 0.05


def middle(role: str, bars: int) -> np.ndarray:
    """A row of features in the middle of every band."""
    bands = PRIOR.bands[role][bars]
    edges = np.stack((bands.low, bands.high))
    return np.where(np.isfinite(edges), edges, 0.0).mean(axis=0)


def test_the_table_fits_the_features() -> None:
    document = json.loads(BANDS_FILE.read_text(encoding="utf-8"))
    assert document["features_version"] == FEATURES_VERSION
    for lengths in document["bands"].values():
        assert set(lengths) == {"2", "4", "8"}
        for table in lengths.values():
            assert set(table) <= set(DRUM_FEATURE_NAMES) - UNMEASURED
            assert all(low <= high and scale > 0 for low, high, scale in table.values())


def test_what_scores_cannot_tell_is_free() -> None:
    row = middle("chords", 4)
    for name in UNMEASURED:
        row[FEATURE_NAMES.index(name)] = 1e6
    assert PRIOR(row, "chords", 4) == 0


def test_drums_have_columns_of_their_own() -> None:
    assert columns_of(DRUMS) == DRUM_FEATURE_NAMES
    assert columns_of("chords") == FEATURE_NAMES
    crowd = Part.of([(120 * cell, 60, 36, 80) for cell in range(64)], 7680, is_drum=True)
    row = drum_feature_matrix([crowd])[0]
    assert row[: len(FEATURE_NAMES)].tolist() == feature_matrix([crowd])[0].tolist()
    assert "kicks_per_quarter" in PRIOR.outside(row, DRUMS, 4)


def test_strokes_come_again_by_drum_and_sixteenth() -> None:
    def share(*bars: tuple[int, ...]) -> float:
        """Of bars that say which drum is struck on each beat."""
        rows = [
            (1920 * bar + 480 * beat, 60, drum, 80)
            for bar, drums in enumerate(bars)
            for beat, drum in enumerate(drums)
        ]
        part = Part.of(rows, 1920 * len(bars), is_drum=True)
        row = drum_feature_matrix([part, part])[1]
        return float(row[DRUM_FEATURE_NAMES.index("strokes_again_share")])

    assert share((36, 42, 38, 42), (36, 42, 38, 42)) == 1
    assert share((36, 42, 38, 42), (36, 42, 36, 46)) == pytest.approx((2 + 4) / (4 + 4))
    assert share((36, 38), (38, 36)) == pytest.approx(4 / (2 + 4))
    assert share((36, 38)) == 1


@pytest.mark.parametrize("role", sorted(PRIOR.bands))
@pytest.mark.parametrize("bars", [2, 4, 8])
def test_zero_inside_and_on_the_edge(role: str, bars: int) -> None:
    bands = PRIOR.bands[role][bars]
    for edge in (bands.low, bands.high):
        row = np.where(np.isfinite(edge), edge, 0.0)
        assert PRIOR(row, role, bars) == 0
        assert PRIOR.outside(row, role, bars) == {}
    assert PRIOR(middle(role, bars), role, bars) == 0


@given(
    st.sampled_from(sorted(set(FEATURE_NAMES) - UNMEASURED)),
    st.floats(0, 5),
    st.floats(0, 5),
    st.booleans(),
)
def test_farther_outside_is_never_cheaper(name: str, near: float, far: float, above: bool) -> None:
    near, far = sorted((near, far))
    fines = [PRIOR(moved_out(name, distance, above=above), "chords", 4) for distance in (near, far)]
    measured = np.isfinite(PRIOR.bands["chords"][4].low).sum()
    assert fines[0] <= fines[1] <= 1
    assert fines[1] - fines[0] <= (far - near) / FULL_DISTANCE / measured + 1e-12  # Lipschitz


def moved_out(name: str, distance: float, *, above: bool) -> np.ndarray:
    """A row whose one feature lies outside its band by so many units."""
    bands, row, column = PRIOR.bands["chords"][4], middle("chords", 4), FEATURE_NAMES.index(name)
    edge, sign = (bands.high, 1) if above else (bands.low, -1)
    row[column] = edge[column] + sign * distance * bands.scale[column]
    return row


def test_a_feature_is_fined_in_full_a_little_way_outside() -> None:
    measured = np.isfinite(PRIOR.bands["chords"][4].low).sum()
    half, full, far = (
        PRIOR(moved_out("polyphony", distance, above=True), "chords", 4)
        for distance in (FULL_DISTANCE / 2, FULL_DISTANCE, 1)
    )
    assert half == pytest.approx(1 / (2 * measured))
    assert full == pytest.approx(1 / measured)
    assert far == full


def test_outside_says_what_and_how_far() -> None:
    row = moved_out("pitch_mean", 0.5, above=False)
    row[FEATURE_NAMES.index("polyphony")] = 99
    found = PRIOR.outside(row, "chords", 4)
    assert list(found) == ["polyphony", "pitch_mean"]
    assert found["pitch_mean"] == pytest.approx(-0.5)


@pytest.mark.parametrize(("bars", "nearest"), [(1, 2), (3, 2), (5, 4), (6, 4), (7, 8), (64, 8)])
def test_the_nearest_length_is_used(bars: int, nearest: int) -> None:
    row = middle("full", 8) * 1.7
    assert PRIOR(row, "full", bars) == PRIOR(row, "full", nearest)


def test_many_rows_at_once() -> None:
    rows = np.stack([middle("chords", 4), moved_out("polyphony", 1, above=True)])
    assert PRIOR.penalties(rows, "chords", 4).tolist() == [PRIOR(row, "chords", 4) for row in rows]


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(ValueError, match=r"'kazoo'.*chords, drums, full"):
        PRIOR(middle("chords", 4), "kazoo", 4)


def test_a_table_of_other_features_is_refused(tmp_path: Path) -> None:
    document = json.loads(BANDS_FILE.read_text(encoding="utf-8"))
    other = tmp_path / "bands.json"
    other.write_text(json.dumps(document | {"features_version": "0"}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"python -m tools\.prior_bands"):
        Prior.load(other)


@pytest.mark.parametrize("role", ["chords", "full", "bass_voice", "top_voice"])
@pytest.mark.parametrize("kind", FAKE_KINDS)
def test_fakes_are_fined_as_real_songs_are_not(kind: str, role: str) -> None:
    """Windows of real songs that no band was measured on are fined .006 to .025 in the mean."""
    parts = fakes(4, np.random.default_rng(5))[kind]
    fines = PRIOR.penalties(feature_matrix(parts, Meter(4, 4)), role, 4)
    assert np.median(fines) > ONE_FEATURE


@pytest.mark.parametrize("kind", DRUM_FAKE_KINDS)
def test_drums_that_nobody_plays_are_fined(kind: str) -> None:
    parts = drum_fakes(4, np.random.default_rng(7))[kind]
    fines = PRIOR.penalties(drum_feature_matrix(parts, Meter(4, 4)), DRUMS, 4)
    assert np.median(fines) > ONE_FEATURE


def test_the_engines_own_grooves_lie_inside_or_near() -> None:
    fines = [
        PRIOR(drum_feature_matrix([window], meter)[0], DRUMS, 4)
        for meter, groove in grooves(templates(held_out=True))
        for window in cut(groove, meter, 4, 1)
    ]
    assert np.median(fines) < ONE_FEATURE
    assert np.mean(fines) < 0.06


def octave_up(part: Part) -> Part:
    notes = part.notes.copy()
    notes["pitch"] += 12
    return Part.of(notes, part.length_ticks)


@pytest.mark.parametrize("bars", [2, 4, 8])
def test_no_bass_is_better_off_an_octave_higher(bars: int) -> None:
    context = Context(Key.parse("A minor"), Meter(4, 4), 90, Section("verse", bars))
    rng = np.random.default_rng(9)
    chords = CHORDS.render(CHORDS.random(context, rng)[0], context)
    on_chords = replace(context, parts=(("chords", chords),))
    parts = [BASS.render(BASS.random(on_chords, rng)[0], on_chords) for _ in range(60)]
    low, high = (
        PRIOR.penalties(feature_matrix(some, context.meter), "bass_voice", bars)
        for some in (parts, [octave_up(part) for part in parts])
    )
    assert (low <= high + 1e-9).all()


@pytest.mark.parametrize(
    ("made", "every", "role"), [(pads, 100, "inner_voices"), (loops, 40, "chords")]
)
def test_plain_pads_and_loops_lie_inside(made: Any, every: int, role: str) -> None:
    some = list(made(4))[::every]
    fines = [PRIOR(feature_matrix([part], meter)[0], role, 4) for meter, part in some]
    assert np.mean(np.array(fines) == 0) > 0.9
    assert max(fines) < ONE_FEATURE


def test_most_first_genomes_lie_inside_or_near() -> None:
    context = Context(Key.parse("A minor"), Meter(4, 4), 90, Section("verse", 4))
    rng = np.random.default_rng(6)
    parts = [CHORDS.render(CHORDS.random(context, rng)[0], context) for _ in range(50)]
    fines = PRIOR.penalties(feature_matrix(parts, context.meter), "chords", 4)
    assert np.median(fines) < 0.03
    assert fines.std() > 0
