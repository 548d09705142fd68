"""Training clips: a person's songs, mixed at random in every epoch, and composed songs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from training.composed.examples import NO_COLOUR
from training.dataset.catalogue import Catalogue
from training.dataset.examples import MultimodalExamples

# Of each segment in an epoch; a part alone as often as a mix.
CLIPS_PER_SEGMENT = 4
ALONE_SHARE = 0.5
# On a scale of octaves.
SLOWEST, FASTEST = 0.88, 1.14

Clip = tuple[tuple[int, ...], float]  # places of rows, how many times as fast


class ClipSampler:
    """Clips of a catalogue, mixed with composed ones.

    A clip of a segment is one of its tracks or a random subset, in a tempo of its own: what a
    search asks about are parts alone and unfinished mixes, and both are seen here.
    """

    def __init__(self, catalogue: Catalogue, composed: MultimodalExamples | None = None) -> None:
        """Take what is learned from.

        Args:
            catalogue: the training songs and no others.
            composed: songs, and fakes without a colour; their training part alone.
        """
        self._catalogue = catalogue
        self._composed = composed
        colours = composed.colour if composed else np.zeros(0, np.int8)
        self._coloured = np.flatnonzero(colours != NO_COLOUR)
        self._others = np.flatnonzero(colours == NO_COLOUR)
        own = catalogue.examples()
        rows = [own.features[own.has_midi]]
        rows += [composed.features[self._coloured]] if composed else []
        self._features = np.concatenate(rows)

    @property
    def features(self) -> NDArray[np.float32]:
        """Of everything coloured that has MIDI, tracks alone and whole mixes."""
        return self._features

    @property
    def own_clips(self) -> int:
        """Of the person's songs, in an epoch."""
        return CLIPS_PER_SEGMENT * len(self._catalogue.segments)

    @property
    def coloured_clips(self) -> int:
        """Of the person's and of composed songs, in an epoch."""
        return self.own_clips + len(self._coloured)

    def steps(self, size: int, share_without_colour: float) -> int:
        """Batches of an epoch."""
        step = size - self._unlabelled_count(size, share_without_colour)
        return max(1, self.coloured_clips // step)

    def epoch(
        self, size: int, share_without_colour: float, rng: np.random.Generator
    ) -> Iterator[MultimodalExamples]:
        """Clips of every segment, every composed clip once, in one order."""
        unlabelled = self._unlabelled_count(size, share_without_colour)
        own = [self._draw(segment, rng) for segment in self._segments]
        order = rng.permutation(self.coloured_clips)
        steps = self.steps(size, share_without_colour)
        step = min(size - unlabelled, self.coloured_clips)
        for number in range(steps):
            chosen = order[number * step : (number + 1) * step]
            drawn = [own[place] for place in chosen if place < len(own)]
            bundles = [self._catalogue.clips(*zip(*drawn, strict=True))] if drawn else []
            if self._composed:
                rows = self._coloured[chosen[chosen >= len(own)] - len(own)]
                others = rng.choice(self._others, unlabelled) if unlabelled else self._others[:0]
                bundles.append(self._composed.select(np.concatenate((rows, others))))
            yield MultimodalExamples.join(bundles)

    @property
    def _segments(self) -> list[tuple[int, ...]]:
        return [segment for segment in self._catalogue.segments for _ in range(CLIPS_PER_SEGMENT)]

    def _unlabelled_count(self, size: int, share: float) -> int:
        return round(size * share) if len(self._others) else 0

    def _draw(self, segment: tuple[int, ...], rng: np.random.Generator) -> Clip:
        speed = float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST))))
        alone = len(segment) == 1 or rng.random() < ALONE_SHARE
        count = 1 if alone else int(rng.integers(2, len(segment) + 1))
        places = np.sort(rng.choice(len(segment), count, replace=False))
        return tuple(segment[place] for place in places), speed
