"""The interfaces of fusion models that this code can run, as a table.

A model is recognised by its own inputs, read by name and dimension, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fitness.errors import ModelRefused
from fitness.roll import ROWS, STEPS

FLOAT, BOOL = "tensor(float)", "tensor(bool)"
AUDIO_DIMENSIONS = 512
TEXT_DIMENSIONS = 768
COLOURS = 9
PROSODY_DIMENSIONS = 19  # features of ``fitness.prosody``
SECTION_DIMENSIONS = 7  # types of ``fitness.section_types``
ANY_SIZE = None

# A tensor's element type, and its dimensions after the batch.
Shape = tuple[int | None, ...]
Signature = tuple[str, Shape]
Tensors = Mapping[str, Signature]

MIDI_AUDIO_TEXT: dict[str, Signature] = {
    "piano_roll": (FLOAT, (1, ROWS, STEPS)),
    "audio_emb": (FLOAT, (AUDIO_DIMENSIONS,)),
    "concept_emb": (FLOAT, (TEXT_DIMENSIONS,)),
    "lyric_emb": (FLOAT, (TEXT_DIMENSIONS,)),
    "has_audio": (BOOL, ()),
    "has_midi": (BOOL, ()),
    "has_lyric": (BOOL, ()),
}
SOUNDS_LIKE: dict[str, Signature] = {
    "sounds_like_emb": (FLOAT, (TEXT_DIMENSIONS,)),
    "has_sounds_like": (BOOL, ()),
}
FEATURES_AND_CONCEPT: dict[str, Signature] = {
    "has_concept": (BOOL, ()),
    "features": (FLOAT, (ANY_SIZE,)),
}
# What a fusion model may take besides, by the name of the option.
OPTIONAL_INPUTS: dict[str, dict[str, Signature]] = {
    "prosody": {"prosody": (FLOAT, (PROSODY_DIMENSIONS,)), "has_prosody": (BOOL, ())},
    "section": {"section": (FLOAT, (SECTION_DIMENSIONS,))},
}
AXES_AND_CONFIDENCE: dict[str, Shape] = {
    "temporal": (3,),
    "spatial": (3,),
    "ontological": (3,),
    "confidence": (1,),
}


@dataclass(frozen=True)
class Profile:
    """One interface.

    Attributes:
        name: what a manifest calls it.
        inputs: all of them; any other set is another profile.
        outputs: dimensions after the batch of those that are read.
        is_legacy: the songwriter's own older models: no manifest needed, the frozen roll.
    """

    name: str
    inputs: Tensors
    outputs: Mapping[str, Shape]
    is_legacy: bool

    @property
    def has_colour(self) -> bool:
        """Whether the model tells the colours apart itself."""
        return "colour" in self.outputs

    @property
    def options(self) -> tuple[str, ...]:
        """Those of ``OPTIONAL_INPUTS`` that it takes."""
        return tuple(name for name in OPTIONAL_INPUTS if name in self.inputs)


def fusion_profile(options: Collection[str] = ()) -> Profile:
    """The interface of the fusion models that training makes, with some of the optional inputs."""
    taken = [name for name in OPTIONAL_INPUTS if name in options]
    inputs = MIDI_AUDIO_TEXT | FEATURES_AND_CONCEPT
    for name in taken:
        inputs = inputs | OPTIONAL_INPUTS[name]
    outputs = AXES_AND_CONFIDENCE | {"colour": (COLOURS,)}
    return Profile("+".join(["fusion", *taken]), inputs, outputs, is_legacy=False)


PROFILES = (
    fusion_profile(),
    fusion_profile({"prosody"}),
    fusion_profile({"section"}),
    fusion_profile({"prosody", "section"}),
    Profile("legacy-7", MIDI_AUDIO_TEXT, AXES_AND_CONFIDENCE, is_legacy=True),
    Profile("legacy-9", MIDI_AUDIO_TEXT | SOUNDS_LIKE, AXES_AND_CONFIDENCE, is_legacy=True),
)


def signatures(tensors: Sequence[Any]) -> dict[str, Signature]:
    """Types and dimensions of a model's inputs, as ONNX Runtime describes them.

    Raises:
        ModelRefused: if the batch is of a fixed size.
    """
    for tensor in tensors:
        if tensor.shape and isinstance(tensor.shape[0], int):
            raise ModelRefused(f"input {tensor.name} {tensor.shape}: expected a batch of any size")
    return {
        tensor.name: (
            tensor.type,
            tuple(size if isinstance(size, int) else ANY_SIZE for size in tensor.shape[1:]),
        )
        for tensor in tensors
    }


def recognise(inputs: Tensors, outputs: Sequence[str]) -> Profile:
    """The profile with exactly these inputs.

    Args:
        inputs: of the model, without the batch dimension.
        outputs: names of the model's outputs.

    Raises:
        ModelRefused: if there is none, listing what was found and where the nearest differs.
    """
    nearest = min(PROFILES, key=lambda profile: len(_differences(profile, inputs)))
    wrong = _differences(nearest, inputs)
    if wrong:
        found = ", ".join(f"{name} {kind}{list(dims)}" for name, (kind, dims) in inputs.items())
        raise ModelRefused(
            f"inputs of no known profile; nearest is {nearest.name}: {'; '.join(wrong)}. "
            f"Found: {found or 'none'}"
        )
    absent = [name for name in nearest.outputs if name not in outputs]
    if absent:
        raise ModelRefused(
            f"profile {nearest.name}: no output {', '.join(absent)}; found {', '.join(outputs)}"
        )
    return nearest


def _differences(profile: Profile, inputs: Tensors) -> list[str]:
    missing = [f"{name} is missing" for name in profile.inputs if name not in inputs]
    unknown = [f"{name} is not one of its inputs" for name in inputs if name not in profile.inputs]
    other = [
        f"{name} should be {signature[0]}{list(signature[1])}"
        for name, signature in profile.inputs.items()
        if name in inputs and not _fits(inputs[name], signature)
    ]
    return missing + unknown + other


def _fits(found: Signature, expected: Signature) -> bool:
    same_rank = len(found[1]) == len(expected[1])
    return (
        found[0] == expected[0]
        and same_rank
        and all(
            size == wanted or wanted is ANY_SIZE
            for size, wanted in zip(found[1], expected[1], strict=True)
        )
    )
