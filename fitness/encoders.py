"""Embeddings of text and audio from pretrained encoders, as the fusion model takes them.

Scoring and training both use this code, so that a model gets the same vectors in both. The
packages are large and optional: they are imported when an encoder is loaded.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from fitness.errors import EncoderMissing, ScoringFailed
from fitness.hashed_text import (
    LIGHT_TEXT_ENCODER,
    LIGHT_TEXT_POOLING,
    HashedTextEncoder,
    has_words,
)
from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS

# Names of the ways in which an encoder's output becomes one vector, as manifests have them. A new
# way gets a new name.
TEXT_POOLING = "mean-over-attention-mask-1"
AUDIO_POOLING = "projection-l2-of-mean-of-10s-windows-1"
# Of older models: the ten seconds in the middle stand for the whole.
MIDDLE_POOLING = "projection-l2-of-middle-10s-1"
AUDIO_POOLINGS = (AUDIO_POOLING, MIDDLE_POOLING)

# Training's defaults; a manifest names its own.
TEXT_ENCODER = "microsoft/deberta-v3-base"
AUDIO_ENCODER = "laion/larger_clap_music"

INSTALL = "pip install 'composition-engine[encoders]'"
MAX_TOKENS = 512
# A tokenizer without its vocabulary loads without an error, and knows no word.
PROBE = "a song"
SAMPLE_RATE_HZ = 48_000
CROP_SECONDS = 10
CPU = "cpu"
# Weights, settings and vocabulary; a read-me beside them changes no vector.
DECISIVE = frozenset({".json", ".safetensors", ".bin", ".model", ".txt"})

Floats = NDArray[np.float32]


class EncodesText(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """Its name in manifests."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, ``(n, 768)`` float32; a text of no words is refused."""


def text_pooling(name: str) -> str:
    """How the text encoder of this name makes one vector of a text."""
    return LIGHT_TEXT_POOLING if name == LIGHT_TEXT_ENCODER else TEXT_POOLING


def mean_pool(hidden: NDArray[Any], mask: NDArray[Any]) -> Floats:
    """Average the tokens that are no padding.

    Args:
        hidden: ``(n, tokens, dimensions)``.
        mask: ``(n, tokens)``, 1 for a token and 0 for padding.

    Returns:
        ``(n, dimensions)``, float32.
    """
    weights = mask[:, :, np.newaxis].astype(np.float32)
    counts = np.maximum(weights.sum(axis=1), 1)
    return np.asarray((hidden * weights).sum(axis=1) / counts, dtype=np.float32)


