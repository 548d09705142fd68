"""Auditions: alternatives on one clock, each part a loop of its own, all at one loudness.

Recordings of candidates and the loops that a browser plays are made of the same stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import log10
from typing import Any

import msgspec
import numpy as np

from engine.audio.cache import SoundCache
from engine.audio.loops import folded
from engine.audio.loudness import common_gain, most_gain, stage_gain
from engine.audio.rendering import Player
from engine.audio.samples import SAMPLE_RATE, Audio, audio_bytes, peak
from engine.audio.stems import Scene, Stem, file_name, mixed, stem_name, stems_of
from genomes.midi import DRUM_CHANNEL, Track
from genomes.notes import Part

# Changed where a kept audition would be described otherwise.
AUDITION_VERSION = 2

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


class _Kept(msgspec.Struct, frozen=True):
    """What the cache knows of tracks that sound together.

    Attributes:
        files: name of each track's loop.
        gains: of each, as its stage asks.
        peaks: of each loop.
        most: how much louder all of them may be; None where they are silent.
    """

    files: tuple[str, ...]
    gains: tuple[float, ...]
    peaks: tuple[float, ...]
    most: float | None


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
    groups = [*(each.tracks for each in alternatives), (click_track(scene),)]
    kept = [_kept(cache, group, scene, player) for group in groups]
    missing = [group for group, known in zip(groups, kept, strict=True) if known is None]
    made = iter(_made(cache, missing, scene, player) if missing else ())
    return _described(alternatives, scene, player, [each or next(made) for each in kept])


def find_audition(
    cache: SoundCache, alternatives: Sequence[Alternative], scene: Scene, player: Player
) -> Audition | None:
    """Loops of alternatives, if all are in the cache."""
    groups = [*(each.tracks for each in alternatives), (click_track(scene),)]
    kept = [_kept(cache, group, scene, player) for group in groups]
    known = [each for each in kept if each is not None]
    return _described(alternatives, scene, player, known) if len(known) == len(kept) else None


def _described(
    alternatives: Sequence[Alternative], scene: Scene, player: Player, kept: Sequence[_Kept]
) -> Audition:
    """An audition of what the cache knows of each alternative, and of the click."""
    *heard, click = kept
    common = common_gain(each.most for each in heard)
    described = [
        AudibleAlternative(
            each.name,
            tuple(
                AudibleStem(file, track.name, track is not each.track, gain * common)
                for track, file, gain in zip(each.tracks, known.files, known.gains, strict=True)
            ),
        )
        for each, known in zip(alternatives, heard, strict=True)
    ]
    return Audition(
        sample_rate=SAMPLE_RATE,
        frames=scene.frames,
        bars=scene.bars,
        tempo_bpm=scene.tempo_bpm,
        player=str(player),
        alternatives=tuple(described),
        click=AudibleStem(click.files[0], CLICK, False, CLICK_PEAK / click.peaks[0]),
    )


def _made(
    cache: SoundCache, groups: Sequence[Sequence[Track]], scene: Scene, player: Player
) -> list[_Kept]:
    """Put loops of tracks into the cache, and what is known of those that sound together."""
    stems = stems_of(cache, list(chain(*groups)), scene, player)
    loops = {name: folded(stem.samples, scene.frames) for name, stem in stems.items()}
    for name, loop in loops.items():
        file = _loop_file(name, scene)
        if not cache.has(file):
            cache.write(file, audio_bytes(Audio(loop), file))
    made = []
    for group in groups:
        names = [stem_name(track, scene, player) for track in group]
        gains = _gains(group, stems, scene, player)
        files = tuple(_loop_file(name, scene) for name in names)
        (first, gain), *others = gains
        alone = stems[first].lufs + 20 * log10(gain) if gain and not others else None
        kept = _Kept(
            files,
            tuple(gain for _, gain in gains),
            tuple(peak(loops[name]) for name in names),
            most_gain(mixed(loops, gains), alone),
        )
        cache.write(_kept_file(group, scene, player), msgspec.json.encode(kept))
        made.append(kept)
    return made


def _kept(cache: SoundCache, group: Sequence[Track], scene: Scene, player: Player) -> _Kept | None:
    """What the cache knows of tracks, if their loops are there."""
    data = cache.read(_kept_file(group, scene, player))
    if data is None:
        return None
    try:
        kept = msgspec.json.decode(data, type=_Kept)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    is_whole = len(kept.files) == len(kept.gains) == len(kept.peaks) == len(group)
    return kept if is_whole and all(map(cache.has, kept.files)) else None


def mixes(
    cache: SoundCache, alternatives: Sequence[Alternative], scene: Scene, player: Player
) -> list[Audio]:
    """Each alternative as one sound: its bars, and what sounds on after them.

    Arguments and errors are those of ``audition``.
    """
    stems = stems_of(cache, list(chain(*(each.tracks for each in alternatives))), scene, player)
    samples = {name: stem.samples for name, stem in stems.items()}
    made = [mixed(samples, _gains(each.tracks, stems, scene, player)) for each in alternatives]
    gain = np.float32(common_gain(map(most_gain, made)))
    return [Audio(mix * gain) for mix in made]


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
    tracks: Sequence[Track], stems: dict[str, Stem], scene: Scene, player: Player
) -> list[tuple[str, float]]:
    """Name and gain of the stem of each track, before the common gain."""
    names = [stem_name(track, scene, player) for track in tracks]
    return [
        (name, stage_gain(track.name, stems[name].lufs))
        for name, track in zip(names, tracks, strict=True)
    ]


def _loop_file(stem: str, scene: Scene) -> str:
    return file_name("loop", stem, scene.frames)


def _kept_file(tracks: Sequence[Track], scene: Scene, player: Player) -> str:
    facts = [[track.name, stem_name(track, scene, player)] for track in tracks]
    return file_name(AUDITION_VERSION, facts, scene.frames, suffix=".json")
