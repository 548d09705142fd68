"""The public face of the fusion model: predictions for a part, and parts ranked by a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import Chromatic, chromatic
from fitness.colours import AXES, COLOUR_NAMES, Colour, find_colour
from fitness.embedding import NO_TEXTS, Embedder, Texts
from fitness.encoders import SAMPLE_RATE_HZ
from fitness.excerpts import Candidate, Excerpt, as_excerpt
from fitness.fusion import ALL_CORES, DEFAULT_CHUNK, DEFAULT_MODEL, FusionModel
from fitness.predictions import Embeddings, Floats, Predictions
from fitness.roll import WINDOW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The model's prediction for one part, in plain values.

    Attributes:
        modes: for each axis, the probability of each of its modes.
        colour: the probability of each colour; None if the model has no such output.
        confidence: whether this is music that the model knows, 0 to 1.
        passes: whether the confidence reaches the model's threshold.
        warnings: what a person should know about this prediction.
    """

    modes: dict[str, dict[str, float]]
    colour: dict[str, float] | None
    confidence: float
    passes: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Prediction):
    """A prediction, and how well it fits the wanted colour.

    Attributes:
        rank: 1 is the best.
        index: of the candidate, in the order given.
        chromatic: 0 to 1; None if the model can't tell this colour.
    """

    rank: int
    index: int
    chromatic: float | None


def row_values(predictions: Predictions, index: int) -> dict[str, Any]:
    """Modes, colour and confidence of one row: fields of a ``Prediction``."""
    rows = zip(AXES.items(), predictions.axes[index], strict=True)
    colours = predictions.colour
    return {
        "modes": {axis: _named(modes, row) for (axis, modes), row in rows},
        "colour": None if colours is None else _named(COLOUR_NAMES, colours[index]),
        "confidence": float(predictions.confidence[index]),
    }


def _named(names: tuple[str, ...], row: Floats) -> dict[str, float]:
    return dict(zip(names, row.tolist(), strict=True))


class ChromaticScorer:
    """Scores parts with one model file.

    Attributes:
        model: the file, recognised and checked.
    """

    def __init__(
        self,
        model_path: Path | str = DEFAULT_MODEL,
        *,
        workers: int = ALL_CORES,
        chunk: int = DEFAULT_CHUNK,
    ) -> None:
        """Open a model file, by default the one that ships.

        Args:
            model_path: of the ``.onnx`` file; its manifest lies beside it.
            workers: how many chunks run side by side, 0 for one a core.
            chunk: how many parts go through the model at once; scores don't depend on it.

        Raises:
            ModelError: if there is no such file, or it can't be used.
        """
        self.model = FusionModel.load(model_path, workers=workers, chunk=chunk)
        self._embedder = Embedder(self.model)

    def score(
        self,
        midi_bytes: bytes,
        audio_waveform: NDArray[Any] | None = None,
        concept_text: str | None = None,
        *,
        lyric_text: str | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
    ) -> Prediction:
        """Predict the modes and the colour of a MIDI file.

        Args:
            midi_bytes: the file.
            audio_waveform: ``(samples,)`` of a recording, mono, -1 to 1.
            concept_text: what the song is about.
            lyric_text: the words that are sung.
            sample_rate_hz: of the recording.

        Raises:
            ScoringFailed: if it can't be scored: unreadable, silent, or the model failed.
            EncoderMissing: if text or audio is given and its encoder isn't here.
        """
        excerpt = as_excerpt(midi_bytes, "this file")
        embeddings = self.embed(audio_waveform, concept_text, lyric_text, sample_rate_hz)
        predictions = self.model.predict_excerpts([excerpt], embeddings, ["this file"])
        (passes,) = self.model.passes(predictions).tolist()
        warnings = self._warnings(excerpt, embeddings)
        return Prediction(**row_values(predictions, 0), passes=passes, warnings=warnings)

    def score_batch(
        self,
        candidates: Sequence[Candidate],
        colour: Colour | str,
        *,
        concept_text: str | None = None,
        lyric_text: str | None = None,
        names: Sequence[str] | None = None,
    ) -> list[Match]:
        """Rank candidates by how well they match a colour, best first.

        Those below the confidence threshold come after all others. Equal ones stay in the order
        given.

        Args:
            candidates: MIDI files, or parts with their tempo.
            colour: or its name or letter.
            concept_text: what the song is about.
            lyric_text: the words that are sung.
            names: of the candidates in error messages, such as their files.

        Raises:
            ScoringFailed: naming the candidate that can't be scored.
            EncoderMissing: if text is given and its encoder isn't here.
            ValueError: if there is no such colour.
        """
        target = find_colour(colour) if isinstance(colour, str) else colour
        if not candidates:
            return []
        names = names or [f"candidate {index}" for index in range(len(candidates))]
        excerpts = [as_excerpt(*pair) for pair in zip(candidates, names, strict=True)]
        embeddings = self.embed(None, concept_text, lyric_text)
        predictions = self.model.predict_excerpts(excerpts, embeddings, names)
        passes = self.model.passes(predictions).tolist()
        term = chromatic(predictions, target)
        reason = (term.reason,) if term.reason else ()
        return [
            Match(
                **row_values(predictions, index),
                passes=passes[index],
                warnings=(*self._warnings(excerpts[index], embeddings), *reason),
                rank=rank,
                index=index,
                chromatic=None if term.values is None else float(term.values[index]),
            )
            for rank, index in enumerate(self.ranking(predictions, term).tolist(), start=1)
        ]

    def ranking(self, predictions: Predictions, term: Chromatic) -> NDArray[np.intp]:
        """Indices of a batch, best first: by the threshold, then the term, then the order given."""
        values = np.zeros(len(predictions)) if term.values is None else term.values
        return np.lexsort((-values, ~self.model.passes(predictions)))

    def embed(
        self,
        audio_waveform: NDArray[Any] | None = None,
        concept_text: str | None = None,
        lyric_text: str | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
        others: Texts | None = None,
    ) -> Embeddings:
        """Encode audio and texts with the encoders that the model was trained with.

        Args:
            audio_waveform: ``(samples,)`` of a recording, mono, -1 to 1.
            concept_text: what the song is about.
            lyric_text: the words that are sung.
            sample_rate_hz: of the recording.
            others: texts in place of those that aren't given, where the model takes them.

        Raises:
            EncoderMissing: if one of them isn't here.
            ManifestRefused: if one of them is another than the manifest says.
            ScoringFailed: if a text has no words or a recording can't be used.
        """
        taken = self._embedder.taken(others or NO_TEXTS)
        concept = taken.concept or None if concept_text is None else concept_text
        lyric = taken.lyric or None if lyric_text is None else lyric_text
        return self._embedder.embed(audio_waveform, concept, lyric, sample_rate_hz, taken.section)

    def _warnings(self, excerpt: Excerpt, embeddings: Embeddings) -> tuple[str, ...]:
        found = list(excerpt.warnings)
        if excerpt.seconds > WINDOW_SECONDS:
            found.append(f"{excerpt.seconds:.1f} seconds long: only {WINDOW_SECONDS} are scored")
        if self.model.profile.is_legacy and embeddings.concept is None:
            found.append(self.model.absent_concept)
        return tuple(found)
