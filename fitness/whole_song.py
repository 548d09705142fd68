"""Scores of whole songs, which are longer than the window of the model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic
from fitness.colours import Colour
from fitness.encoders import SAMPLE_RATE_HZ
from fitness.errors import EncoderMissing
from fitness.excerpts import Excerpt
from fitness.predictions import Embeddings
from fitness.roll import WINDOW_SECONDS
from fitness.scorer import ChromaticScorer
from genomes import Meter, Part, TempoMap
from genomes.splicing import cut

Recording = tuple[NDArray[np.float32], int]


class SongScorer:
    """Scores whole songs against one colour, window by window.

    Attributes:
        notes: what a person should know about how these scores come about.
    """

    def __init__(self, scorer: ChromaticScorer, colour: Colour) -> None:
        """Take the scorer, and the colour that songs are meant to have."""
        self._scorer = scorer
        self._colour = colour
        self.notes: list[str] = []

    @property
    def takes_audio(self) -> bool:
        """Whether the model was trained with recordings, and takes one."""
        manifest = self._scorer.model.manifest
        return manifest is not None and manifest.encoders.audio is not None

    def chromatic(
        self,
        song: Part,
        meter: Meter,
        tempo_map: TempoMap,
        concept: str = "",
        audio: Recording | None = None,
    ) -> float | None:
        """How well a song matches the colour, 0 to 1; None where the model can't tell.

        It is the mean over windows of whole bars, weighted by their lengths. Silent windows are
        left out; for a song that is silent the result is None. Text and audio are used where the
        model was trained with them and their encoders are installed.

        Args:
            song: all parts together.
            meter: of the song.
            tempo_map: one tempo throughout.
            concept: what the song is about.
            audio: ``(samples,)`` of a recording, mono, and its samples per second.
        """
        parts = list(windows(song, meter, tempo_map))
        if not parts:
            return None
        excerpts = [Excerpt(part, tempo_map, meter) for part in parts]
        predictions = self._scorer.model.predict_excerpts(excerpts, self._embed(concept, audio))
        found = chromatic(predictions, self._colour)
        if found.values is None:
            return None
        lengths = [part.length_ticks for part in parts]
        return float(np.average(found.values, weights=lengths))

    def _embed(self, concept: str, audio: Recording | None) -> Embeddings:
        """Vectors of text and audio for every window; without them where an encoder is missing."""
        manifest = self._scorer.model.manifest
        if manifest is None:
            return Embeddings()
        text = concept if concept and manifest.encoders.concept else None
        samples, rate = audio if audio and self.takes_audio else (None, SAMPLE_RATE_HZ)
        try:
            return self._scorer.embed(samples, text, sample_rate_hz=rate)
        except EncoderMissing as missing:
            if str(missing) not in self.notes:
                self.notes.append(str(missing))
            return Embeddings()


def windows(song: Part, meter: Meter, tempo_map: TempoMap) -> Iterator[Part]:
    """Windows of as many whole bars as fit the model's, one at least; silent ones are left out."""
    bar_seconds = float(tempo_map.seconds(meter.bar_ticks))
    length_ticks = max(1, int(WINDOW_SECONDS / bar_seconds)) * meter.bar_ticks
    for onset in range(0, song.length_ticks, length_ticks):
        window = cut(song, onset, min(length_ticks, song.length_ticks - onset))
        if len(window.notes):
            yield window
