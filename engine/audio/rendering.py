"""Rendering: tracks to stems, and their sum to the mix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.loudness import balance
from engine.audio.samples import PEAK, Audio, Samples, fade_out, frames_of, peak
from engine.audio.synthesis import synthesise
from engine.errors import Refused
from genomes.midi import Track
from genomes.time import TempoMap

Renderer = Callable[[Track, TempoMap, int], Samples]

BUILT_IN = "the built-in synthesis"

# A mix whose peak is below this, before any gain, is silent.
SILENCE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A song as sound.

    Attributes:
        mix: all tracks together; it peaks at -1 dBFS, or below where a stem is louder.
        stems: one per track, in order, each as long as the mix; they sum to it.
        player: what played it, such as ``"FluidSynth with FluidR3_GM.sf2"``.
        note: why FluidSynth was not used; empty where it was, or was not asked for.
    """

    mix: Audio
    stems: tuple[Audio, ...]
    player: str
    note: str = ""


def player() -> str:
    """What plays recordings on this machine now, such as ``"FluidSynth with FluidR3_GM.sf2"``."""
    try:
        return str(find_fluidsynth())
    except FluidSynthFailed:
        return BUILT_IN


def render(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Audio:
    """The tracks together, as ``render_stems`` plays them."""
    return render_stems(tracks, tempo_map, length_ticks, built_in=built_in).mix


def render_stems(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Rendering:
    """Play every track alone, and all together.

    Tracks are balanced by loudness, see ``engine.audio.loudness``. The sound is as long as the
    score and ``TAIL_SECONDS``, and on one machine the same bytes every time.

    Args:
        tracks: channel 9 is played on drums.
        tempo_map: of all tracks.
        length_ticks: of the score; no part is longer, a shorter one is followed by silence.
        built_in: play with the built-in synthesis even where FluidSynth is installed.

    Raises:
        Refused: if there is no note at all, or the score lasts longer than ``MAX_SECONDS``.
        ValueError: if a part is longer than the score.
    """
    if any(track.part.length_ticks > length_ticks for track in tracks):
        raise ValueError(f"a part is longer than the score's {length_ticks} ticks")
    if not any(len(track.part.notes) for track in tracks):
        raise Refused("there is no note to play")
    frames = frames_of(tempo_map, length_ticks)
    note = ""
    if not built_in:
        try:
            fluidsynth = find_fluidsynth()
            mix, *stems = _rendered(fluidsynth.render, tracks, tempo_map, frames)
            return Rendering(mix, tuple(stems), str(fluidsynth))
        except FluidSynthFailed as failure:
            note = str(failure)
    mix, *stems = _rendered(synthesise, tracks, tempo_map, frames)
    return Rendering(mix, tuple(stems), BUILT_IN, note)


def _rendered(
    renderer: Renderer, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
) -> list[Audio]:
    """The mix, then the balanced stems, with one gain for all: the loudest reaches the peak."""
    stems = [_stem(renderer, track, tempo_map, frames) for track in tracks]
    balance([track.name for track in tracks], stems)
    mix = np.zeros((frames, 2), dtype=np.float32)
    for stem in stems:
        mix += stem
    if peak(mix) < SILENCE:
        raise FluidSynthFailed("FluidSynth played nothing")
    everything = [mix, *stems]
    gain = np.float32(PEAK / max(peak(samples) for samples in everything))
    for samples in everything:
        np.multiply(samples, gain, out=samples)
    return [Audio(samples) for samples in everything]


def _stem(renderer: Renderer, track: Track, tempo_map: TempoMap, frames: int) -> Samples:
    if not len(track.part.notes):
        return np.zeros((frames, 2), dtype=np.float32)
    samples = renderer(track, tempo_map, frames)
    fade_out(samples)
    return samples
