"""The catalogue as arrays: what the model's training reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.roll import ROLL_VERSION, ROWS, STEPS

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
)
SONG, REAL = 0, 1

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
        shapes = {name: array.shape[0] for name, array in self.arrays().items()}
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
        """One bundle after the other."""
        columns = [bundle.arrays() for bundle in bundles]
        return cls(**{name: np.concatenate([c[name] for c in columns]) for name in columns[0]})

    def save(self, path: Path | IO[bytes]) -> None:
        """Write a compressed ``.npz``."""
        np.savez_compressed(path, allow_pickle=False, **_versions(), **self.arrays())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            ValueError: if other features or another roll made it.
        """
        with np.load(path, allow_pickle=False) as file:
            for name, version in _versions().items():
                if str(file[name]) != version:
                    raise ValueError(f"{path}: {name} {file[name]}, this code has {version}")
            return cls(**{field.name: file[field.name] for field in fields(cls)})


def _versions() -> dict[str, str]:
    return {"roll_version": ROLL_VERSION, "features_version": FEATURES_VERSION}
