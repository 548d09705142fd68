"""Stems of short parts: each is played once, and found again in the cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.audio.cache import SoundCache
from engine.audio.loops import folded, loop_frames
from engine.audio.loudness import integrated_lufs
from engine.audio.rendering import Player, frames_to_play, played
from engine.audio.samples import (
    FADE_SECONDS,
    PEAK,
    SAMPLE_RATE,
    TAIL_SECONDS,
    Audio,
    Samples,
    Tags,
    audio_bytes,
    in_whole_steps,
    peak,
    read_back,
)
from engine.ids import digest
from genomes.midi import DRUM_CHANNEL, Track
from genomes.time import Meter, TempoMap

# Changed where the same name gets other samples.
STEM_VERSION = 2
SUFFIX = ".flac"
NAME_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Scene:
    """What parts that are heard together have in common.

    Attributes:
        tempo_bpm: quarter notes per minute.
        meter: of all bars.
        bars: how many are heard.
    """

    tempo_bpm: float
    meter: Meter
    bars: int

    @property
    def tempo_map(self) -> TempoMap:
        """The tempo, as a map."""
        return TempoMap.constant(self.tempo_bpm)

    @property
    def length_ticks(self) -> int:
        """Length of the bars."""
        return self.bars * self.meter.bar_ticks

    @property
    def frames(self) -> int:
        """Frames of the bars, without what sounds on after them."""
        return loop_frames(self.tempo_map, self.length_ticks)


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """A part alone.

    Attributes:
        samples: ``(n, 2)``: the bars, and ``TAIL_SECONDS``; as loud as they and their loop can be.
        lufs: integrated loudness of its loop at that level; -inf for silence.
    """

    samples: Samples
    lufs: float


def file_name(*facts: object, suffix: str = SUFFIX) -> str:
    """Name of a file of the cache: a hash of plain values."""
    return digest(STEM_VERSION, *facts)[:NAME_DIGITS] + suffix


def stem_name(track: Track, scene: Scene, player: Player) -> str:
    """Name of a track's stem in the cache: a hash of notes, instrument, tempo and player."""
    instrument = "drums" if track.channel == DRUM_CHANNEL else "tones"
    sound = (SAMPLE_RATE, TAIL_SECONDS, FADE_SECONDS, PEAK)
    time = (scene.length_ticks, scene.tempo_map.changes)
    return file_name(track.part.digest(), instrument, track.program, time, sound, player.identity)


def stems_of(
    cache: SoundCache, tracks: Sequence[Track], scene: Scene, player: Player
) -> dict[str, Stem]:
    """Stems of tracks by their names; those that the cache doesn't have are played and kept.

    Args:
        cache: where stems are kept.
        tracks: no longer than the scene.
        scene: of all tracks.
        player: plays what is missing.

    Raises:
        Refused: if there is no note to play, or it lasts too long.
        FluidSynthFailed: if the player can't play here.
    """
    frames = frames_to_play(tracks, scene.tempo_map, scene.length_ticks)
    wanted = {stem_name(track, scene, player): track for track in tracks}
    found = {name: _read(cache, name, frames) for name in wanted}
    missing = [name for name, stem in found.items() if stem is None]
    sounds = played(player, [wanted[name] for name in missing], scene.tempo_map, frames)
    made = {name: _kept(cache, name, s, scene) for name, s in zip(missing, sounds, strict=True)}
    return {name: stem or made[name] for name, stem in found.items()}


def mixed(stems: Mapping[str, Samples], gains: Sequence[tuple[str, float]]) -> Samples:
    """The sum of stems, each with a gain.

    Args:
        stems: by name, of one length.
        gains: name and gain of each that sounds.
    """
    mix = np.zeros_like(next(iter(stems.values())))
    for name, gain in gains:
        mix += stems[name] * np.float32(gain)
    return mix


def _read(cache: SoundCache, name: str, frames: int) -> Stem | None:
    """A stem of the cache; None if there is none, or it was damaged."""
    data = cache.read(name)
    stem = None if data is None else _decoded(data)
    return stem if stem is not None and len(stem.samples) == frames else None


def _decoded(data: bytes) -> Stem | None:
    found = read_back(data)
    try:
        return None if found is None else Stem(found[0], float(found[1]))
    except ValueError:
        return None


def _kept(cache: SoundCache, name: str, samples: Samples, scene: Scene) -> Stem:
    """A stem of what was played, which is written to the cache."""
    loop = folded(samples, scene.frames)
    highest = max(peak(samples), peak(loop))
    gain = np.float32(PEAK / highest if highest else 0.0)
    scaled, lufs = samples * gain, integrated_lufs(loop * gain)
    cache.write(name, audio_bytes(Audio(scaled), name, Tags(comment=repr(lufs))))
    return Stem(in_whole_steps(scaled), lufs)  # as others will find it
