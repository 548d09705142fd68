"""A whole song as the model hears it: in stretches as long as it can listen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic
from fitness.colours import Colour
from fitness.encoders import SAMPLE_RATE_HZ
from fitness.errors import EncoderMissing
from fitness.heard import Heard
from fitness.predictions import Embeddings
from fitness.roll import WINDOW_SECONDS
from fitness.scorer import ChromaticScorer
from genomes import Meter, Part, TempoMap
from genomes.splicing import cut

Recording = tuple[NDArray[np.float32], int]


class WholeSong:
    """Scores whole songs against one colour.

    Attributes:
        notes: what a person should know of how these scores come about.
    """

    def __init__(self, scorer: ChromaticScorer, colour: Colour) -> None:
        """Take the model, and the colour that songs are meant to have."""
        self._scorer = scorer
        self._colour = colour
        self.notes: list[str] = []

    @property
    def learned_audio(self) -> bool:
        """Whether the model learned from recordings, and wants one."""
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

        It is the mean over stretches of whole bars, weighed by their lengths; silent ones are left
        out, and of a song that is silent nothing can be told. Text and audio are listened to where
        the model learned from them, and their encoders are installed.

        Args:
            song: all parts together.
            meter: of the song.
            tempo_map: one tempo throughout.
            concept: what the song is about.
            audio: ``(samples,)`` of a recording, mono, and its samples per second.
        """
        heard = list(stretches(song, meter, tempo_map))
        if not heard:
            return None
        music = [Heard(stretch, tempo_map, meter) for stretch in heard]
        predictions = self._scorer.model.hear(music, self._beside(concept, audio))
        found = chromatic(predictions, self._colour)
        if found.values is None:
            return None
        lengths = [stretch.length_ticks for stretch in heard]
        return float(np.average(found.values, weights=lengths))

    def _beside(self, concept: str, audio: Recording | None) -> Embeddings:
        """What accompanies every stretch."""
        manifest = self._scorer.model.manifest
        if manifest is None:
            return Embeddings()
        text = concept if concept and manifest.encoders.concept else None
        samples, rate = audio if audio and self.learned_audio else (None, SAMPLE_RATE_HZ)
        try:
            return self._scorer.embed(samples, text, sample_rate_hz=rate)
        except EncoderMissing as missing:
            if str(missing) not in self.notes:
                self.notes.append(str(missing))
            return Embeddings()


def stretches(song: Part, meter: Meter, tempo_map: TempoMap) -> Iterator[Part]:
    """Stretches of as many bars as the model can hear at once, one at least, that aren't silent."""
    bar_seconds = float(tempo_map.seconds(meter.bar_ticks))
    length_ticks = max(1, int(WINDOW_SECONDS / bar_seconds)) * meter.bar_ticks
    for onset in range(0, song.length_ticks, length_ticks):
        stretch = cut(song, onset, min(length_ticks, song.length_ticks - onset))
        if len(stretch.notes):
            yield stretch
