"""Sound files: what is read from them is what was written."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from engine.audio import FORMATS, SAMPLE_RATE, render, write_audio
from engine.errors import Refused
from tests.engine.audio.tracks import BAND, BAR, TEMPO


@pytest.fixture(scope="module")
def audio():
    return render(BAND, TEMPO, BAR, built_in=True)


@pytest.mark.parametrize("suffix", [*FORMATS, ".WAV"])
def test_files_hold_the_samples(suffix, audio, tmp_path):
    path = tmp_path / f"song{suffix}"
    write_audio(path, audio)
    samples, sample_rate = soundfile.read(path, dtype="float32")
    info = soundfile.info(path)
    assert (info.format, info.subtype) == (FORMATS[suffix.lower()], "PCM_16")
    assert sample_rate == SAMPLE_RATE
    assert samples.shape == audio.samples.shape
    assert np.abs(samples - audio.samples).max() <= 2 / 32_768


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_sound_is_the_same_file(suffix, audio, tmp_path):
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        write_audio(path, audio)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_other_formats_are_refused(audio, tmp_path):
    with pytest.raises(Refused, match=r"^song\.mp3: expected \.wav or \.flac$"):
        write_audio(tmp_path / "song.mp3", audio)
    assert list(tmp_path.iterdir()) == []
