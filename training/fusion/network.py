"""The fusion network: encoders of the piano roll, plain features and embeddings, and five heads.

Where a text or a recording is absent, a learned vector takes the place of its embedding.
Inputs and outputs are exactly those of a ``fusion`` profile in ``fitness.profiles``, which may have
prosody and the type of section besides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from fitness.features import FEATURE_NAMES
from fitness.profiles import (
    AUDIO_DIMENSIONS,
    COLOURS,
    PROSODY_DIMENSIONS,
    SECTION_DIMENSIONS,
    TEXT_DIMENSIONS,
    fusion_profile,
)
from fitness.roll import ROWS

MODES = 3
PATCH = 4
PICTURES = 3
# Features are clipped to this many standard deviations: a search gains nothing from values beyond
# those of the training songs.
FEATURE_LIMIT = 4.0
BINS = 8  # between quantiles of each feature
SMALLEST_BIN = 1e-3  # in standard deviations
NULL_SCALE = 0.02

ROLL, PLAIN = frozenset({"roll"}), frozenset({"features"})
BOTH = ROLL | PLAIN


@dataclass(frozen=True, slots=True)
class Size:
    """Widths of the network's layers.

    Attributes:
        patch: channels of the patch stem.
        wide: channels after the second halving; half as many after the first.
        roll: the roll's summary.
        features: the features' summary.
        beside: each of audio, concept and lyric.
        fused: the hidden layer that all of them meet in.
    """

    patch: int = 16
    wide: int = 64
    roll: int = 128
    features: int = 192
    beside: int = 16
    fused: int = 192


class Logits(NamedTuple):
    """A network's outputs for a batch, before they become probabilities.

    Attributes:
        axes: ``(n, 3, 3)`` temporal, spatial, ontological.
        colour: ``(n, 9)``.
        confidence: ``(n, 1)``.
    """

    axes: Tensor
    colour: Tensor
    confidence: Tensor


class Answers(NamedTuple):
    """The outputs of the model file, in the order of the profile's table."""

    temporal: Tensor
    spatial: Tensor
    ontological: Tensor
    colour: Tensor
    confidence: Tensor


class Separable(nn.Module):
    """A depthwise convolution, then a pointwise one: a ninth of a dense one's arithmetic."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False)
        self.between = nn.BatchNorm2d(before)
        self.pointwise = nn.Conv2d(before, after, 1, bias=False)
        self.after = nn.BatchNorm2d(after)
        self.keeps_shape = before == after and stride == 1

    def forward(self, image: Tensor) -> Tensor:
        """``(n, before, h, w)`` to ``(n, after, h / stride, w / stride)``."""
        inner = functional.relu(self.between(self.depthwise(image)))
        inner = functional.relu(self.after(self.pointwise(inner)))
        return image + inner if self.keeps_shape else inner


def pictures(piano_roll: Tensor) -> Tensor:
    """Velocity, whether a note sounds, whether it begins: ``(n, 1, h, w)`` to ``(n, 3, h, w)``."""
    sounds = (piano_roll > 0).to(piano_roll.dtype)
    begins = sounds * (1 - functional.pad(sounds, (1, 0))[..., :-1])
    return torch.cat((piano_roll, sounds, begins), dim=1)


class RollEncoder(nn.Module):
    """A piano roll as one vector that keeps the register and pools over time."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        half = size.wide // 2
        self.stem = nn.Sequential(
            nn.Conv2d(PICTURES, size.patch, PATCH, PATCH, bias=False),
            nn.BatchNorm2d(size.patch),
            nn.ReLU(),
        )
        self.blocks = nn.Sequential(
            Separable(size.patch, half, 2),
            Separable(half, half),
            Separable(half, size.wide, 2),
            Separable(size.wide, size.wide),
        )
        registers = ROWS // PATCH // 4
        self.summary = nn.Linear(2 * size.wide * registers, size.roll)

    def forward(self, piano_roll: Tensor) -> Tensor:
        """``(n, 1, 128, 256)`` to ``(n, roll)``."""
        image = self.blocks(self.stem(pictures(piano_roll)))  # (n, wide, 8 registers, 16 stretches)
        # Mean and maximum over time: how much of a pattern there is, and whether it occurs at all.
        seen = torch.cat((image.mean(dim=3), image.amax(dim=3)), dim=1)
        return functional.relu(self.summary(seen.flatten(1)))


