"""Rendering: as long as the score, never silent, never too loud, the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import SAMPLE_RATE, TAIL_SECONDS, render, render_stems
from engine.audio.samples import PEAK
from engine.audio.voices import EXCEPTIONS
from engine.errors import Refused
from genomes.midi import Track
from genomes.notes import Part
from genomes.time import TempoMap
from tests import strategies
from tests.engine.audio.tracks import BAND, BAR, BASS, CHORDS, DRUMS, EMPTY, MELODY, TEMPO

quick = settings(max_examples=20)

# An accelerando, a halt and a rush, all within a bar.
CHANGES = TempoMap(((0, 600_000), (480, 450_000), (960, 1_500_000), (1200, 200_000)))


def loudness(samples):
    return float(np.sqrt(np.mean(samples**2)))


def between(audio, start_seconds, end_seconds):
    return audio.samples[round(start_seconds * SAMPLE_RATE) : round(end_seconds * SAMPLE_RATE)]


@pytest.fixture(scope="module")
def band():
    return render_stems(BAND, TEMPO, BAR, built_in=True)


@pytest.mark.parametrize("tempo_map", [TEMPO, TempoMap.constant(31.7), CHANGES])
@pytest.mark.parametrize("bars", [1, 3])
def test_sound_lasts_as_long_as_the_score_and_its_tail(tempo_map, bars):
    audio = render([CHORDS], tempo_map, bars * BAR, built_in=True)
    score_seconds = float(tempo_map.seconds(bars * BAR))
    assert audio.seconds - score_seconds == pytest.approx(TAIL_SECONDS, abs=1.5 / SAMPLE_RATE)
    assert audio.samples.shape == (len(audio.samples), 2)
    assert audio.samples.dtype == np.float32
    assert TAIL_SECONDS <= 3


def test_the_end_is_faded_and_the_loudest_sample_a_decibel_below_full_scale(band):
    assert np.abs(band.mix.samples[-1]).max() == 0
    last = between(band.mix, band.mix.seconds - 0.1, band.mix.seconds)
    assert np.abs(last).max() < 0.01
    assert np.abs(band.mix.samples).max() == pytest.approx(PEAK, rel=1e-5)
    assert 20 * np.log10(PEAK) == pytest.approx(-1)


def test_stems_sum_to_the_mix_and_only_notes_are_heard(band):
    together = sum(stem.samples for stem in band.stems)
    assert np.abs(together - band.mix.samples).max() < 1e-5
    for track, stem in zip(BAND, band.stems, strict=True):
        assert len(stem.samples) == len(band.mix.samples)
        assert (loudness(stem.samples) > 0.003) == (track is not EMPTY)
        assert np.any(stem.samples) == (track is not EMPTY)


def test_the_same_song_is_the_same_bytes_and_read_only(band):
    again = render_stems(BAND, TEMPO, BAR, built_in=True)
    assert again.mix.samples.tobytes() == band.mix.samples.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        band.mix.samples[0] = 1


def test_notes_sound_when_the_tempo_map_says():
    part = Part.of([(960, 120, 60, 100)], BAR)
    audio = render([Track("one", part)], CHANGES, BAR, built_in=True)
    onset = float(CHANGES.seconds(960))
    assert np.abs(between(audio, 0, onset - 0.001)).max() < 1e-5
    assert loudness(between(audio, onset, onset + 0.1)) > 0.05


@pytest.mark.parametrize(("track", "pitches"), [(CHORDS, (60, 64, 67)), (BASS, (36,))])
def test_the_strongest_frequencies_are_the_notes(track, pitches):
    audio = render([track], TEMPO, BAR, built_in=True)
    spectrum = np.abs(np.fft.rfft(audio.samples[:SAMPLE_RATE, 0]))  # one second: a bin per hertz
    for pitch in pitches:
        hertz = round(440 * 2 ** ((pitch - 69) / 12))
        assert spectrum[hertz - 2 : hertz + 3].max() > 0.1 * spectrum.max()


def test_harder_is_louder_and_brighter():
    def played(velocity):
        rows = [(0, 480, 60, velocity), (960, 480, 60, 127)]
        return render([Track("keys", Part.of(rows, BAR))], TEMPO, BAR, built_in=True)

    def brightness(samples):
        spectrum = np.abs(np.fft.rfft(samples[:, 0])) ** 2
        return float(spectrum[500:].sum() / spectrum.sum())

    heard = [between(played(velocity), 0.1, 0.5) for velocity in (30, 70, 110)]
    assert loudness(heard[0]) < loudness(heard[1]) < loudness(heard[2])
    assert brightness(heard[0]) < brightness(heard[1]) < brightness(heard[2])


def test_an_open_hat_is_choked_by_the_next():
    def tail(rows):
        track = Track("hats", Part.of([*rows, (0, 60, 36, 127)], BAR), channel=9)
        return loudness(between(render([track], TEMPO, BAR, built_in=True), 0.66, 0.9))

    ringing, choked = [(480, 60, 46, 100)], [(480, 60, 46, 100), (540, 60, 44, 1)]
    assert tail(choked) < 0.5 * tail(ringing)


@given(part=strategies.parts(max_notes=6), program=st.integers(0, 127), channel=st.integers(0, 15))
@quick
def test_anything_can_be_played(part, program, channel):
    short = Part.of(
        [(o % BAR, min(d, BAR - o % BAR), p, v) for o, d, p, v, _ in part.notes.tolist()], BAR
    )
    track = Track("any", short, program, channel)
    if not len(short.notes):
        with pytest.raises(Refused):
            render([track], TEMPO, BAR, built_in=True)
        return
    audio = render([track], TEMPO, BAR, built_in=True)
    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() == pytest.approx(PEAK, rel=1e-5)


@pytest.mark.parametrize("program", sorted({*range(0, 128, 8), *EXCEPTIONS}))
def test_every_voice_sounds(program):
    track = replace(MELODY, program=program)
    audio = render([track], TEMPO, BAR, built_in=True)
    assert loudness(between(audio, 0.5, 1.9)) > 0.01


@pytest.mark.parametrize("drum", range(27, 88))
def test_every_drum_is_heard(drum):
    track = Track("drum", Part.of([(0, 60, drum, 100)], BAR), channel=9)
    beside_chords = render_stems([track, CHORDS], TEMPO, BAR, built_in=True).stems[0]
    assert np.abs(beside_chords.samples).max() > 0.03


@pytest.mark.parametrize(
    ("tracks", "length_ticks", "error", "said"),
    [
        ([EMPTY, EMPTY], BAR, Refused, "no note"),
        ([], BAR, Refused, "no note"),
        ([DRUMS], BAR - 1, ValueError, "longer than the score"),
        ([CHORDS], 1800 * BAR, Refused, "60 minutes"),
    ],
)
def test_what_is_not_rendered(tracks, length_ticks, error, said):
    with pytest.raises(error, match=said):
        render(tracks, TEMPO, length_ticks)
