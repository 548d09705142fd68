"""Clips with notes and embeddings of the recording, the concept and the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS
from training.composed.examples import Examples

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Inputs of a model that may be absent; ``has_midi`` and so on are their flags.
MODALITIES = ("midi", "audio", "concept", "lyric")
DIMENSIONS = {"audio": AUDIO_DIMENSIONS, "concept": TEXT_DIMENSIONS, "lyric": TEXT_DIMENSIONS}
# A part of unknown stage.
NO_STAGE = -1


@dataclass(frozen=True, slots=True, eq=False)
class MultimodalExamples(Examples):
    """Examples any modality of which may be absent; what is absent is all zeros.

    Attributes:
        audio: ``(n, 512)``.
        concept: ``(n, 768)``.
        lyric: ``(n, 768)``.
        has_midi: ``(n,)`` whether the roll and the features count.
        has_audio: ``(n,)``.
        has_concept: ``(n,)``.
        has_lyric: ``(n,)``.
    """

    audio: Floats
    concept: Floats
    lyric: Floats
    has_midi: Mask
    has_audio: Mask
    has_concept: Mask
    has_lyric: Mask

    @classmethod
    def from_midi(cls, examples: Examples) -> Self:
        """Examples of which there is the MIDI alone."""
        count = len(examples)
        arrays = examples.arrays()
        arrays |= {name: np.zeros((count, size), np.float32) for name, size in DIMENSIONS.items()}
        arrays |= {f"has_{name}": np.full(count, name == "midi") for name in MODALITIES}
        return cls(**arrays)

    def with_only(self, modalities: frozenset[str]) -> Self:
        """The same clips with every other modality absent."""
        flags = {f"has_{name}": getattr(self, f"has_{name}") for name in MODALITIES}
        hidden = {
            f"has_{name}": np.zeros_like(flags[f"has_{name}"])
            for name in MODALITIES
            if name not in modalities
        }
        return replace(self, **flags | hidden)

    @property
    def has_any(self) -> Mask:
        """Rows of which anything is there: ``(n,)``."""
        flags = [getattr(self, f"has_{name}") for name in MODALITIES]
        return np.asarray(np.any(flags, axis=0))
