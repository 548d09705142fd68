"""Training clips: a person's songs, mixed at random in every epoch, and composed songs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training.composed.examples import NO_COLOUR
from training.dataset.catalogue import Catalogue
from training.dataset.examples import MultimodalExamples
from training.fusion.batches import AUGMENTATIONS, MIXES, TEMPO, TEXTS

# Of each segment in an epoch; a part alone as often as a mix.
CLIPS_PER_SEGMENT = 4
ALONE_SHARE = 0.5
# On a scale of octaves.
SLOWEST, FASTEST = 0.88, 1.14

# Of clips whose concept is read as one of its variants.
VARIANT_SHARE = 0.5
# By what clips are weighted: every colour alike, every song of a colour alike.
BY_CLASS, BY_SONG = "class", "song"
WEIGHTS = frozenset({BY_CLASS, BY_SONG})
MAX_WEIGHT = 10.0  # of a clip of a rare colour or a short song, beside the mean

Clip = tuple[tuple[int, ...], float, int]  # places of rows, how many times as fast, variant


class ClipSampler:
    """Clips of a catalogue, mixed with composed ones.

    A clip of a segment is one of its tracks or a random subset, in a tempo of its own: what a
    search asks about are parts alone and unfinished mixes, and both are seen here.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        composed: MultimodalExamples | None = None,
        augmented: frozenset[str] = AUGMENTATIONS,
        weighted: frozenset[str] = frozenset(),
    ) -> None:
        """Take what is learned from.

        Args:
            catalogue: the training songs and no others.
            composed: songs, and fakes without a colour; their training part alone.
            augmented: those of ``AUGMENTATIONS`` that are done.
            weighted: those of ``WEIGHTS`` that the clips are weighted by.
        """
        self._catalogue = catalogue
        self._composed = composed
        self._augmented = augmented
        self._variants = len(catalogue.vectors.variants) if TEXTS in augmented else 0
        self._weights = weights_of(catalogue, weighted)
        colours = composed.colour if composed else np.zeros(0, np.int8)
        self._coloured = np.flatnonzero(colours != NO_COLOUR)
        self._others = np.flatnonzero(colours == NO_COLOUR)
        own = catalogue.examples()
        rows = [own.features[own.has_midi]]
        rows += [composed.features[self._coloured]] if composed else []
        self._features = np.concatenate(rows)
        self._prosody = own.prosody[own.has_prosody]

    @property
    def prosody(self) -> NDArray[np.float32]:
        """Of every clip that is sung."""
        return self._prosody

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
            bundles = [self._weighted_clips(drawn)] if drawn else []
            if self._composed:
                rows = self._coloured[chosen[chosen >= len(own)] - len(own)]
                others = rng.choice(self._others, unlabelled) if unlabelled else self._others[:0]
                bundles.append(self._composed.select(np.concatenate((rows, others))))
            yield MultimodalExamples.join(bundles)

    def _weighted_clips(self, drawn: list[Clip]) -> MultimodalExamples:
        places, speeds, variants = zip(*drawn, strict=True)
        clips = self._catalogue.clips(places, speeds, variants if self._variants else None)
        return replace(clips, weight=self._weights[[rows[0] for rows in places]])

    @property
    def _segments(self) -> list[tuple[int, ...]]:
        return [segment for segment in self._catalogue.segments for _ in range(CLIPS_PER_SEGMENT)]

    def _unlabelled_count(self, size: int, share: float) -> int:
        return round(size * share) if len(self._others) else 0

    def _draw(self, segment: tuple[int, ...], rng: np.random.Generator) -> Clip:
        # Everything is drawn whatever is done, so that a switch changes nothing besides.
        speed = float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST))))
        alone = len(segment) == 1 or rng.random() < ALONE_SHARE or MIXES not in self._augmented
        count = 1 if alone else int(rng.integers(2, len(segment) + 1))
        places = np.sort(rng.choice(len(segment), count, replace=False))
        variant = -1
        if self._variants and rng.random() < VARIANT_SHARE:
            variant = int(rng.integers(self._variants))
        speed = speed if TEMPO in self._augmented else 1.0
        return tuple(segment[place] for place in places), speed, variant


def weights_of(catalogue: Catalogue, weighted: frozenset[str]) -> NDArray[np.float32]:
    """``(rows,)`` how much a clip of each row counts in the loss; 1 on average over the segments.

    By class, all colours count alike, as ``balanced`` class weights have it; by song, all songs of
    a colour do, however many segments they have. None counts more than ten times the mean.
    """
    rows = catalogue.rows
    segments = [segment[0] for segment in catalogue.segments]
    by_song = Counter(rows[place].song_id for place in segments)
    colours = Counter(rows[place].colour for place in segments)
    songs: dict[int, set[str]] = {}
    for place in segments:
        songs.setdefault(rows[place].colour, set()).add(rows[place].song_id)
    weights = np.ones(len(rows), np.float64)
    for place in set(catalogue.tracks()):
        row = rows[place]
        if BY_SONG in weighted:
            mean = colours[row.colour] / len(songs[row.colour])
            weights[place] *= mean / by_song[row.song_id]
        if BY_CLASS in weighted:
            weights[place] *= len(segments) / (len(colours) * colours[row.colour])
    weights = np.clip(weights, 1 / MAX_WEIGHT, MAX_WEIGHT)
    mean = float(weights[segments].mean()) if segments else 1.0
    return np.asarray(weights / mean, dtype=np.float32)
