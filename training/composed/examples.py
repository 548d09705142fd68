"""Composed clips as arrays, and their split by song into training, validation and test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.roll import ROLL_VERSION, ROWS, STEPS
from training.arrays import read_arrays

# Stages in the order in which they are composed.
PART_STAGES = ("chords", "drums", "bass", "melody", "harmony")
# What a part is: one stage's, or several stages together.
STAGES = (*PART_STAGES, "mix")

# Where an example comes from: a composed song, a real score, or something that is no music.
KINDS = (
    "song",
    "real",
    "noise_1",
    "noise_20",
    "one_note",
    "tritones",
    "clusters",
    "held_keys",
    "shuffled_bars",
    "shuffled_pitches",
    "shuffled_times",
    "dropped_notes",
    "off_key",
    "reordered",
    "scale_run",
    "evolved",
)
SONG, REAL = 0, 1
EVOLVED = "evolved"  # by a run, and rejected by a person

NO_COLOUR = -1


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Clips of parts, measured and labelled; row ``i`` of every array is one clip.

    Attributes:
        rolls: ``(n, 128, 256)`` uint8, MIDI velocity 0 to 127; ``rolls / 127`` is the piano roll.
        features: ``(n, F)`` float32, the columns of ``fitness.features.FEATURE_NAMES``.
        colour: ``(n,)`` int8, index in ``fitness.colours.COLOURS``; -1 for what has none.
        song: ``(n,)`` int32, the song, fake or piece that a clip is cut from: never split it.
        stage: ``(n,)`` int8, index in ``STAGES``.
        kind: ``(n,)`` int8, index in ``KINDS``.
        bars: ``(n,)`` int16, length of the clip.
        held_out: ``(n,)`` bool, real music that nothing may learn from, only be checked against.
    """

    rolls: NDArray[np.uint8]
    features: NDArray[np.float32]
    colour: NDArray[np.int8]
    song: NDArray[np.int32]
    stage: NDArray[np.int8]
    kind: NDArray[np.int8]
    bars: NDArray[np.int16]
    held_out: NDArray[np.bool_]

    def __post_init__(self) -> None:
        shapes = {name: array.shape[:1] for name, array in self.arrays().items()}
        if len(set(shapes.values())) > 1:
            raise ValueError(f"examples of unequal length: {shapes}")
        if self.rolls.shape[1:] != (ROWS, STEPS):
            raise ValueError(f"rolls of shape {self.rolls.shape}: expected (n, {ROWS}, {STEPS})")
        if self.features.shape[1:] != (len(FEATURE_NAMES),):
            raise ValueError(f"{self.features.shape[1:]} features: expected {len(FEATURE_NAMES)}")

    def __len__(self) -> int:
        return len(self.colour)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """A copy of some rows, by mask or by index."""
        return type(self)(**{name: array[rows] for name, array in self.arrays().items()})

    @classmethod
    def join(cls, bundles: Sequence[Self]) -> Self:
        """Several sets of examples, concatenated."""
        columns = [bundle.arrays() for bundle in bundles]
        return cls(**{name: np.concatenate([c[name] for c in columns]) for name in columns[0]})

    def save(self, path: Path | IO[bytes]) -> None:
        """Write a compressed ``.npz``."""
        np.savez_compressed(path, allow_pickle=False, **_versions(), **self.arrays())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            ValueError: if it can't be read, or other features or another roll made it.
        """
        found = read_arrays(path)
        for name, version in _versions().items():
            if str(found.get(name)) != version:
                raise ValueError(f"{path}: {name} {found.get(name)}, this code has {version}")
        missing = [field.name for field in fields(cls) if field.name not in found]
        if missing:
            raise ValueError(f"{path}: {missing[0]} is missing")
        return cls(**{field.name: found[field.name] for field in fields(cls)})


def _versions() -> dict[str, str]:
    return {"roll_version": ROLL_VERSION, "features_version": FEATURES_VERSION}


# Shares of the songs of each colour and of each kind of fake; the rest trains.
VALIDATION_SHARE, TEST_SHARE = 0.15, 0.15

Mask = NDArray[np.bool_]
K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Which examples are for what; each is for exactly one.

    Attributes:
        train: ``(n,)`` to learn from.
        validation: ``(n,)`` to stop, to calibrate and to choose by.
        test: ``(n,)`` to report on, once.
    """

    train: Mask
    validation: Mask
    test: Mask


def split_by_song(examples: Examples) -> Split:
    """Split the examples by song, with equal shares of every colour and kind.

    Of real music, the pieces that nothing may learn from are the test, and no others.
    """
    validation, test = np.zeros((2, len(examples)), dtype=np.bool_)
    strata = np.stack((examples.colour, examples.kind), axis=1)
    for stratum in np.unique(strata, axis=0):
        inside = (strata == stratum).all(axis=1) & ~examples.held_out
        share = 0.0 if stratum[1] == REAL else TEST_SHARE
        validated, tested = parted(np.unique(examples.song[inside]).tolist(), share)
        test |= np.isin(examples.song, list(tested))
        validation |= np.isin(examples.song, list(validated))
    test |= examples.held_out
    return Split(~(validation | test), validation, test)


def parted(songs: Iterable[K], test_share: float = TEST_SHARE) -> tuple[set[K], set[K]]:
    """The songs to validate on and those to test on, chosen by their own names or numbers.

    Args:
        songs: of one kind, each once.
        test_share: 0 where the test is chosen otherwise.
    """
    ordered = sorted(songs, key=_shuffled)
    tested = _share(test_share, len(ordered))
    validated = tested + _share(VALIDATION_SHARE, len(ordered))
    return set(ordered[tested:validated]), set(ordered[:tested])


def _share(share: float, songs: int) -> int:
    """At least one song of three or more."""
    return max(round(share * songs), int(songs > 2)) if share else 0


def _shuffled(song: int | str) -> bytes:
    return hashlib.sha256(f"split {song}".encode()).digest()
