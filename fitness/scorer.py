"""The public face of the fusion model: what it hears in a part, and which part fits a colour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import Chromatic, chromatic
from fitness.colours import Colour, find_colour
from fitness.encoders import SAMPLE_RATE_HZ, audio_encoder, text_encoder
from fitness.errors import EncoderMissing
from fitness.fusion import ALL_CORES, DEFAULT_CHUNK, FusionModel
from fitness.heard import Candidate, Heard, hear
from fitness.manifest import LEGACY_ENCODERS, EncoderSpec, check_encoder
from fitness.predictions import Embeddings, Predictions
from fitness.readings import Match, Reading
from fitness.roll import WINDOW_SECONDS


class ChromaticScorer:
    """Scores parts with one model file.

    Attributes:
        model: the file, recognised and checked.
    """

    def __init__(
        self, model_path: Path | str, *, workers: int = ALL_CORES, chunk: int = DEFAULT_CHUNK
    ) -> None:
        self.model = FusionModel.load(model_path, workers=workers, chunk=chunk)
        self._checked: set[str] = set()

    def score(
        self,
        midi_bytes: bytes,
        audio_waveform: NDArray[Any] | None = None,
        concept_text: str | None = None,
        *,
        lyric_text: str | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
    ) -> Reading:
        """What the model hears in a MIDI file.

        Args:
            midi_bytes: the file.
            audio_waveform: ``(samples,)`` of a recording, mono, -1 to 1.
            concept_text: what the song is about.
            lyric_text: what is sung.
            sample_rate_hz: of the recording.

        Raises:
            ScoringFailed: if it can't be scored: unreadable, silent, or the model failed.
            EncoderMissing: if text or audio is given and its encoder isn't here.
        """
        heard = hear(midi_bytes, "this file")
        given = self.embed(audio_waveform, concept_text, lyric_text, sample_rate_hz)
        predictions = self.model.hear([heard], given, ["this file"])
        return self._readings(predictions, [heard], given)[0]

    def score_batch(
        self,
        candidates: Sequence[Candidate],
        colour: Colour | str,
        *,
        concept_text: str | None = None,
        lyric_text: str | None = None,
        names: Sequence[str] | None = None,
    ) -> list[Match]:
        """Candidates by how well they match a colour, best first.

        Those that the model is not confident of come after all others. Equals stay in the order
        they were handed in.

        Args:
            candidates: MIDI files, or parts with their tempo.
            colour: or its name or letter.
            concept_text: what the song is about.
            lyric_text: what is sung.
            names: what errors call each candidate, such as its file.

        Raises:
            ScoringFailed: naming the candidate that can't be scored.
            EncoderMissing: if text is given and its encoder isn't here.
            ValueError: if there is no such colour.
        """
        target = find_colour(colour) if isinstance(colour, str) else colour
        if not candidates:
            return []
        names = names or [f"candidate {index}" for index in range(len(candidates))]
        music = [hear(candidate, name) for candidate, name in zip(candidates, names, strict=True)]
        given = self.embed(None, concept_text, lyric_text)
        predictions = self.model.hear(music, given, names)
        term = chromatic(predictions, target)
        readings = self._readings(predictions, music, given)
        order = self.ranking(predictions, term).tolist()
        return [Match.ranked(readings[i], rank, i, term) for rank, i in enumerate(order, start=1)]

    def ranking(self, predictions: Predictions, term: Chromatic) -> NDArray[np.intp]:
        """Indices of a batch, best first: the gate, then the term, then the order handed in."""
        values = np.zeros(len(predictions)) if term.values is None else term.values
        return np.lexsort((-values, ~self.model.passes(predictions)))

    def embed(
        self,
        audio_waveform: NDArray[Any] | None = None,
        concept_text: str | None = None,
        lyric_text: str | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
    ) -> Embeddings:
        """Encode what accompanies a part, with the encoders that the model learned from.

        Raises:
            EncoderMissing: if one of them isn't here.
            ManifestRefused: if one of them is another than the manifest says.
            ScoringFailed: if a text has no words or a recording can't be used.
        """
        audio = concept = lyric = None
        if audio_waveform is not None:
            audio = audio_encoder(self._encoder("audio")).encode([audio_waveform], sample_rate_hz)
        if concept_text is not None:
            concept = text_encoder(self._encoder("concept")).encode([concept_text])
        if lyric_text is not None:
            lyric = text_encoder(self._encoder("lyric")).encode([lyric_text])
        return Embeddings(audio, concept, lyric)

    def _encoder(self, kind: str) -> str:
        """Name of the encoder for an input; its files are compared once, they may be large."""
        manifest = self.model.manifest
        encoders = manifest.encoders if manifest else LEGACY_ENCODERS
        spec: EncoderSpec | None = getattr(encoders, kind)
        if spec is None:
            raise EncoderMissing(f"{self.model.path.name} learned without {kind}: leave it out")
        if kind not in self._checked:
            check_encoder(spec, kind)
            self._checked.add(kind)
        return spec.name

    def _readings(
        self, predictions: Predictions, music: Sequence[Heard], given: Embeddings
    ) -> list[Reading]:
        passes = self.model.passes(predictions).tolist()
        remarks = [(*heard.warnings, *self._remarks(heard, given)) for heard in music]
        return [
            Reading.of(predictions, index, passes=passes[index], warnings=remarks[index])
            for index in range(len(music))
        ]

    def _remarks(self, heard: Heard, given: Embeddings) -> list[str]:
        remarks = []
        if heard.seconds > WINDOW_SECONDS:
            remarks.append(f"{heard.seconds:.1f} seconds long: only {WINDOW_SECONDS} are scored")
        if self.model.profile.is_legacy and given.concept is None:
            remarks.append(self.model.absent_concept)
        return remarks
