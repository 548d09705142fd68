"""Batches of training clips, augmented at random in ways that don't change a part's colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitness.colours import COLOURS
from fitness.features import FEATURE_NAMES
from fitness.profiles import PROSODY_DIMENSIONS
from fitness.roll import HIGHEST_ROW, LOWEST_ROW, STEPS
from training.composed.examples import NO_COLOUR, REAL, SONG, Examples
from training.dataset.examples import DIMENSIONS, MODALITIES, MultimodalExamples
from training.fusion.network import midi_inputs

MAX_VELOCITY = 127
SHIFT_SEMITONES = 3
# How loud a part is altogether must say next to nothing of its colour: anyone can turn it up.
VELOCITY_SCALE = (0.5, 2.0)
ROTATED_SHARE = 0.5

# Ways in which training clips are varied, each with a switch. The first three change a batch, the
# others are drawn with the clips of a person's songs (``training.dataset.sampling``).
TRANSPOSED, ROTATED, LOUDNESS = "transposition", "rotation", "loudness"
TEMPO, MIXES, TEXTS = "tempo", "mixes", "texts"
AUGMENTATIONS = frozenset({TRANSPOSED, ROTATED, LOUDNESS, TEMPO, MIXES, TEXTS})

PITCHED = slice(LOWEST_ROW, HIGHEST_ROW + 1)
PITCHES = [FEATURE_NAMES.index(name) for name in ("pitch_mean", "bass_pitch")]
VELOCITIES = [FEATURE_NAMES.index(name) for name in ("velocity_mean", "velocity_sd")]

TARGETS = torch.tensor([colour.targets for colour in COLOURS], dtype=torch.float32)  # (9, 3, 3)


class Batch(NamedTuple):
    """Some clips with their labels.

    Attributes:
        piano_roll: ``(n, 1, 128, 256)``, 0 to 1.
        features: ``(n, F)``.
        colour: ``(n,)`` index of the colour, 0 where there is none.
        axes: ``(n, 3, 3)`` the colour's targets.
        has_colour: ``(n,)`` bool: fakes and real music have none.
        is_music: ``(n,)`` 1 for composed songs and real music, 0 for fakes.
        weight: ``(n,)`` how much a row's colour counts in the loss.
        embeddings: the inputs beside the MIDI and their flags, by the profile's names; empty where
            there are none.
    """

    piano_roll: Tensor
    features: Tensor
    colour: Tensor
    axes: Tensor
    has_colour: Tensor
    is_music: Tensor
    weight: Tensor
    embeddings: dict[str, Tensor]

    @property
    def inputs(self) -> dict[str, Tensor]:
        """Everything that a network takes, by name."""
        return midi_inputs(self.piano_roll, self.features) | self.embeddings

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        moved = {name: values.to(device) for name, values in self.embeddings.items()}
        tensors = {name: getattr(self, name).to(device) for name in self._fields[:-1]}
        return Batch(**tensors, embeddings=moved)


class Songs(Protocol):
    """Training clips with their labels; an implementation may draw new ones in every epoch."""

    @property
    def features(self) -> NDArray[np.float32]:
        """``(n, F)`` of the songs that have a colour: what a network scales its input by."""

    @property
    def prosody(self) -> NDArray[np.float32]:
        """``(n, 19)`` of the lyrics: what a network that takes it scales it by."""

    def steps(self, size: int, share_without_colour: float) -> int:
        """Batches of an epoch."""

    def epoch(
        self, size: int, share_without_colour: float, rng: np.random.Generator
    ) -> Iterator[Examples]:
        """Every coloured clip once, and a steady share of those without a colour.

        Clips that don't fill the last batch are left for another epoch.
        """


class Fixed:
    """The same clips in every epoch, in another order."""

    def __init__(self, examples: Examples) -> None:
        self._examples = examples
        self._coloured = np.flatnonzero(examples.colour != NO_COLOUR)
        self._others = np.flatnonzero(examples.colour == NO_COLOUR)

    @property
    def features(self) -> NDArray[np.float32]:
        """Of the coloured clips."""
        return self._examples.features[self._coloured]

    @property
    def prosody(self) -> NDArray[np.float32]:
        """Of the rows that are sung."""
        if not isinstance(self._examples, MultimodalExamples):
            return np.zeros((0, PROSODY_DIMENSIONS), np.float32)
        return self._examples.prosody[self._examples.has_prosody]

    def steps(self, size: int, share_without_colour: float) -> int:
        """Batches of an epoch."""
        return len(self._coloured) // (size - self._unlabelled_count(size, share_without_colour))

    def epoch(
        self, size: int, share_without_colour: float, rng: np.random.Generator
    ) -> Iterator[Examples]:
        """Every coloured clip once."""
        unlabelled = self._unlabelled_count(size, share_without_colour)
        order = rng.permutation(self._coloured)
        step = size - unlabelled
        for start in range(0, len(order) - step + 1, step):
            others = rng.choice(self._others, unlabelled)
            yield self._examples.select(np.concatenate((order[start : start + step], others)))

    def _unlabelled_count(self, size: int, share: float) -> int:
        return round(size * share) if len(self._others) else 0


def is_music(examples: Examples) -> NDArray[np.bool_]:
    """Whether each row is music, composed or real, and no fake: ``(n,)``."""
    return np.isin(examples.kind, (SONG, REAL))


def batch_of(
    examples: Examples,
    rows: NDArray[np.intp],
    rng: np.random.Generator | None,
    augmented: frozenset[str] = AUGMENTATIONS,
) -> Batch:
    """Some rows as tensors.

    Args:
        examples: the catalogue.
        rows: ``(n,)`` which.
        rng: varies them; None leaves them as they are.
        augmented: in which ways they are varied.
    """
    velocities = torch.from_numpy(examples.rolls[rows])
    features = torch.from_numpy(examples.features[rows])
    if rng is not None:
        velocities, features = vary(velocities, features, rng, augmented)
    colour = torch.from_numpy(examples.colour[rows].astype(np.int64))
    has_colour = colour != NO_COLOUR
    colour = colour.clamp(min=0)
    music = torch.from_numpy(is_music(examples)[rows].astype(np.float32))
    # Divided as the engine does it, so that both give the same piano roll.
    piano_roll = velocities.to(torch.float32).div_(MAX_VELOCITY).unsqueeze(1)
    weight = examples.weight[rows] if isinstance(examples, MultimodalExamples) else music * 0 + 1
    return Batch(
        piano_roll,
        features,
        colour,
        TARGETS[colour],
        has_colour,
        music,
        torch.as_tensor(weight),
        _embeddings(examples, rows),
    )


def _embeddings(examples: Examples, rows: NDArray[np.intp]) -> dict[str, Tensor]:
    if not isinstance(examples, MultimodalExamples):
        return {}
    arrays = {f"{name}_emb": getattr(examples, name) for name in DIMENSIONS}
    arrays |= {f"has_{name}": getattr(examples, f"has_{name}") for name in MODALITIES}
    arrays |= {name: getattr(examples, name) for name in ("prosody", "has_prosody", "section")}
    return {name: torch.from_numpy(array[rows]) for name, array in arrays.items()}


def in_order(examples: Examples, size: int) -> Iterator[Batch]:
    """Every row as it is, in order."""
    for start in range(0, len(examples), size):
        yield batch_of(examples, np.arange(start, min(start + size, len(examples))), None)


def vary(
    velocities: Tensor,
    features: Tensor,
    rng: np.random.Generator,
    augmented: frozenset[str] = AUGMENTATIONS,
) -> tuple[Tensor, Tensor]:
    """Transpose, rotate and scale clips at random, and change their features accordingly.

    Args:
        velocities: ``(n, 128, 256)`` uint8.
        features: ``(n, F)``.
        rng: decides for each row.
        augmented: those of ``AUGMENTATIONS`` that are done; the others leave the clips as they are.
    """
    count = len(velocities)
    semitones = rng.integers(-SHIFT_SEMITONES, SHIFT_SEMITONES + 1, count)
    loudness = _loudness(velocities, rng)
    turned = rng.random(count) < ROTATED_SHARE
    places = np.where(turned, rng.random(count), 0.0)
    # Everything is drawn whatever is done, so that a switch changes nothing besides.
    semitones = semitones if TRANSPOSED in augmented else np.zeros_like(semitones)
    places = places if ROTATED in augmented else np.zeros_like(places)
    loudness = loudness if LOUDNESS in augmented else torch.ones_like(loudness)
    velocities, semitones = transposed(velocities, semitones)
    velocities = rotated(velocities, places)
    scaled = (velocities * loudness[:, None, None]).round_().clamp_(0, MAX_VELOCITY)
    features = features.clone()
    is_pitched = features[:, PITCHES] > 0  # 0 says that nothing is pitched
    features[:, PITCHES] += is_pitched * torch.from_numpy(semitones)[:, None].to(torch.float32)
    features[:, VELOCITIES] *= loudness[:, None]
    return scaled, features


def _loudness(velocities: Tensor, rng: np.random.Generator) -> Tensor:
    """A factor for each clip, as often below 1 as above; no note is driven beyond the loudest."""
    lowest, highest = np.log(VELOCITY_SCALE)
    factors = np.exp(rng.uniform(lowest, highest, len(velocities))).astype(np.float32)
    loudest = velocities.flatten(1).amax(dim=1).clamp(min=1)
    return torch.minimum(torch.from_numpy(factors), MAX_VELOCITY / loudest)


def transposed(
    velocities: Tensor, semitones: NDArray[np.int64]
) -> tuple[Tensor, NDArray[np.int64]]:
    """Move the pitched rows, drums stay; a clip that would leave the keys stays where it is.

    Returns:
        the moved clips, and by how much each was moved.
    """
    pitched = velocities[:, PITCHED]
    edge = torch.cat((pitched[:, :SHIFT_SEMITONES], pitched[:, -SHIFT_SEMITONES:]), dim=1)
    semitones = np.where(edge.flatten(1).any(dim=1).numpy(), 0, semitones)
    moved = velocities.clone()
    for step in set(semitones.tolist()) - {0}:
        rows = torch.from_numpy(np.flatnonzero(semitones == step))
        moved[rows, PITCHED] = torch.roll(pitched[rows], step, dims=1)
    return moved, semitones


def rotated(velocities: Tensor, places: NDArray[np.float64]) -> Tensor:
    """Rotate each clip in time: it begins elsewhere, and its beginning is played at its end.

    Args:
        velocities: ``(n, 128, 256)``.
        places: ``(n,)`` where to begin, as a share of the clip's sounding length, 0 to 1.
    """
    steps = torch.arange(STEPS)
    sounding = velocities.any(dim=1) * (steps + 1)  # (n, steps)
    lengths = sounding.amax(dim=1).clamp(min=1)[:, None]
    offsets = (torch.from_numpy(places)[:, None] * lengths).to(torch.int64)
    source = torch.where(steps < lengths, (steps + offsets) % lengths, steps)
    return velocities.gather(2, source[:, None].expand_as(velocities))
