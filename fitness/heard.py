"""What is handed in for scoring, brought to one form: a part, its meter and its tempo."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fitness.errors import SilentPart, UnreadablePart
from fitness.features import COMMON_TIME, FEATURE_NAMES, feature_matrix
from fitness.legacy_roll import legacy_roll, legacy_roll_of_part
from fitness.profiles import Profile
from fitness.roll import ROWS, STEPS, WINDOW_SECONDS, rolls
from genomes.midi import MidiRepair, read_midi
from genomes.notes import Part
from genomes.time import Meter, TempoMap, rescale_ticks

K = TypeVar("K", bound=Hashable)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """Music to be scored.

    Attributes:
        part: at 480 ticks per quarter.
        tempo_map: the part's, at the same resolution.
        meter: the part's.
        midi_bytes: the file it was read from; None if it never was one.
        warnings: what a person should know about how it was read.
    """

    part: Part
    tempo_map: TempoMap
    meter: Meter = COMMON_TIME
    midi_bytes: bytes | None = None
    warnings: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """From the start to the end of the last note."""
        notes = self.part.notes
        ends_ticks = notes["onset_ticks"].astype(np.int64) + notes["duration_ticks"]
        return float(self.tempo_map.seconds(ends_ticks.max(initial=0)))


Candidate = bytes | tuple[Part, TempoMap] | Heard


def hear(candidate: Candidate, name: str) -> Heard:
    """Bring a candidate to one form.

    Args:
        candidate: a MIDI file, a part with its tempo (in 4/4), or music in that form already.
        name: what errors call it.

    Raises:
        UnreadablePart: if it is no readable MIDI file; the message names it.
    """
    if isinstance(candidate, Heard):
        return candidate
    if isinstance(candidate, tuple):
        return Heard(*candidate)
    try:
        return _read(candidate)
    except ValueError as error:  # a MidiError, or times beyond what a part can hold
        raise UnreadablePart(f"{name}: {error}") from error


def _read(midi_bytes: bytes) -> Heard:
    with warnings.catch_warnings(record=True) as repairs:
        warnings.simplefilter("always", MidiRepair)
        score = read_midi(midi_bytes)
    meter = score.meter or COMMON_TIME
    tempo_map = score.tempo_map
    ticks = rescale_ticks([tick for tick, _ in tempo_map.changes], tempo_map.ticks_per_quarter)
    changes = dict(zip(ticks.tolist(), (us for _, us in tempo_map.changes), strict=True))
    told = tuple(str(repair.message) for repair in repairs)
    return Heard(score.to_part(meter), TempoMap(tuple(changes.items())), meter, midi_bytes, told)


def paint(music: Sequence[Heard], names: Sequence[str], profile: Profile) -> Floats:
    """The piano rolls that a model of this profile sees.

    Args:
        music: what to paint.
        names: what errors call each.
        profile: decides which of the two encoders.

    Returns:
        ``(n, 1, 128, 256)``, float32, 0 to 1.

    Raises:
        SilentPart: naming the first of which nothing sounds inside the window.
    """
    painted = _painted(music, profile)
    for name, roll in zip(names, painted, strict=True):
        if not roll.any():
            raise SilentPart(f"{name}: nothing sounds in the first {WINDOW_SECONDS} seconds")
    return painted


def are_heard(music: Sequence[Heard], profile: Profile) -> NDArray[np.bool_]:
    """Of each, whether anything of it sounds inside the window; at least one, ``(n,)``."""
    return np.asarray(_painted(music, profile).any(axis=(1, 2, 3)))


def measure(music: Sequence[Heard]) -> Floats:
    """The features of each, ``(n, F)``, float32."""
    features = np.zeros((len(music), len(FEATURE_NAMES)), dtype=np.float32)
    for (tempo_map, meter), indices in _grouped([(x.tempo_map, x.meter) for x in music]).items():
        parts = [music[index].part for index in indices]
        features[indices] = feature_matrix(parts, meter, tempo_map)
    return features


def _painted(music: Sequence[Heard], profile: Profile) -> Floats:
    return _legacy_rolls(music) if profile.is_legacy else _rolls(music)


def _rolls(music: Sequence[Heard]) -> Floats:
    groups = _grouped([heard.tempo_map for heard in music])
    if len(groups) == 1:  # the common case needs no second copy
        return rolls([heard.part for heard in music], music[0].tempo_map)
    painted = np.zeros((len(music), 1, ROWS, STEPS), dtype=np.float32)
    for tempo_map, indices in groups.items():
        painted[indices] = rolls([music[index].part for index in indices], tempo_map)
    return painted


def _grouped(keys: Sequence[K]) -> dict[K, list[int]]:
    """Where each key stands."""
    groups: dict[K, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    return groups


def _legacy_rolls(music: Sequence[Heard]) -> Floats:
    painted = [
        legacy_roll_of_part(heard.part, heard.tempo_map)
        if heard.midi_bytes is None
        else legacy_roll(heard.midi_bytes)
        for heard in music
    ]
    return np.stack(painted)[:, np.newaxis]
