"""Rendering: what plays tracks, and each track as sound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol, TypeVar

import numpy as np

from engine.audio.fluidsynth import FluidSynthFailed, find_fluidsynth
from engine.audio.samples import Samples, fade_out, frames_of
from engine.audio.synthesis import synthesise
from engine.errors import Refused
from genomes.midi import Track
from genomes.time import TempoMap

Result = TypeVar("Result")

BUILT_IN = "the built-in synthesis"


class Player(Protocol):
    """What plays tracks; its text names it for people."""

    @property
    def identity(self) -> str:
        """Another one wherever the same track would sound otherwise."""

    @property
    def plays_alone(self) -> bool:
        """Whether a track sounds the same, to the bit, whatever is played with it."""

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

    @property
    def plays_alone(self) -> bool:
        """It does."""
        return True

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


def player_here() -> tuple[Player, str]:
    """What plays on this machine now, and why that isn't FluidSynth; empty where it is."""
    try:
        return find_fluidsynth(), ""
    except FluidSynthFailed as failure:
        return BuiltIn(), str(failure)


def find_player() -> Player:
    """What plays on this machine now: FluidSynth where it is installed, else what is built in."""
    return player_here()[0]


def player() -> str:
    """What plays recordings on this machine now, such as ``"FluidSynth with FluidR3_GM.sf2"``."""
    return str(find_player())


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
    """Number of frames of a score that can be played, and of its tail.

    Raises:
        Refused: if there is no note at all, or the score lasts longer than ``MAX_SECONDS``.
        ValueError: if a part is longer than the score.
    """
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
    return stems
