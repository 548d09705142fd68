"""Short recordings of candidates, with what they are built on, at one common loudness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.audio import Audio, audio_bytes
from engine.audio.auditions import Alternative, audition, mixes
from engine.audio.cache import SoundCache
from engine.audio.rendering import Player, played_here
from engine.audio.stems import Scene
from engine.state.files import write_whole
from genomes import Context, Part
from genomes.midi import Track

SUFFIX = ".flac"
WITH_PARENTS = "_mix"

# Of a longer section, as many whole bars are recorded as fit.
MAX_RECORDED_SECONDS = 60.0


def recording_name(stem: str, *, has_parents: bool) -> str:
    """Name of the recording of a candidate whose MIDI file is ``<stem>.mid``."""
    return f"{stem}{WITH_PARENTS if has_parents else ''}{SUFFIX}"


def record(
    cache: SoundCache, parents: Sequence[Track], candidates: Sequence[Track], context: Context
) -> list[Audio]:
    """Each candidate together with the parents: its bars, and what sounds on after them.

    The loops that the page plays are in the cache afterwards.

    Args:
        cache: where stems are kept.
        parents: named by their stages, which decide how loud each is.
        candidates: alternatives, each named by its stage.
        context: of all of them.

    Raises:
        Refused: if no note begins in what is recorded.
    """
    scene = scene_of(context)
    below = tuple(beginning(track, scene) for track in parents)
    alternatives = [Alternative(track.name, beginning(track, scene), below) for track in candidates]

    def recorded(player: Player) -> list[Audio]:
        audition(cache, alternatives, scene, player)
        return mixes(cache, alternatives, scene, player)

    return played_here(recorded)[0]


def scene_of(context: Context, tempo_bpm: float | None = None) -> Scene:
    """The bars of a section that are recorded, at its own tempo or another."""
    return Scene(tempo_bpm or context.tempo_bpm, context.meter, recorded_bars(context))


def recorded_bars(context: Context) -> int:
    """How many bars of a section are recorded: all, or the first that fit."""
    bar_seconds = float(context.tempo_map.seconds(context.meter.bar_ticks))
    return max(1, min(context.section.bars, int(MAX_RECORDED_SECONDS / bar_seconds)))


def write_recording(path: Path, audio: Audio) -> None:
    """Write a recording."""
    write_whole(path, audio_bytes(audio, path.name))


def beginning(track: Track, scene: Scene) -> Track:
    """A track as far as it lies in the bars that are heard."""
    part, length_ticks = track.part, scene.length_ticks
    if part.length_ticks <= length_ticks:
        return track
    notes = part.notes[part.notes["onset_ticks"] < length_ticks].copy()
    room = length_ticks - notes["onset_ticks"]
    notes["duration_ticks"] = np.minimum(notes["duration_ticks"], room)
    return replace(track, part=Part.of(notes, length_ticks))
