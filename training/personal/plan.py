"""The plan of a model of a person's songs, and those songs split into what is learned from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.atomic_files import replacing
from training.composed.compose import compose
from training.composed.examples import Examples, Split, split_by_song
from training.dataset.catalogue import Catalogue
from training.dataset.examples import MultimodalExamples
from training.dataset.rows import by_song
from training.dataset.sampling import WEIGHTS, ClipSampler
from training.fusion.export import hash_of
from training.fusion.network import FusionNetwork
from training.fusion.train import LossProgress, Settings, ValidationMetric, logits

FIT_FOLDER = "fit"
# Raised whenever the same plan and data would give another model.
FIT_VERSION = "2"
MIDI_ALONE = frozenset({"midi"})

# Every modality is hidden alike: a model is seldom given all of them.
OWN_SETTINGS = Settings(epochs=30, midi_dropout=0.15, embedding_dropout=0.15, weighted=WEIGHTS)
FOLDS = 5  # of the songs, for the figures on all of them


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model of a person's songs is made.

    Attributes:
        members: networks whose probabilities are averaged.
        seed: of everything.
        composed: songs of every colour that the project composes beside the person's own, with
            fakes that teach the confidence; few songs alone would be learned by heart.
        compares: whether to fit once more on a split by row, for the report.
        folds: into how many parts the songs go, each asked of a model that learned from others,
            for the figures on all of them; 0 leaves those out.
        settings: of each network.
    """

    members: int = 1
    seed: int = 0
    composed: int = 4
    compares: bool = True
    folds: int = FOLDS
    settings: Settings = field(default_factory=lambda: OWN_SETTINGS)

    def key(self, catalogue: Catalogue, composed: Examples | None) -> str:
        """SHA-256 of the plan and of what it is made of: another key, another model."""
        whole = hashlib.sha256(msgspec.json.encode([FIT_VERSION, self], order="sorted"))
        whole.update(catalogue.digest().encode())
        whole.update(hash_of(composed).encode() if composed else b"")
        return whole.hexdigest()


def composed_songs(plan: Plan, folder: Path, progress: LossProgress) -> MultimodalExamples | None:
    """The composed songs of a plan, from the folder or made now; none of 0."""
    if not plan.composed:
        return None
    path = folder / FIT_FOLDER / f"composed-{plan.seed}-{plan.composed}.npz"
    if path.exists():
        try:
            return MultimodalExamples.from_midi(Examples.load(path))
        except ValueError:  # of another version of the roll or the features: made again
            path.unlink()
    progress(f"composing {plan.composed} songs of every colour")
    examples = compose(plan.seed, plan.composed, os.cpu_count() or 1, real_pieces=0)
    with replacing(path) as waiting, waiting.open("wb") as file:
        examples.save(file)
    return MultimodalExamples.from_midi(examples)


class Material:
    """Songs of a person with composed ones, split into training, validation and test.

    Attributes:
        catalogue: all of the person's songs.
        split: of its rows.
        train: what networks learn from.
        own: the person's validation clips.
        test: the person's test clips.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        composed: MultimodalExamples | None,
        settings: Settings,
        split: Split | None = None,
    ) -> None:
        """Split the songs: by song, or as ``split`` says; settings say how clips are drawn.

        Raises:
            ValueError: if there are too few songs to hold any out.
        """
        self.catalogue = catalogue
        self.split = split or by_song(catalogue.rows)
        self._composed = composed
        self._settings = settings
        self._composed_split = split_by_song(composed) if composed else None
        learned = catalogue.only(self.split.train)
        held = [catalogue.only(mask) for mask in (self.split.validation, self.split.test)]
        if not (learned.segments and all(one.segments for one in held)):
            raise ValueError(
                "too few songs to hold any out: expected at least three of one colour with "
                "something to hear or read"
            )
        self.train = ClipSampler(
            learned, self._of_composed("train"), settings.augmented, settings.weighted
        )
        self.train_colours = np.array(
            [catalogue.rows[place].colour for place in learned.tracks()], np.int8
        )
        self.own, self.test = (one.examples() for one in held)

    def split_by(self, split: Split) -> Material:
        """The same songs, parted otherwise."""
        return Material(self.catalogue, self._composed, self._settings, split)

    def _of_composed(self, side: str) -> MultimodalExamples | None:
        if self._composed is None:
            return None
        return self._composed.select(getattr(self._composed_split, side))

    def held_out(self, side: str) -> MultimodalExamples:
        """The person's clips of a side as they are and as MIDI alone, and the composed ones."""
        own = self.own if side == "validation" else self.test
        alone = own.with_only(MIDI_ALONE)
        bundles = [own, alone.select(alone.has_any)]
        composed = self._of_composed(side)
        return MultimodalExamples.join(bundles + ([composed] if composed else []))

    def validation_metric(self) -> ValidationMetric:
        """How often the colour is right, song by song of the person's validation songs.

        The mean of two accuracies: with every modality, and with the MIDI alone, which is all that
        evolution has.
        """
        alone = self.own.with_only(MIDI_ALONE)
        ways = [clips for clips in (self.own, alone.select(alone.has_any)) if len(clips)]

        def accuracy(network: FusionNetwork) -> float:
            return float(np.mean([_right(network, clips) for clips in ways]))

        return accuracy


def _right(network: FusionNetwork, clips: MultimodalExamples) -> float:
    """Mean over the songs, so that no long song outweighs the others."""
    named = logits(network, clips).colour.argmax(dim=1).numpy()
    _, place, counts = np.unique(clips.song, return_inverse=True, return_counts=True)
    right = np.bincount(place, weights=named == clips.colour)
    return float((right / counts).mean())


def songs_on(rows: Sequence[str], mask: NDArray[np.bool_]) -> int:
    """How many songs are on a side of a split."""
    return len({song for song, inside in zip(rows, mask, strict=True) if inside})
