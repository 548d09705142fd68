"""Music to be scored, in one form: a part with its meter and its tempo."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fitness.errors import SilentPart, UnreadablePart
from fitness.features import FEATURE_NAMES, feature_matrix
from fitness.legacy_roll import legacy_roll, legacy_roll_of_part
from fitness.profiles import Profile
from fitness.roll import ROWS, STEPS, WINDOW_SECONDS, rolls
from genomes.midi import MidiSong, overhang, read_midi, rescaled
from genomes.notes import Part
from genomes.time import COMMON_TIME, Meter, TempoMap, rescale_ticks

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
    return excerpt_of_file(candidate, name)[0]


def excerpt_of_file(midi_bytes: bytes, name: str) -> tuple[Excerpt, MidiSong]:
    """A MIDI file as an excerpt in the meter that it begins in, and all that was read of it.

    Raises:
        UnreadablePart: if it is no readable MIDI file; the message names it.
    """
    try:
        song = read_midi(midi_bytes)
        meter = song.meter_map.meter_at(0)
        part = song.to_part(meter)
    except ValueError as error:  # a MidiError, or times beyond what a part can hold
        raise UnreadablePart(f"{name}: {error}") from error
    tempo_map = song.tempo_map
    ticks = rescale_ticks([tick for tick, _ in tempo_map.changes], tempo_map.ticks_per_quarter)
    changes = dict(zip(ticks.tolist(), (us for _, us in tempo_map.changes), strict=True))
    remarks = (*song.remarks, *_omissions(song, part))
    return Excerpt(part, TempoMap(tuple(changes.items())), meter, midi_bytes, remarks), song


def _omissions(song: MidiSong, part: Part) -> Iterator[str]:
    """What a file says that no model hears of."""
    yield from overhang(rescaled(song.notes, song.ticks_per_quarter), part.notes)
    meters = song.meter_map
    for tick, meter in meters.changes[1:]:
        yield f"its meter changes to {meter} in bar {meters.bar_at(tick)}"
    if song.left_out:
        yield f"left out: {', '.join(song.left_out)}"


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
