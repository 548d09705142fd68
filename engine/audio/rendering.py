"""Rendering: tracks to stems, and their sum to the mix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.pcm import PEAK, Audio, Samples, fade_out, frames_of, peak
from engine.audio.synthesis import synthesised
from engine.errors import Refused
from genomes.midi import Track
from genomes.time import TempoMap

Player = Callable[[Track, TempoMap, int], Samples]

BUILT_IN = "the built-in synthesis"

# Softer than this, before any gain, nobody hears it.
SILENCE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A song as sound.

    Attributes:
        mix: all tracks together; its peak is at -1 dBFS.
        stems: one per track, in order, each as long as the mix; they sum to it.
        player: what played it, such as ``"FluidSynth with FluidR3_GM.sf2"``.
        note: why it isn't FluidSynth, in words; empty where it is, or where nobody asked for it.
    """

    mix: Audio
    stems: tuple[Audio, ...]
    player: str
    note: str = ""


def render(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Audio:
    """The tracks together; see ``render_stems``."""
    return render_stems(tracks, tempo_map, length_ticks, built_in=built_in).mix


def render_stems(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Rendering:
    """Play every track alone, and all together.

    The sound is as long as the score and ``TAIL_SECONDS``, and the same bytes every time that
    the same player plays it.

    Args:
        tracks: channel 9 is played on drums.
        tempo_map: of all tracks.
        length_ticks: of the score; no part is longer, a shorter one is followed by silence.
        built_in: play with the built-in synthesis even where FluidSynth is installed.

    Raises:
        Refused: if there is no note at all, or the score lasts longer than half an hour.
        ValueError: if a part is longer than the score.
    """
    if any(track.part.length_ticks > length_ticks for track in tracks):
        raise ValueError(f"a part is longer than the score's {length_ticks} ticks")
    if not any(len(track.part.notes) for track in tracks):
        raise Refused("there is no note to play")
    frames = frames_of(tempo_map, length_ticks)
    if built_in:
        return _rendered(synthesised, BUILT_IN, tracks, tempo_map, frames)
    try:
        fluidsynth = find_fluidsynth()
        return _rendered(fluidsynth.played, str(fluidsynth), tracks, tempo_map, frames)
    except FluidSynthFailed as failure:
        made = _rendered(synthesised, BUILT_IN, tracks, tempo_map, frames)
        return Rendering(made.mix, made.stems, made.player, note=str(failure))


def _rendered(
    player: Player, name: str, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
) -> Rendering:
    stems = [_stem(player, track, tempo_map, frames) for track in tracks]
    mix = np.zeros((frames, 2), dtype=np.float32)
    for stem in stems:
        mix += stem
    loudest = peak(mix)
    if loudest < SILENCE:
        raise FluidSynthFailed("FluidSynth played nothing")
    for samples in (mix, *stems):
        np.multiply(samples, np.float32(PEAK / loudest), out=samples)
    return Rendering(Audio(mix), tuple(Audio(stem) for stem in stems), name)


def _stem(player: Player, track: Track, tempo_map: TempoMap, frames: int) -> Samples:
    if not len(track.part.notes):
        return np.zeros((frames, 2), dtype=np.float32)
    samples = player(track, tempo_map, frames)
    fade_out(samples)
    return samples
