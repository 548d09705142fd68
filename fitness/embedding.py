"""What accompanies a model's notes as vectors: texts, a recording, the kind of section.

Each is encoded as the model's manifest says that training did it, in runs, scores and explanations
alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from fitness.encoders import SAMPLE_RATE_HZ, audio_encoder, text_encoder
from fitness.errors import EncoderMissing
from fitness.fusion import FusionModel
from fitness.hashed_text import has_words
from fitness.manifest import LEGACY_ENCODERS, OPTION_VERSIONS, EncoderSpec, check_encoder
from fitness.predictions import Embeddings
from fitness.prosody import prosody_matrix
from fitness.section_types import section_row


@dataclass(frozen=True, slots=True)
class Texts:
    """What is known in words about a section of a song; empty where nothing is.

    Attributes:
        concept: what the song is about.
        lyric: what is sung, a line of it on a line.
        section: its label, such as ``"verse"``.
    """

    concept: str = ""
    lyric: str = ""
    section: str = ""


NO_TEXTS = Texts()


class Embedder:
    """Encodes what accompanies the notes with the encoders that a model was trained with."""

    def __init__(self, model: FusionModel) -> None:
        """Take the model; its encoders are loaded when something is encoded."""
        self._model = model
        self._checked: set[str] = set()

    def embed(
        self,
        audio_waveform: NDArray[Any] | None = None,
        concept_text: str | None = None,
        lyric_text: str | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
        section: str = "",
    ) -> Embeddings:
        """Encode exactly what is given.

        Args:
            audio_waveform: ``(samples,)`` of a recording, mono, -1 to 1.
            concept_text: what the song is about.
            lyric_text: what is sung.
            sample_rate_hz: of the recording.
            section: label of the section; read where the model takes it.

        Raises:
            EncoderMissing: if an encoder isn't here, or the model learned without this input.
            ManifestRefused: if an encoder is another than the manifest says.
            ScoringFailed: if a text has no words or a recording can't be used.
        """
        audio = concept = lyric = prosody = section_type = None
        if audio_waveform is not None:
            spec = self._encoder("audio")
            encoder = audio_encoder(spec.name)
            audio = encoder.encode([audio_waveform], sample_rate_hz, spec.pooling)
        if concept_text is not None:
            concept = text_encoder(self._encoder("concept").name).encode([concept_text])
        if lyric_text is not None:
            lyric = text_encoder(self._encoder("lyric").name).encode([lyric_text])
            if "prosody" in self._model.profile.options:
                prosody = prosody_matrix([lyric_text])
        if section and "section" in self._model.profile.options:
            section_type = section_row(section)[None]
        return Embeddings(audio, concept, lyric, prosody, section_type)

    def embed_texts(self, texts: Texts) -> Embeddings:
        """Encode those texts that the model learned from.

        Raises:
            EncoderMissing, ManifestRefused: as ``embed``.
        """
        given = self.taken(texts)
        return self.embed(
            concept_text=given.concept or None,
            lyric_text=given.lyric or None,
            section=given.section,
        )

    @property
    def takes_texts(self) -> bool:
        """Whether the model learned from anything that ``Texts`` has."""
        manifest = self._model.manifest
        if manifest is None:
            return False
        encoders, options = manifest.encoders, self._model.profile.options
        return bool(encoders.concept or encoders.lyric or options)

    def taken(self, texts: Texts) -> Texts:
        """The texts that the model learned from and that have words; the others are empty.

        None of an older model without a manifest: nothing says what encoded its texts.
        """
        manifest = self._model.manifest
        if manifest is None:
            return NO_TEXTS
        encoders, options = manifest.encoders, self._model.profile.options
        return Texts(
            texts.concept if encoders.concept and has_words(texts.concept) else "",
            texts.lyric if encoders.lyric and has_words(texts.lyric) else "",
            texts.section if "section" in options else "",
        )

    def names(self, texts: Texts) -> dict[str, str]:
        """What is given to the model of these texts: the input, and what makes a vector of it."""
        given, manifest = self.taken(texts), self._model.manifest
        if manifest is None:
            return {}
        specs = {"concept": manifest.encoders.concept, "lyric": manifest.encoders.lyric}
        found = {
            kind: f"{spec.name} {spec.pooling}"
            for kind, spec in specs.items()
            if spec is not None and getattr(given, kind)
        }
        options = {"prosody": given.lyric, "section": given.section}
        for option in self._model.profile.options:
            if options[option]:
                found[option] = OPTION_VERSIONS[option]
        return found

    def _encoder(self, kind: str) -> EncoderSpec:
        """The encoder of an input; its files are hashed once, they may be large."""
        manifest = self._model.manifest
        encoders = manifest.encoders if manifest else LEGACY_ENCODERS
        spec: EncoderSpec | None = getattr(encoders, kind)
        if spec is None:
            raise EncoderMissing(f"{self._model.path.name} learned without {kind}: leave it out")
        if kind not in self._checked:
            check_encoder(spec, kind)
            self._checked.add(kind)
        return spec