class FeatureEncoder(nn.Module):
    """Plain features, each as its standard score and as its place among the training songs'.

    The place is a piecewise linear encoding: how far the value has come through each bin between
    the training quantiles, 0 to 1 (Gorishniy et al., On Embeddings for Numerical Features in
    Tabular Deep Learning, 2022). It is constant beyond the outermost training values.
    """

    mean: Tensor
    scale: Tensor
    lowest: Tensor
    gain: Tensor

    def __init__(self, size: Size, count: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(count))
        self.register_buffer("scale", torch.ones(count))
        self.register_buffer("lowest", torch.zeros(count, BINS))
        self.register_buffer("gain", torch.ones(count, BINS))
        self.layers = nn.Sequential(
            nn.Linear(count * (1 + BINS), size.features),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(size.features, size.features),
            nn.ReLU(),
        )

    def learn_scale(self, features: Tensor) -> None:
        """Take means, deviations and quantiles from ``(n, F)`` training rows."""
        self.mean.copy_(features.mean(dim=0))
        deviation = features.std(dim=0)
        self.scale.copy_(torch.where(deviation > 0, deviation, torch.ones_like(deviation)))
        edges = torch.quantile(features, torch.linspace(0, 1, BINS + 1), dim=0).T  # (F, bins + 1)
        widths = edges.diff(dim=1)
        self.lowest.copy_(edges[:, :-1])
        # A bin without width, where many songs share one value, carries no information.
        is_wide = widths > SMALLEST_BIN * self.scale[:, None]
        self.gain.copy_(torch.where(is_wide, 1 / widths, torch.zeros_like(widths)))

    def forward(self, features: Tensor) -> Tensor:
        """``(n, F)`` to ``(n, features)``."""
        scores = ((features - self.mean) / self.scale).clamp(-FEATURE_LIMIT, FEATURE_LIMIT)
        places = ((features.unsqueeze(2) - self.lowest) * self.gain).clamp(0, 1)
        return cast("Tensor", self.layers(torch.cat((scores, places.flatten(1)), dim=1)))


class EmbeddingEncoder(nn.Module):
    """An embedding that may be absent; then a learned vector takes its place."""

    def __init__(self, dimensions: int, width: int) -> None:
        super().__init__()
        self.null = nn.Parameter(NULL_SCALE * torch.randn(dimensions))
        self.summary = nn.Linear(dimensions, width)

    def forward(self, embedding: Tensor, there: Tensor) -> Tensor:
        """``(n, d)`` and bool ``(n,)`` to ``(n, width)``."""
        return functional.relu(self.summary(torch.where(there.unsqueeze(1), embedding, self.null)))


class ProsodyEncoder(nn.Module):
    """Prosody as standard scores, clipped; a learned vector where nothing is sung."""

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(PROSODY_DIMENSIONS))
        self.register_buffer("scale", torch.ones(PROSODY_DIMENSIONS))
        self.scores = EmbeddingEncoder(PROSODY_DIMENSIONS, width)

    def learn_scale(self, prosody: Tensor) -> None:
        """Take means and deviations from ``(n, 19)`` training rows."""
        self.mean.copy_(prosody.mean(dim=0))
        deviation = prosody.std(dim=0)
        self.scale.copy_(torch.where(deviation > 0, deviation, torch.ones_like(deviation)))

    def forward(self, prosody: Tensor, there: Tensor) -> Tensor:
        """``(n, 19)`` and bool ``(n,)`` to ``(n, width)``."""
        scores = ((prosody - self.mean) / self.scale).clamp(-FEATURE_LIMIT, FEATURE_LIMIT)
        return cast("Tensor", self.scores(scores, there))


