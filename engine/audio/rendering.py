"""Rendering: tracks to stems, and their sum to the mix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Protocol, TypeVar

import numpy as np

from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.loudness import balance
from engine.audio.samples import PEAK, Audio, Samples, fade_out, frames_of, peak
from engine.audio.synthesis import synthesise
from engine.errors import Refused
from genomes.midi import Track
from genomes.time import TempoMap

Result = TypeVar("Result")

BUILT_IN = "the built-in synthesis"

# Tracks whose peak is below this, before any gain, are silent.
SILENCE = 1e-7


class Player(Protocol):
    """What plays tracks; its text names it for people."""

    @property
    def identity(self) -> str:
        """Another one wherever the same track would sound otherwise."""

    def render(
        self, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
    ) -> Iterator[Samples]:
        """Each track as sound, ``(frames, 2)``, cut at the last frame.

        Raises:
            FluidSynthFailed: if it can't play here.
        """


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """The built-in synthesis, which plays everywhere."""

    @property
    def identity(self) -> str:
        """The sources that decide how it sounds, as a hash."""
        return f"built in {_sources_sha256()}"

    def __str__(self) -> str:
        return BUILT_IN

    def render(
        self, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
    ) -> Iterator[Samples]:
        """See ``Player.render``; it never fails."""
        return (synthesise(track, tempo_map, frames) for track in tracks)


SYNTHESIS_SOURCES = ("drums", "reverb", "samples", "synthesis", "tones", "voices")


@cache
def _sources_sha256() -> str:
    package = files("engine.audio")
    sources = [package.joinpath(f"{name}.py").read_bytes() for name in SYNTHESIS_SOURCES]
    return hashlib.sha256(b"".join(sources)).hexdigest()


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


def find_player() -> Player:
    """What plays on this machine now: FluidSynth where it is installed, else what is built in."""
    try:
        return find_fluidsynth()
    except FluidSynthFailed:
        return BuiltIn()


def player() -> str:
    """What plays recordings on this machine now, such as ``"FluidSynth with FluidR3_GM.sf2"``."""
    return str(find_player())


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
    frames = frames_to_play(tracks, tempo_map, length_ticks)

    def rendered(player: Player) -> Rendering:
        mix, *stems = _rendered(player, tracks, tempo_map, frames)
        return Rendering(mix, tuple(stems), str(player))

    if built_in:
        return rendered(BuiltIn())
    rendering, note = played_here(rendered)
    return replace(rendering, note=note)


def played_here(play: Callable[[Player], Result]) -> tuple[Result, str]:
    """What is played with the best player of this machine, and why FluidSynth wasn't used.

    Args:
        play: plays; it is called again with what is built in where FluidSynth fails.
    """
    try:
        return play(find_fluidsynth()), ""
    except FluidSynthFailed as failure:
        return play(BuiltIn()), str(failure)


def frames_to_play(tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int) -> int:
    """Number of frames of a score that can be played, and of its tail; see ``render_stems``."""
    if any(track.part.length_ticks > length_ticks for track in tracks):
        raise ValueError(f"a part is longer than the score's {length_ticks} ticks")
    if not any(len(track.part.notes) for track in tracks):
        raise Refused("there is no note to play")
    return frames_of(tempo_map, length_ticks)


def played(
    player: Player, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
) -> list[Samples]:
    """Each track as sound, as loud as the player makes it, faded out at its end.

    Raises:
        FluidSynthFailed: if the player can't play here.
    """
    sounding = [track for track in tracks if len(track.part.notes)]
    rendered = player.render(sounding, tempo_map, frames) if sounding else iter(())
    stems = []
    for track in tracks:
        if len(track.part.notes):
            samples = next(rendered)
            fade_out(samples)
        else:
            samples = np.zeros((frames, 2), dtype=np.float32)
        stems.append(samples)
    if sounding and max(map(peak, stems)) < SILENCE:
        raise FluidSynthFailed("FluidSynth played nothing")
    return stems


def _rendered(
    player: Player, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
) -> list[Audio]:
    """The mix, then the balanced stems, with one gain for all: the loudest reaches the peak."""
    stems = played(player, tracks, tempo_map, frames)
    balance([track.name for track in tracks], stems)
    mix = np.zeros((frames, 2), dtype=np.float32)
    for stem in stems:
        mix += stem
    everything = [mix, *stems]
    gain = np.float32(PEAK / max(peak(samples) for samples in everything))
    for samples in everything:
        np.multiply(samples, gain, out=samples)
    return [Audio(samples) for samples in everything]
