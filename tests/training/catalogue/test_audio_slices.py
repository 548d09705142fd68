"""Cut recordings: sample by sample what was recorded."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from training.catalogue.audio_slices import Recording, UnreadableAudio, frames_of, write_slice

RATE = 8000


def record(path, channels=1, subtype="PCM_16", seconds=2.0, level=0.5):
    rng = np.random.default_rng(5)
    samples = level * rng.uniform(-1, 1, (int(seconds * RATE), channels))
    is_aiff = path.suffix == ".aif"
    soundfile.write(path, samples, RATE, subtype, format="AIFF" if is_aiff else None)
    return path


@pytest.mark.parametrize(
    ("name", "channels", "subtype"),
    [
        ("a.wav", 1, "PCM_16"),
        ("a.wav", 2, "PCM_24"),
        ("a.wav", 1, "PCM_U8"),
        ("a.aif", 2, "PCM_16"),
        ("a.flac", 1, "PCM_24"),
        ("a.wav", 2, "FLOAT"),
    ],
)
def test_a_slice_is_what_was_recorded(tmp_path, name, channels, subtype):
    path = record(tmp_path / name, channels, subtype)
    with Recording(path) as recording:
        write_slice(tmp_path / "cut.flac", recording.stretch(0.25, 1.5))
    found, rate = soundfile.read(tmp_path / "cut.flac", always_2d=True)
    expected, _ = soundfile.read(path, start=2000, stop=12000, always_2d=True)
    assert rate == RATE
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= (2**-22 if subtype == "FLOAT" else 0)


def test_a_recording_that_ends_early_gives_what_there_is(tmp_path):
    with Recording(record(tmp_path / "a.wav")) as recording:
        assert recording.stretch(1.5, 9).seconds == 0.5
        assert recording.stretch(5, 9).seconds == 0
        assert recording.stretch(5, 9).is_silent


@pytest.mark.parametrize(("level_db", "silent"), [(-39.5, False), (-40.5, True)])
def test_silence_is_below_forty_decibels(tmp_path, level_db, silent):
    samples = np.full(RATE, 10 ** (level_db / 20))
    soundfile.write(tmp_path / "a.wav", samples, RATE, "PCM_24")
    with Recording(tmp_path / "a.wav") as recording:
        stretch = recording.stretch(0, 1)
    assert stretch.level_db == pytest.approx(level_db, abs=0.01)
    assert stretch.is_silent == silent


def test_what_is_above_full_scale_is_cut_off_and_counted(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.0, 1.5, -2.0, 0.5, np.nan]), RATE, "FLOAT")
    with Recording(tmp_path / "a.wav") as recording:
        stretch = recording.stretch(0, 1)
    assert stretch.clipped == 2
    assert (stretch.samples[:, 0] / 2**31).tolist() == pytest.approx([0, 1, -1, 0.5, 0])


@pytest.mark.parametrize("data", [b"", b"not audio at all", b"RIFF\x24\x00\x00\x00WAVEfmt "])
def test_what_is_no_recording_is_an_error_and_not_silence(tmp_path, data):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(UnreadableAudio) as caught:
        Recording(tmp_path / "a.wav")
    assert str(tmp_path) not in str(caught.value)


@given(st.lists(st.floats(0, 2), min_size=2, max_size=6))
def test_stretches_side_by_side_share_their_frame(places):
    ordered = sorted(places)
    bounds = [frames_of(begin, end, RATE) for begin, end in pairwise(ordered)]
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
