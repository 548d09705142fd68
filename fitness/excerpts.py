"""Music to be scored, in one form: a part with its meter and its tempo."""

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
class Excerpt:
    """A part with all that a model needs to see of it.

    Attributes:
        part: at 480 ticks per quarter.
        tempo_map: the part's, at the same resolution.
        meter: the part's.
        midi_bytes: the file it was read from; None if it never was one.
        warnings: what had to be mended when the file was read, for a person.
    """

    part: Part
    tempo_map: TempoMap
    meter: Meter = COMMON_TIME
    midi_bytes: bytes | None = None
    warnings: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Time from the start to the end of the last note."""
        notes = self.part.notes
        ends_ticks = notes["onset_ticks"].astype(np.int64) + notes["duration_ticks"]
        return float(self.tempo_map.seconds(ends_ticks.max(initial=0)))


Candidate = bytes | tuple[Part, TempoMap] | Excerpt


def as_excerpt(candidate: Candidate, name: str) -> Excerpt:
    """Read a candidate.

    Args:
        candidate: a MIDI file, a part with its tempo (in 4/4), or an excerpt already.
        name: used in error messages.

    Raises:
        UnreadablePart: if it is no readable MIDI file; the message names it.
    """
    if isinstance(candidate, Excerpt):
        return candidate
    if isinstance(candidate, tuple):
        return Excerpt(*candidate)
    try:
        return _read(candidate)
    except ValueError as error:  # a MidiError, or times beyond what a part can hold
        raise UnreadablePart(f"{name}: {error}") from error


def _read(midi_bytes: bytes) -> Excerpt:
    with warnings.catch_warnings(record=True) as repairs:
        warnings.simplefilter("always", MidiRepair)
        score = read_midi(midi_bytes)
    meter = score.meter or COMMON_TIME
    tempo_map = score.tempo_map
    ticks = rescale_ticks([tick for tick, _ in tempo_map.changes], tempo_map.ticks_per_quarter)
    changes = dict(zip(ticks.tolist(), (us for _, us in tempo_map.changes), strict=True))
    mended = tuple(str(repair.message) for repair in repairs)
    tempo_map = TempoMap(tuple(changes.items()))
    return Excerpt(score.to_part(meter), tempo_map, meter, midi_bytes, mended)


def excerpt_rolls(excerpts: Sequence[Excerpt], names: Sequence[str], profile: Profile) -> Floats:
    """The piano rolls that a model of this profile takes.

    Args:
        excerpts: at least one.
        names: one for each, used in error messages.
        profile: an older model takes another roll, see ``fitness.legacy_roll``.

    Returns:
        ``(n, 1, 128, 256)``, float32, 0 to 1.

    Raises:
        SilentPart: naming the first of which nothing sounds inside the window.
    """
    found = _rolls(excerpts, profile)
    for name, roll in zip(names, found, strict=True):
        if not roll.any():
            raise SilentPart(f"{name}: nothing sounds in the first {WINDOW_SECONDS} seconds")
    return found


def are_audible(excerpts: Sequence[Excerpt], profile: Profile) -> NDArray[np.bool_]:
    """Whether anything of each excerpt sounds inside the window, ``(n,)``; at least one."""
    return np.asarray(_rolls(excerpts, profile).any(axis=(1, 2, 3)))


def excerpt_features(excerpts: Sequence[Excerpt]) -> Floats:
    """The plain features of each excerpt, ``(n, F)``, float32; see ``fitness.features``."""
    features = np.zeros((len(excerpts), len(FEATURE_NAMES)), dtype=np.float32)
    for (tempo_map, meter), indices in _grouped([(x.tempo_map, x.meter) for x in excerpts]).items():
        parts = [excerpts[index].part for index in indices]
        features[indices] = feature_matrix(parts, meter, tempo_map)
    return features


def _rolls(excerpts: Sequence[Excerpt], profile: Profile) -> Floats:
    if profile.is_legacy:
        return np.stack([_legacy_roll(excerpt) for excerpt in excerpts])[:, np.newaxis]
    groups = _grouped([excerpt.tempo_map for excerpt in excerpts])
    if len(groups) == 1:  # the common case needs no second copy
        return rolls([excerpt.part for excerpt in excerpts], excerpts[0].tempo_map)
    found = np.zeros((len(excerpts), 1, ROWS, STEPS), dtype=np.float32)
    for tempo_map, indices in groups.items():
        found[indices] = rolls([excerpts[index].part for index in indices], tempo_map)
    return found


def _legacy_roll(excerpt: Excerpt) -> Floats:
    if excerpt.midi_bytes is None:
        return legacy_roll_of_part(excerpt.part, excerpt.tempo_map)
    return legacy_roll(excerpt.midi_bytes)


def _grouped(keys: Sequence[K]) -> dict[K, list[int]]:
    """Key -> its indices."""
    groups: dict[K, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    return groups
