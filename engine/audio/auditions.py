"""Auditions: alternatives on one clock, each part a loop of its own, all at one loudness.

Recordings of candidates and the loops that a browser plays are made of the same stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from engine.audio.cache import SoundCache
from engine.audio.loops import folded
from engine.audio.loudness import common_gain, stage_gain
from engine.audio.rendering import Player
from engine.audio.samples import SAMPLE_RATE, Audio, audio_bytes, peak
from engine.audio.stems import Scene, Stem, file_name, mixed, stem_name, stems_of
from genomes.midi import DRUM_CHANNEL, Track
from genomes.notes import Part

# Changed where a kept audition would be described otherwise.
AUDITION_VERSION = 1

# The click: two woodblocks of the drum kit; its loudest stroke is at -12 dBFS.
CLICK = "click"
DOWNBEAT_PITCH, BEAT_PITCH = 76, 77
DOWNBEAT_VELOCITY, BEAT_VELOCITY = 112, 80
CLICK_PEAK = 10 ** (-12 / 20)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something to choose: a part, and what it is heard with.

    Attributes:
        name: such as a candidate's id.
        track: the part. Its name is its stage's, which decides how loud it is.
        parents: what it is built on, named likewise.
    """

    name: str
    track: Track
    parents: tuple[Track, ...] = ()

    @property
    def tracks(self) -> tuple[Track, ...]:
        """What it is built on, and the part."""
        return (*self.parents, self.track)


class AudibleStem(msgspec.Struct, frozen=True):
    """A part as a loop.

    Attributes:
        file: name of the loop in the cache.
        part: name of its track, such as ``bass``.
        is_parent: whether it is something that the alternative is built on.
        gain: what its samples are multiplied by.
    """

    file: str
    part: str
    is_parent: bool
    gain: float


class AudibleAlternative(msgspec.Struct, frozen=True):
    """An alternative as loops that sound together."""

    name: str
    stems: tuple[AudibleStem, ...]


class Audition(msgspec.Struct, frozen=True):
    """Alternatives that are heard in turn; all loops have one length and begin at once.

    Attributes:
        sample_rate: frames per second.
        frames: length of each loop.
        bars: how many bars that is.
        tempo_bpm: quarter notes per minute.
        player: what played them.
        alternatives: in the order in which they were asked for.
        click: a loop of clicks.
    """

    sample_rate: int
    frames: int
    bars: int
    tempo_bpm: float
    player: str
    alternatives: tuple[AudibleAlternative, ...]
    click: AudibleStem

    @property
    def files(self) -> set[str]:
        """Names of the loops in the cache."""
        stems = chain(*(each.stems for each in self.alternatives))
        return {stem.file for stem in (*stems, self.click)}

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def audition(
    cache: SoundCache, alternatives: Sequence[Alternative], scene: Scene, player: Player
) -> Audition:
    """Loops of alternatives in the cache; those that are missing are made.

    Args:
        cache: where they are.
        alternatives: at least one, each with a note.
        scene: of all of them.
        player: plays what is missing.

    Raises:
        Refused: if there is no note to play, or it lasts too long.
        FluidSynthFailed: if the player can't play here.
    """
    known = find_audition(cache, alternatives, scene, player)
    if known is not None:
        return known
    click = click_track(scene)
    tracks = [*chain(*(each.tracks for each in alternatives)), click]
    stems = stems_of(cache, tracks, scene, player)
    loops = {name: folded(stem.samples, scene.frames) for name, stem in stems.items()}
    for name, loop in loops.items():
        file = _loop_file(name, scene)
        if not cache.has(file):
            cache.write(file, audio_bytes(Audio(loop), file))
    gains = [_gains(each, stems, scene, player) for each in alternatives]
    common = common_gain([mixed(loops, each) for each in gains])
    click_name = stem_name(click, scene, player)
    click_gain = CLICK_PEAK / peak(loops[click_name])
    made = Audition(
        sample_rate=SAMPLE_RATE,
        frames=scene.frames,
        bars=scene.bars,
        tempo_bpm=scene.tempo_bpm,
        player=str(player),
        alternatives=tuple(
            AudibleAlternative(
                each.name,
                tuple(
                    AudibleStem(_loop_file(name, scene), track.name, track is not each.track,
                                gain * common)
                    for track, (name, gain) in zip(each.tracks, gains_of_one, strict=True)
                ),
            )
            for each, gains_of_one in zip(alternatives, gains, strict=True)
        ),
        click=AudibleStem(_loop_file(click_name, scene), CLICK, False, click_gain),
    )  # fmt: skip
    cache.write(_audition_file(alternatives, scene, player), msgspec.json.encode(made))
    return made


def find_audition(
    cache: SoundCache, alternatives: Sequence[Alternative], scene: Scene, player: Player
) -> Audition | None:
    """Loops of alternatives, if all are in the cache."""
    data = cache.read(_audition_file(alternatives, scene, player))
    if data is None:
        return None
    try:
        known = msgspec.json.decode(data, type=Audition)
    except msgspec.DecodeError:
        return None
    if len(known.alternatives) != len(alternatives) or not all(map(cache.has, known.files)):
        return None
    named = [
        replace(each, name=asked.name)
        for each, asked in zip(known.alternatives, alternatives, strict=True)
    ]
    return replace(known, alternatives=tuple(named))


def mixes(
    cache: SoundCache, alternatives: Sequence[Alternative], scene: Scene, player: Player
) -> list[Audio]:
    """Each alternative as one sound: its bars, and what sounds on after them.

    Arguments and errors are those of ``audition``.
    """
    stems = stems_of(cache, list(chain(*(each.tracks for each in alternatives))), scene, player)
    samples = {name: stem.samples for name, stem in stems.items()}
    made = [mixed(samples, _gains(each, stems, scene, player)) for each in alternatives]
    gain = common_gain(made)
    return [Audio(mix * np.float32(gain)) for mix in made]


def click_track(scene: Scene) -> Track:
    """A click on each beat group of the bars, the first of each bar accented."""
    groups = scene.meter.group_onsets_ticks
    strokes = [(DOWNBEAT_PITCH, DOWNBEAT_VELOCITY), *[(BEAT_PITCH, BEAT_VELOCITY)] * len(groups)]
    rows = [
        (bar * scene.meter.bar_ticks + onset, scene.meter.unit_ticks // 2, pitch, velocity)
        for bar in range(scene.bars)
        for onset, (pitch, velocity) in zip(groups, strokes, strict=False)
    ]
    return Track(CLICK, Part.of(rows, scene.length_ticks, is_drum=True), 0, DRUM_CHANNEL)


def _gains(
    alternative: Alternative, stems: dict[str, Stem], scene: Scene, player: Player
) -> list[tuple[str, float]]:
    """Name and gain of each stem of an alternative, before the common gain."""
    names = [stem_name(track, scene, player) for track in alternative.tracks]
    return [
        (name, stage_gain(track.name, stems[name].lufs))
        for name, track in zip(names, alternative.tracks, strict=True)
    ]


def _loop_file(stem: str, scene: Scene) -> str:
    return file_name("loop", stem, scene.frames)


def _audition_file(alternatives: Sequence[Alternative], scene: Scene, player: Player) -> str:
    facts = [
        [[track.name, stem_name(track, scene, player)] for track in each.tracks]
        for each in alternatives
    ]
    return file_name(AUDITION_VERSION, facts, scene.bars, str(scene.meter), suffix=".json")