def audio_windows(waveform: NDArray[Any], pooling: str = AUDIO_POOLING) -> list[Floats]:
    """The stretches of a recording that are encoded, of ten seconds at most.

    The encoder takes no more, and would itself choose a stretch by chance.

    Args:
        waveform: ``(samples,)`` at 48 kHz, mono, -1 to 1.
        pooling: one of ``AUDIO_POOLINGS``: as few evenly spaced windows as cover the recording,
            which overlap where it isn't a multiple of ten seconds; or the one in its middle.
    """
    size = CROP_SECONDS * SAMPLE_RATE_HZ
    spare = max(0, len(waveform) - size)
    count = 1 + -(-spare // size)
    if pooling == MIDDLE_POOLING or count == 1:
        starts = [spare // 2]
    else:
        starts = [spare * place // (count - 1) for place in range(count)]
    return [np.asarray(waveform[start : start + size], dtype=np.float32) for start in starts]


@dataclass(frozen=True)
class _Pretrained:
    """A model of transformers with what prepares its inputs.

    Attributes:
        name: a folder or a hub id.
        processor: a tokenizer, or a feature extractor.
        model: of transformers.
        device: that it runs on, as torch names it.
    """

    PROCESSOR_CLASS: ClassVar[str]  # of transformers
    MODEL_CLASS: ClassVar[str]

    name: str
    processor: Any
    model: Any
    device: str = CPU

    @classmethod
    def load(cls, name: str, device: str = CPU) -> Self:
        """Open an encoder; raises EncoderMissing if its package or its weights aren't here."""
        transformers = _package("transformers")
        transformers.utils.logging.disable_progress_bar()
        processor = _opened(name, getattr(transformers, cls.PROCESSOR_CLASS).from_pretrained)
        model = _trained(name, getattr(transformers, cls.MODEL_CLASS), device)
        return cls(name, processor, model, device)


class TextEncoder(_Pretrained):
    """Concepts and lyrics to vectors, with a DeBERTa or another encoder of its shape."""

    PROCESSOR_CLASS, MODEL_CLASS = "AutoTokenizer", "AutoModel"

    @classmethod
    def load(cls, name: str, device: str = CPU) -> Self:
        """Open an encoder, as of any kind; a tokenizer without a vocabulary is refused too."""
        encoder = super().load(name, device)
        words = encoder.processor(PROBE, add_special_tokens=False)["input_ids"]
        if set(words) <= {encoder.processor.unk_token_id}:
            raise EncoderMissing(f"encoder {name!r}: its tokenizer has no vocabulary")
        return encoder

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, ``(n, 768)`` float32; a text of no words is refused."""
        if not all(map(has_words, texts)):
            raise ScoringFailed("a text of no words has no embedding")
        # One at a time: padding and neighbours would change the last bits.
        vectors = np.concatenate([self._vector(text) for text in texts])
        return _of_width(vectors, TEXT_DIMENSIONS, self.name)

    def _vector(self, text: str) -> Floats:
        tokens = self.processor(
            [text], return_tensors="pt", truncation=True, max_length=MAX_TOKENS
        ).to(self.device)
        with _package("torch").inference_mode():
            hidden = self.model(**tokens).last_hidden_state
        return mean_pool(hidden.float().cpu().numpy(), tokens["attention_mask"].cpu().numpy())


class AudioEncoder(_Pretrained):
    """Recordings to vectors, with a CLAP model."""

    PROCESSOR_CLASS, MODEL_CLASS = "AutoFeatureExtractor", "ClapModel"

    def encode(
        self,
        waveforms: Sequence[NDArray[Any]],
        sample_rate_hz: int,
        pooling: str = AUDIO_POOLING,
    ) -> Floats:
        """Vectors of recordings: the mean direction of their windows.

        Args:
            waveforms: each ``(samples,)``, mono, -1 to 1.
            sample_rate_hz: of all of them; brought to 48 kHz.
            pooling: one of ``AUDIO_POOLINGS``.

        Returns:
            ``(n, 512)``, float32, each of length 1.

        Raises:
            ScoringFailed: if a recording is empty, not mono or not finite.
        """
        waves = [_at_48_khz(_mono(waveform), sample_rate_hz) for waveform in waveforms]
        vectors = np.concatenate([self._mean(audio_windows(wave, pooling)) for wave in waves])
        return _of_width(vectors, AUDIO_DIMENSIONS, self.name)

    def _mean(self, windows: Sequence[Floats]) -> Floats:
        # One at a time: in one batch a short clip would be treated as its longer neighbours are.
        vectors = np.concatenate([self._vector(window) for window in windows])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        if len(vectors) > 1:
            vectors = vectors.mean(axis=0, keepdims=True)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors)

    def _vector(self, clip: Floats) -> Floats:
        features = self.processor(clip, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt")
        with _package("torch").inference_mode():
            output = self.model.get_audio_features(**features.to(self.device))
        return np.asarray(output.pooler_output.float().cpu().numpy())


@lru_cache(maxsize=2)
def text_encoder(name: str, device: str = CPU) -> EncodesText:
    """The text encoder of this name, loaded once per process."""
    return HashedTextEncoder() if name == LIGHT_TEXT_ENCODER else TextEncoder.load(name, device)


@lru_cache(maxsize=1)
def audio_encoder(name: str, device: str = CPU) -> AudioEncoder:
    """The audio encoder of this name, loaded once per process."""
    return AudioEncoder.load(name, device)


def encoder_sha256(name: str) -> str | None:
    """Hash of everything in an encoder's folder that its vectors depend on.

    Args:
        name: a folder, a hub id, or an encoder that is part of the code.

    Returns:
        hex; None where the name is no folder.

    Raises:
        EncoderMissing: if a file can't be read.
    """
    folder = Path(name)
    if not folder.is_dir():
        return None
    whole = hashlib.sha256()
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix in DECISIVE and path.is_file():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                whole.update(f"{digest}  {path.name}\n".encode())
    except OSError as error:
        raise EncoderMissing(f"encoder {name!r}: {error.filename}: {error.strerror}") from error
    return whole.hexdigest()


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EncoderMissing(f"text and audio need the package {name}: {INSTALL}") from error


def _opened(name: str, load: Callable[..., Any], **settings: Any) -> Any:
    """What transformers loads; whatever it raises over a missing or broken file is one error."""
    try:
        return load(name, **settings)
    except Exception as error:
        reason = str(error).strip().partition("\n")[0][:200] or type(error).__name__
        raise EncoderMissing(
            f"encoder {name!r} can't be opened, here or on the hub: {reason} "
            f"(everything it needs: {INSTALL})"
        ) from error


def _trained(name: str, kind: Any, device: str) -> Any:
    """The model; transformers would fill in by chance what the files don't hold."""
    model, found = _opened(name, kind.from_pretrained, output_loading_info=True)
    if found["missing_keys"]:
        example = min(found["missing_keys"])
        raise EncoderMissing(f"encoder {name!r}: its file has no weights for {example}")
    return _opened(name, lambda _: model.eval().to(device))


def _mono(waveform: NDArray[Any]) -> Floats:
    array = np.asarray(waveform, dtype=np.float32)
    if array.ndim != 1 or not len(array):
        raise ScoringFailed(f"audio of shape {array.shape}: expected one channel of samples")
    if not np.isfinite(array).all():
        raise ScoringFailed("audio: not finite")
    return array


def _at_48_khz(waveform: Floats, sample_rate_hz: int) -> Floats:
    if sample_rate_hz == SAMPLE_RATE_HZ:
        return waveform
    resample = _package("librosa").resample
    return np.asarray(resample(waveform, orig_sr=sample_rate_hz, target_sr=SAMPLE_RATE_HZ))


def _of_width(vectors: Floats, dimensions: int, name: str) -> Floats:
    if vectors.shape[1] != dimensions or not np.isfinite(vectors).all():
        raise ScoringFailed(
            f"encoder {name!r}: expected {dimensions} finite numbers, found {vectors.shape[1]}"
        )
    return vectors
