"""The benchmark of composed songs at toy size: what is compared with what, and what is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from benchmarks.composed_bench import (
    Ensemble,
    approved_of,
    compare,
    composed,
    main,
    measure,
    overall,
    proposals,
    randoms,
    report,
)
from benchmarks.real_bands import COMPARED, DRUMS, bands, features_of, in_key_share
from engine.evolution.settings import Settings
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.colours import COLOURS
from genomes import Part
from tests.strategies import parts

BAR_TICKS = 1920


def scale_of(*pitches: int) -> Part:
    """Quarter notes one after the other."""
    rows = [(480 * index, 480, pitch, 80) for index, pitch in enumerate(pitches)]
    return Part.of(rows, -(-len(pitches) // 4) * BAR_TICKS)


def test_one_note_outside_a_scale_is_its_share() -> None:
    assert in_key_share(scale_of(60, 62, 64, 65, 67, 69, 71, 72)) == 1
    assert in_key_share(scale_of(60, 62, 64, 65, 67, 69, 71, 61)) == 7 / 8
    assert in_key_share(scale_of(*range(60, 72))) == 7 / 12
    assert in_key_share(Part.of([(0, 480, 36, 80)], BAR_TICKS, is_drum=True)) == 1


@given(parts())
def test_no_part_is_outside_of_every_key(part: Part) -> None:
    share = in_key_share(part)
    assert 7 / 12 - 1e-9 <= share <= 1 + 1e-9
    up = part.notes.copy()
    up["pitch"] = np.where(up["pitch"] < 120, up["pitch"] + 7, up["pitch"] - 5)
    assert in_key_share(Part.of(up, part.length_ticks)) == pytest.approx(share)


def test_shares_say_on_which_side_and_how_far() -> None:
    real = np.tile(np.arange(101.0)[:, None], (1, len(COMPARED)))
    wide = bands({("full", 4): real})
    rows = np.tile(np.array([50.0, -40.0, -85.0, 185.0])[:, None], (1, len(COMPARED)))
    found = compare({("full", 4): rows}, wide)["full", "pitch_mean"]
    assert (found.inside, found.below, found.above) == (0.25, 0.5, 0.25)
    assert found.distance == pytest.approx(1)
    assert found.band == (5, 95)


def test_real_music_lies_inside_nine_times_in_ten() -> None:
    real = {("full", 4): np.tile(np.arange(101.0)[:, None], (1, len(COMPARED)))}
    assert overall(compare(real, bands(real))) == pytest.approx(0.9, abs=0.01)


def test_drums_are_compared_by_rhythm_alone() -> None:
    assert set(features_of(DRUMS)) < set(features_of("full")) == set(COMPARED)
    assert "pitch_mean" not in features_of(DRUMS)


def test_laps_bring_every_colour_in_other_meters() -> None:
    laps = [(each.colour, each.meter) for each in proposals(2 * len(COLOURS))]
    first, second = laps[: len(COLOURS)], laps[len(COLOURS) :]
    assert {colour for colour, _ in first} == {colour for colour, _ in second} == set(COLOURS)
    assert len({meter for _, meter in first}) == len(COLOURS)
    assert all(one != other for one, other in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def song() -> Ensemble:
    """A verse of every stage, hardly evolved."""
    (ensemble,) = composed(1, Settings(population=4, generations=0, keep=1))
    return ensemble


def test_a_composed_song_has_a_part_of_every_stage(song: Ensemble) -> None:
    assert list(song.parts) == list(STAGES)
    roles = [role for role, _ in song.by_role()]
    assert roles == ["drums", "bass_voice", "top_voice", "inner_voices", "full"]
    full = dict(song.by_role())["full"]
    assert len(full.notes) == sum(
        len(part.notes) for stage, part in song.parts.items() if stage != "drums"
    )


def test_stages_that_a_song_lacks_are_left_out(song: Ensemble) -> None:
    bare = Ensemble(song.context, {"chords": song.parts["chords"]})
    assert [role for role, _ in bare.by_role()] == ["full"]
    found = list(randoms(bare, np.random.default_rng(1)))
    assert all(list(each.parts) == ["chords"] for each in found)
    assert {role for role, _ in measure([bare])} == {"full"}


def test_a_part_that_lineages_share_counts_once(song: Ensemble) -> None:
    once, twice = measure([song]), measure([song, song])
    assert {key: len(rows) for key, rows in once.items()} == {
        key: len(rows) for key, rows in twice.items()
    }


def test_the_report_names_what_is_outside(song: Ensemble) -> None:
    higher = measure([song])
    for rows in higher.values():
        rows[:, COMPARED.index("pitch_mean")] += 100
    told = report([song], higher)
    (outside,) = (
        line for line in told.splitlines() if line.startswith("  top_voice    pitch_mean")
    )
    assert "0.00 inside, 1.00 below, 0.00 above" in outside
    assert told.startswith("share inside")
    assert "\n  drums        pitch_mean" not in told
    assert told.splitlines()[-1].startswith("overall")


def test_a_studio_without_approved_parts_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Studio.open(tmp_path) as studio:
        assert list(approved_of(studio)) == []
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "nothing to look at" in capsys.readouterr().err
