"""Loudness: stems stand to the melody as the table says, and nothing is too loud."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import SAMPLE_RATE, render_stems
from engine.audio.loudness import (
    STAGE_LOUDNESS_LU,
    integrated_lufs,
    loudness_lu,
)
from engine.audio.samples import PEAK
from engine.stages import STAGES
from genomes.notes import Part
from tests.engine.audio.tracks import BAND, BAR, BASS, CHORDS, DRUMS, MELODY, STRINGS, TEMPO

HARMONY = replace(STRINGS, name="Harmony")
SONG = (CHORDS, DRUMS, BASS, MELODY, HARMONY)


def tone(seconds, level=0.5, hertz=1_000):
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    return np.stack((wave, wave), axis=1)


def measured(rendering, tracks):
    """Loudness of each track's stem in LU against the first's."""
    lufs = [integrated_lufs(stem.samples) for stem in rendering.stems]
    return {track.name.lower(): value - lufs[0] for track, value in zip(tracks, lufs, strict=True)}


def test_a_full_scale_tone_of_one_channel_is_what_the_standard_says():
    mono = tone(5, level=1, hertz=997)[:, 0]
    assert integrated_lufs(mono) == pytest.approx(-3.01, abs=0.3)
    assert integrated_lufs(tone(5, level=1, hertz=997)) == pytest.approx(0, abs=0.3)


def test_sounds_of_any_length_have_a_loudness():
    assert np.isfinite(integrated_lufs(tone(0.1)))
    assert np.isfinite(integrated_lufs(tone(0.1)[:, 0]))
    assert integrated_lufs(tone(1, level=0)) == -np.inf
    assert integrated_lufs(np.zeros((0, 2), dtype=np.float32)) == -np.inf


def test_the_table_puts_the_melody_in_front_and_everything_can_be_heard():
    assert set(STAGE_LOUDNESS_LU) == set(STAGES)
    assert max(STAGE_LOUDNESS_LU.values()) == STAGE_LOUDNESS_LU["melody"] == 0
    assert all(-9 <= STAGE_LOUDNESS_LU[stage] <= -4 for stage in ("chords", "harmony"))
    assert all(value >= -12 for value in STAGE_LOUDNESS_LU.values())
    assert loudness_lu("Melody") == 0
    assert -9 <= loudness_lu("anything") <= -4


@pytest.mark.parametrize(
    "tracks", [(MELODY, CHORDS, DRUMS, BASS, HARMONY), (DRUMS, BASS), (BASS, CHORDS, HARMONY)]
)
def test_stems_have_the_loudness_of_their_stages_and_sum_to_the_mix(tracks):
    rendering = render_stems(tracks, TEMPO, BAR, built_in=True)
    first = STAGE_LOUDNESS_LU[tracks[0].name.lower()]
    wanted = {track.name.lower(): loudness_lu(track.name) - first for track in tracks}
    assert measured(rendering, tracks) == pytest.approx(wanted, abs=0.3)
    together = sum(stem.samples for stem in rendering.stems)
    assert np.abs(together - rendering.mix.samples).max() < 1e-5
    peaks = [np.abs(each.samples).max() for each in (rendering.mix, *rendering.stems)]
    assert max(peaks) == pytest.approx(PEAK, rel=1e-5)


def test_soft_and_loud_parts_are_balanced_alike():
    soft = [(0, 1800, 72, 12), (960, 900, 74, 20)]
    tracks = (replace(MELODY, part=Part.of(soft, BAR)), CHORDS)
    rendering = render_stems(tracks, TEMPO, BAR, built_in=True)
    assert measured(rendering, tracks)["chords"] == pytest.approx(-6, abs=0.3)


@pytest.mark.parametrize("track", [DRUMS, MELODY, CHORDS])
def test_a_part_alone_is_no_louder_beside_a_silent_one(track):
    alone = render_stems([track], TEMPO, BAR, built_in=True)
    beside = render_stems([track, BAND[-1]], TEMPO, BAR, built_in=True)
    assert np.array_equal(beside.mix.samples, alone.mix.samples)


def test_one_stem_keeps_its_dynamics():
    soft, loud = 31, 124  # four times the velocity: 16 times the level
    rows = [(0, 960, 72, soft), (BAR, 960, 72, loud)]
    tracks = (replace(MELODY, part=Part.of(rows, 2 * BAR)), BASS)
    stem = render_stems(tracks, TEMPO, 2 * BAR, built_in=True).stems[0].samples
    second = round(float(TEMPO.seconds(BAR)) * SAMPLE_RATE)
    halves = [np.abs(half).max() for half in (stem[:second], stem[second:])]
    assert 20 * np.log10(halves[1] / halves[0]) == pytest.approx(20 * np.log10(16), abs=2)


def test_what_is_far_softer_than_the_rest_does_not_count():
    loud = tone(4, level=0.5)
    beside = np.concatenate([loud, tone(20, level=0.05)])
    assert integrated_lufs(beside) == pytest.approx(integrated_lufs(loud), abs=0.2)
    late = np.concatenate([np.zeros((3 * SAMPLE_RATE, 2), dtype=np.float32), loud])
    assert integrated_lufs(late) == pytest.approx(integrated_lufs(loud), abs=0.2)


@given(
    st.lists(
        st.tuples(st.sampled_from(SONG), st.integers(1, 127), st.integers(1, BAR)),
        min_size=1,
        max_size=3,
        unique_by=lambda drawn: drawn[0].name,
    )
)
@settings(max_examples=15)
def test_nothing_is_ever_louder_than_the_peak(drawn):
    tracks = [
        replace(track, part=Part.of([(0, length, 60, velocity)], BAR))
        for track, velocity, length in drawn
    ]
    rendering = render_stems(tracks, TEMPO, BAR, built_in=True)
    for audio in (rendering.mix, *rendering.stems):
        assert np.isfinite(audio.samples).all()
        assert np.abs(audio.samples).max() <= PEAK * (1 + 1e-5)
