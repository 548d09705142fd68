"""Clips with notes and embeddings of the recording, the concept and the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fitness.profiles import (
    AUDIO_DIMENSIONS,
    PROSODY_DIMENSIONS,
    SECTION_DIMENSIONS,
    TEXT_DIMENSIONS,
)
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
        prosody: ``(n, 19)`` of what is sung in the clip's section, as ``fitness.prosody`` has it.
        has_prosody: ``(n,)``.
        section: ``(n, 7)``, as ``fitness.section_types`` has it; zeros where it is unknown.
        weight: ``(n,)`` how much a row counts in the loss, 1 on average.
    """

    audio: Floats
    concept: Floats
    lyric: Floats
    has_midi: Mask
    has_audio: Mask
    has_concept: Mask
    has_lyric: Mask
    prosody: Floats
    has_prosody: Mask
    section: Floats
    weight: Floats

    @classmethod
    def from_midi(cls, examples: Examples) -> Self:
        """Examples of which there is the MIDI alone."""
        count = len(examples)
        arrays = examples.arrays()
        arrays |= {name: np.zeros((count, size), np.float32) for name, size in DIMENSIONS.items()}
        arrays |= {f"has_{name}": np.full(count, name == "midi") for name in MODALITIES}
        arrays |= {
            "prosody": np.zeros((count, PROSODY_DIMENSIONS), np.float32),
            "has_prosody": np.zeros(count, np.bool_),
            "section": np.zeros((count, SECTION_DIMENSIONS), np.float32),
            "weight": np.ones(count, np.float32),
        }
        return cls(**arrays)

    def with_only(self, modalities: frozenset[str]) -> Self:
        """The same clips with every other modality absent.

        Prosody goes with the lyric, the section with the notes: a search knows it of every part.
        """
        flags = {f"has_{name}": getattr(self, f"has_{name}") for name in MODALITIES}
        hidden = {
            f"has_{name}": np.zeros_like(flags[f"has_{name}"])
            for name in MODALITIES
            if name not in modalities
        }
        if "lyric" not in modalities:
            hidden["has_prosody"] = np.zeros_like(self.has_prosody)
        section = self.section if "midi" in modalities else np.zeros_like(self.section)
        return replace(self, **flags | hidden, section=section)

    @property
    def has_any(self) -> Mask:
        """Rows of which anything is there: ``(n,)``."""
        flags = [getattr(self, f"has_{name}") for name in MODALITIES]
        return np.asarray(np.any(flags, axis=0))
