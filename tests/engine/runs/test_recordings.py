"""Short recordings of candidates: how long, how loud, and with what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio import SAMPLE_RATE, TAIL_SECONDS, Audio
from engine.audio.cache import SoundCache
from engine.audio.loudness import TARGET_LUFS, equally_loud, integrated_lufs
from engine.audio.playback import read_recording
from engine.audio.samples import PEAK, peak
from engine.runs.recordings import (
    MAX_RECORDED_SECONDS,
    record,
    recorded_bars,
    scene_of,
    write_recording,
)
from genomes import Context, Key, Meter, Part, Section
from genomes.midi import Track


def context(bars=2, meter="4/4", tempo_bpm=240.0):
    return Context(Key.parse("C major"), Meter.parse(meter), tempo_bpm, Section("verse", bars))


def track(stage, pitch, bars=2, velocity=80):
    return Track(stage, Part.of([(0, 480, pitch, velocity)], bars * 1920), 0, 0)


def test_candidates_are_recorded_with_their_parents_and_equally_loud(tmp_path):
    cache = SoundCache(tmp_path)
    alone = record(cache, [], [track("bass", 40), track("bass", 45, velocity=20)], context())
    mixed = record(cache, [track("chords", 60)], [track("bass", 40), track("bass", 45)], context())
    for recorded in (alone, mixed):
        first, second = (integrated_lufs(each.samples) for each in recorded)
        assert first == pytest.approx(second, abs=0.1)
        assert first <= TARGET_LUFS + 0.1
        for each in recorded:
            assert peak(each.samples) <= PEAK + 1e-6
            assert len(each.samples) == pytest.approx((2 + TAIL_SECONDS) * SAMPLE_RATE, abs=1)
    assert not np.allclose(alone[0].samples, mixed[0].samples, atol=1e-3)


def test_of_a_long_section_the_first_bars_are_recorded(tmp_path):
    cache = SoundCache(tmp_path)

    long = context(bars=64, tempo_bpm=60.0)
    assert recorded_bars(long) == MAX_RECORDED_SECONDS / 4
    part = Part.of([(0, 64 * 1920, 40, 80)], 64 * 1920)
    (audio,) = record(cache, [], [Track("bass", part, 0, 0)], long)
    assert audio.seconds == pytest.approx(MAX_RECORDED_SECONDS + TAIL_SECONDS, abs=0.01)
    assert scene_of(long).frames == MAX_RECORDED_SECONDS * SAMPLE_RATE
    assert recorded_bars(context(bars=3, meter="31/4", tempo_bpm=10.0)) == 1


@given(levels=st.lists(st.floats(0.001, 1), min_size=1, max_size=4), seed=st.integers(0, 3))
def test_one_loudness_for_all(levels, seed):
    rng = np.random.default_rng(seed)
    noises = [(rng.uniform(-1, 1, (22_050, 2)) * level).astype(np.float32) for level in levels]
    loudness = [integrated_lufs(each) for each in equally_loud(noises)]
    assert max(loudness) - min(loudness) < 0.1
    assert max(loudness) <= TARGET_LUFS + 0.1


def test_silence_stays_silent():
    silence = np.zeros((44_100, 2), dtype=np.float32)
    assert not equally_loud([silence])[0].any()


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "a b.flac"
    samples = np.linspace(-0.5, 0.5, 200, dtype=np.float32).reshape(-1, 2)
    write_recording(path, Audio(samples))
    np.testing.assert_allclose(read_recording(path), samples, atol=1e-4)
    path.write_bytes(b"mine now")
    with pytest.raises(OSError, match="delete it"):
        read_recording(path)
