"""What goes into a fusion model and what comes out, as checked arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.errors import ScoringFailed
from fitness.profiles import BOOL, Profile, Shape

Floats = NDArray[np.float32]
Booleans = NDArray[np.bool_]
Feed = dict[str, NDArray[Any]]

# How far a probability may lie outside 0 to 1 by rounding; it is clipped.
ROUNDING = 1e-5

# How far the probabilities of one distribution may miss a sum of 1.
SUM_TOLERANCE = 1e-3

# Flag -> the input whose presence it states; by default an input that is given is present.
FLAGS = {
    "has_midi": "piano_roll",
    "has_audio": "audio_emb",
    "has_concept": "concept_emb",
    "has_lyric": "lyric_emb",
    "has_sounds_like": "sounds_like_emb",
    "has_prosody": "prosody",
}


@dataclass(frozen=True, slots=True, eq=False)
class ModelInputs:
    """A batch, each field named as the model's input; None is absent in every row.

    Attributes:
        piano_roll: ``(n, 1, 128, 256)``, 0 to 1.
        features: ``(n, F)``, as ``fitness.features`` measures them.
        audio_emb: ``(n, 512)``.
        concept_emb: ``(n, 768)``.
        lyric_emb: ``(n, 768)``.
        has_midi: ``(n,)``; None where the piano roll counts in every row.
        has_audio: ``(n,)``; None where it follows from ``audio_emb``.
        has_concept: ``(n,)``; None where it follows from ``concept_emb``.
        has_lyric: ``(n,)``; None where it follows from ``lyric_emb``.
        prosody: ``(n, 19)`` of the lyric, as ``fitness.prosody`` measures it.
        section: ``(n, 7)`` as ``fitness.section_types`` has it; zeros where it is unknown.
        has_prosody: ``(n,)``; None where it follows from ``prosody``.
    """

    piano_roll: Floats
    features: Floats | None = None
    audio_emb: Floats | None = None
    concept_emb: Floats | None = None
    lyric_emb: Floats | None = None
    has_midi: Booleans | None = None
    has_audio: Booleans | None = None
    has_concept: Booleans | None = None
    has_lyric: Booleans | None = None
    prosody: Floats | None = None
    section: Floats | None = None
    has_prosody: Booleans | None = None

    def __len__(self) -> int:
        return len(self.piano_roll)

    def feed(self, profile: Profile, start: int, stop: int) -> Feed:
        """Rows ``start`` to ``stop`` as the arrays that a model of this profile takes.

        Raises:
            ScoringFailed: if an array is missing, misshapen or not finite.
        """
        stop = min(stop, len(self))
        return {
            name: self._rows(name, kind, dims, slice(start, stop))
            for name, (kind, dims) in profile.inputs.items()
        }

    def _rows(self, name: str, kind: str, dims: Shape, rows: slice) -> NDArray[Any]:
        given = getattr(self, name, None)
        if given is not None:
            return _checked(name, given, (len(self), *dims), kind, rows)
        if name == "features":
            raise ScoringFailed("features: this model needs them, none were given")
        count = rows.stop - rows.start
        if kind == BOOL:
            return np.full(count, getattr(self, FLAGS[name], None) is not None)
        return np.zeros((count, *(size or 0 for size in dims)), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """What accompanies every part of a batch as vectors; each ``(1, d)``, or None if absent."""

    audio: Floats | None = None
    concept: Floats | None = None
    lyric: Floats | None = None
    prosody: Floats | None = None
    section: Floats | None = None

    def inputs(self, piano_roll: Floats, features: Floats | None) -> ModelInputs:
        """The inputs of as many parts as there are rolls, with the same vectors for each."""
        audio, concept, lyric, prosody, section = (
            None if row is None else np.repeat(row, len(piano_roll), axis=0)
            for row in (self.audio, self.concept, self.lyric, self.prosody, self.section)
        )
        return ModelInputs(
            piano_roll, features, audio, concept, lyric, prosody=prosody, section=section
        )


def _checked(name: str, values: NDArray[Any], shape: Shape, kind: str, rows: slice) -> NDArray[Any]:
    sizes = zip(values.shape, shape, strict=False)
    if values.ndim != len(shape) or any(found != size for found, size in sizes if size):
        raise ScoringFailed(f"{name}: expected shape {shape}, found {values.shape}")
    array = np.ascontiguousarray(values[rows], dtype=np.bool_ if kind == BOOL else np.float32)
    if not np.isfinite(array).all():
        raise ScoringFailed(f"{name}: not finite")
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A model's outputs for a batch; every row of a distribution sums to 1.

    Attributes:
        temporal: ``(n, 3)`` past, present, future.
        spatial: ``(n, 3)`` thing, place, person.
        ontological: ``(n, 3)`` imagined, forgotten, known.
        colour: ``(n, 9)`` in the order of ``fitness.colours``; None without such an output.
        confidence: ``(n,)`` whether this is music the model knows, 0 to 1.
    """

    temporal: Floats
    spatial: Floats
    ontological: Floats
    colour: Floats | None
    confidence: Floats

    def __len__(self) -> int:
        return len(self.confidence)

    @property
    def axes(self) -> Floats:
        """``(n, 3, 3)``: the three axes in the order of ``fitness.colours.AXES``."""
        return np.stack([self.temporal, self.spatial, self.ontological], axis=1)

    @classmethod
    def of(cls, outputs: Mapping[str, NDArray[Any]], profile: Profile, count: int) -> Predictions:
        """Check what a model gave back for ``count`` rows.

        Raises:
            ScoringFailed: if an output is misshapen, not finite or no probability.
        """
        checked: dict[str, Any] = {
            name: _probabilities(name, outputs[name], (count, *dims))
            for name, dims in profile.outputs.items()
        }
        confidence = checked.pop("confidence")[:, 0]
        for name, rows in checked.items():
            if np.abs(rows.sum(axis=1) - 1).max(initial=0) > SUM_TOLERANCE:
                raise ScoringFailed(f"model output {name}: expected probabilities that sum to 1")
        return cls(**({"colour": None} | checked), confidence=confidence)

    @classmethod
    def joined(cls, batches: Sequence[Predictions]) -> Predictions:
        """Batches one after the other; at least one, all of one model."""
        columns: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            rows = [getattr(batch, name) for batch in batches]
            columns[name] = None if rows[0] is None else np.concatenate(rows)
        return cls(**columns)


def _probabilities(name: str, values: Any, shape: Shape) -> Floats:
    array = np.asarray(values)
    if array.shape != shape or array.dtype != np.float32:
        raise ScoringFailed(
            f"model output {name}: expected float32 {shape}, found {array.dtype} {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ScoringFailed(f"model output {name}: not finite")
    if array.min(initial=0) < -ROUNDING or array.max(initial=1) > 1 + ROUNDING:
        raise ScoringFailed(f"model output {name}: expected probabilities from 0 to 1")
    rounded: Floats = np.clip(array, 0, 1)
    return rounded