class FusionNetwork(nn.Module):
    """One member of the model: every modality's summary side by side, then five heads."""

    def __init__(
        self,
        size: Size | None = None,
        features: int = len(FEATURE_NAMES),
        dropout: float = 0.2,
        reads: frozenset[str] = BOTH,
        options: Collection[str] = (),
    ) -> None:
        """Build it with random weights.

        Args:
            size: widths of its layers.
            features: columns of the features input.
            dropout: of the hidden layers, while training.
            reads: ``roll``, ``features`` or both; models for comparison read one of them.
            options: those of ``fitness.profiles.OPTIONAL_INPUTS`` that it takes besides.
        """
        super().__init__()
        size = size or Size()
        self.profile = fusion_profile(options)
        self.reads = reads
        self.size = size
        self.roll = RollEncoder(size)
        self.features = FeatureEncoder(size, features, dropout)
        midi = size.roll + size.features
        self.null_midi = nn.Parameter(NULL_SCALE * torch.randn(midi))
        self.audio = EmbeddingEncoder(AUDIO_DIMENSIONS, size.beside)
        self.concept = EmbeddingEncoder(TEXT_DIMENSIONS, size.beside)
        self.lyric = EmbeddingEncoder(TEXT_DIMENSIONS, size.beside)
        self.fused = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(midi + (3 + len(self.profile.options)) * size.beside, size.fused),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.axes = nn.Linear(size.fused, MODES * MODES)
        self.colour = nn.Linear(size.fused, COLOURS)
        self.confidence = nn.Linear(size.fused, 1)
        takes = self.profile.options
        self.prosody = ProsodyEncoder(size.beside) if "prosody" in takes else None
        self.section = nn.Linear(SECTION_DIMENSIONS, size.beside) if "section" in takes else None

    def forward(
        self,
        piano_roll: Tensor,
        audio_emb: Tensor,
        concept_emb: Tensor,
        lyric_emb: Tensor,
        has_audio: Tensor,
        has_midi: Tensor,
        has_lyric: Tensor,
        has_concept: Tensor,
        features: Tensor,
        prosody: Tensor | None = None,
        has_prosody: Tensor | None = None,
        section: Tensor | None = None,
    ) -> Logits:
        """The profile's inputs by their names; the last three are read where it has them."""
        midi = torch.where(has_midi.unsqueeze(1), self._midi(piano_roll, features), self.null_midi)
        beside = [
            self.audio(audio_emb, has_audio),
            self.concept(concept_emb, has_concept),
            self.lyric(lyric_emb, has_lyric),
        ]
        if self.prosody is not None:
            beside.append(self.prosody(prosody, has_prosody))
        if self.section is not None:
            beside.append(functional.relu(self.section(section)))
        hidden = self.fused(torch.cat((midi, *beside), dim=1))
        axes = self.axes(hidden).unflatten(1, (MODES, MODES))
        return Logits(axes, self.colour(hidden), self.confidence(hidden))

    def _midi(self, piano_roll: Tensor, features: Tensor) -> Tensor:
        summaries = []
        for name, encoder, seen, width in (
            ("roll", self.roll, piano_roll, self.size.roll),
            ("features", self.features, features, self.size.features),
        ):
            blank = seen.new_zeros(seen.shape[0], width)
            summaries.append(encoder(seen) if name in self.reads else blank)
        return torch.cat(summaries, dim=1)

    def from_midi(self, piano_roll: Tensor, features: Tensor) -> Logits:
        """Logits of ``(n, 1, 128, 256)`` rolls and ``(n, F)`` features without any embedding.

        Of a network without optional inputs.
        """
        return cast("Logits", self(**midi_inputs(piano_roll, features)))


def midi_inputs(piano_roll: Tensor, features: Tensor) -> dict[str, Tensor]:
    """All inputs of a batch of which only the MIDI is there, by name."""
    count = len(piano_roll)
    absent = piano_roll.new_zeros(count, dtype=torch.bool)
    return {
        "piano_roll": piano_roll,
        "audio_emb": piano_roll.new_zeros(count, AUDIO_DIMENSIONS),
        "concept_emb": piano_roll.new_zeros(count, TEXT_DIMENSIONS),
        "lyric_emb": piano_roll.new_zeros(count, TEXT_DIMENSIONS),
        "has_audio": absent,
        "has_midi": ~absent,
        "has_lyric": absent,
        "has_concept": absent,
        "features": features,
    }


class Ensemble(nn.Module):
    """Members of other seeds, their calibrated probabilities averaged, in one graph."""

    colour_temperature: Tensor
    confidence_scale: Tensor
    confidence_shift: Tensor

    def __init__(self, members: Sequence[FusionNetwork]) -> None:
        super().__init__()
        self.networks = list(members)
        self.profile = members[0].profile
        self.members = nn.ModuleList(members)
        self.register_buffer("colour_temperature", torch.ones(()))
        self.register_buffer("confidence_scale", torch.ones(()))
        self.register_buffer("confidence_shift", torch.zeros(()))

    def forward(self, *inputs: Tensor) -> Answers:
        """The profile's inputs, in order, to its outputs; every distribution sums to 1."""
        named = dict(zip(self.profile.inputs, inputs, strict=True))
        return self.answers([member(**named) for member in self.members])

    def answers(self, member_logits: Sequence[Logits]) -> Answers:
        """The members' logits as calibrated probabilities, averaged."""
        axes = torch.stack([functional.softmax(one.axes, dim=2) for one in member_logits]).mean(
            dim=0
        )
        colour = torch.stack(
            [
                functional.softmax(one.colour / self.colour_temperature, dim=1)
                for one in member_logits
            ]
        ).mean(dim=0)
        # Logits are averaged here: one member that is very sure of a fake is enough to refuse it.
        music = torch.stack([one.confidence for one in member_logits]).mean(dim=0)
        confidence = torch.sigmoid(self.confidence_scale * music + self.confidence_shift)
        return Answers(axes[:, 0], axes[:, 1], axes[:, 2], colour, confidence)
