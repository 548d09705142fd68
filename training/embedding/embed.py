"""Every text and recording of a folder to its vector, each content once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from fitness.encoders import (
    AUDIO_ENCODER,
    AUDIO_POOLING,
    CPU,
    MIDDLE_POOLING,
    TEXT_ENCODER,
    audio_encoder,
    encoder_sha256,
    text_encoder,
    text_pooling,
)
from fitness.errors import EncoderMissing, ScoringFailed
from fitness.hashed_text import LIGHT_TEXT_ENCODER, has_words
from fitness.manifest import Encoders, EncoderSpec
from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS
from training.embedding.tables import (
    EmbeddingsNote,
    Floats,
    VectorStore,
    content_key,
    read_inputs,
    variants_made_by,
    with_vectors,
    write_note,
    write_variants,
)
from training.progress import Progress, Update
from training.schemas import (
    AUDIO_EMBEDDINGS_FILE,
    MIDDLE_EMBEDDINGS_FILE,
    TEXT_EMBEDDINGS_FILE,
    VARIANTS_FILE,
    write_table,
)
from training.text.variants import VARIANTS, variants

# How many go to disk together: a kill loses as much.
TEXTS_AT_ONCE, RECORDINGS_AT_ONCE = 32, 8

VECTORS = "embeddings"
# Columns of texts by the modality that they are.
TEXT_COLUMNS = {"concept": "concept", "lyric": "lyric_text"}
AUTO = "auto"
NO_TEXT = f"--text-encoder takes a folder too; {LIGHT_TEXT_ENCODER!r} needs no download"
NO_AUDIO = "--audio-encoder takes a folder too; --no-audio leaves recordings out"

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """The encoders to use.

    Attributes:
        text: a folder, a hub id or the light encoder's name.
        audio: a folder or a hub id; None leaves recordings out.
        device: in torch's words, or ``"auto"``: a GPU if there is one.
        compares_windows: whether to write a second table of recordings, of the ten seconds in their
            middle, for the ablation.
        variants: of each concept, for training; 0 for none.
    """

    text: str = TEXT_ENCODER
    audio: str | None = AUDIO_ENCODER
    device: str = AUTO
    compares_windows: bool = False
    variants: int = VARIANTS


def text_spec(name: str) -> EncoderSpec:
    """What a manifest says of this text encoder."""
    return EncoderSpec(name, text_pooling(name), encoder_sha256(name))


def audio_spec(name: str, pooling: str = AUDIO_POOLING) -> EncoderSpec:
    """What a manifest says of this audio encoder."""
    return EncoderSpec(name, pooling, encoder_sha256(name))


def embed(folder: Path, encoders: EncoderChoice, progress: Progress) -> dict[str, Any]:
    """Embed everything, and write it as tables; gives a summary.

    Raises:
        ValueError: if a table or a recording can't be read.
        EncoderMissing: if an encoder isn't here, with what can be done.
    """
    table = read_inputs(folder)
    spec = text_spec(encoders.text)
    texts = {name: _texts_with_words(table[column]) for name, column in TEXT_COLUMNS.items()}
    distinct = dict.fromkeys(text for column in texts.values() for text in column if text)
    found = text_vectors(folder, spec, distinct, encoders.device, progress)
    keys = {
        name: [None if text is None else found.of[text] for text in column]
        for name, column in texts.items()
    }
    names = [name or None for name in table["segment_audio_file"].to_pylist()]
    audio = _recordings(folder, names, encoders, progress)
    segments = table.select(["segment_id"])
    by_recording = with_vectors(segments, "audio", audio.keys, audio.store)
    if encoders.compares_windows:
        middle = _recordings(folder, names, encoders, progress, MIDDLE_POOLING)
        of_middle = with_vectors(segments, "audio", middle.keys, middle.store)
        write_table(of_middle, folder / MIDDLE_EMBEDDINGS_FILE)
    for name in TEXT_COLUMNS:
        table = with_vectors(table, name, keys[name], found.store)
    keys["audio"] = audio.keys
    counts = {name: sum(key is not None for key in column) for name, column in keys.items()}
    write_table(table, folder / TEXT_EMBEDDINGS_FILE)
    write_table(by_recording, folder / AUDIO_EMBEDDINGS_FILE)
    concepts = sorted({text for text in texts["concept"] if text})
    _write_variants(folder, spec, concepts, encoders, progress)
    write_note(EmbeddingsNote(Encoders(spec, spec, audio.spec), len(names), counts), folder)
    return {
        "rows": len(names),
        "with": counts,
        "encoded_now": {"texts": found.encoded, "recordings": audio.encoded},
        "recordings_not_here": audio.not_here,
    }


def _write_variants(
    folder: Path,
    spec: EncoderSpec,
    concepts: Sequence[str],
    encoders: EncoderChoice,
    progress: Progress,
) -> None:
    """Embed variants of the concepts for training; none where none are wanted."""
    if not encoders.variants or not concepts:
        (folder / VARIANTS_FILE).unlink(missing_ok=True)
        return
    varied = [variants(text, encoders.variants) for text in concepts]
    distinct = dict.fromkeys(text for texts in varied for text in texts)
    found = text_vectors(folder, spec, distinct, encoders.device, progress)
    vectors = np.stack([[found.store[found.of[text]] for text in texts] for texts in varied])
    write_variants(folder, concepts, vectors.astype(np.float32), variants_made_by(spec))


def _texts_with_words(column: Any) -> list[str | None]:
    return [text if text and has_words(text) else None for text in column.to_pylist()]


@dataclass(frozen=True, slots=True, eq=False)
class TextKeys:
    """The key of each text's vector, the store that has them, and how many were encoded now."""

    of: dict[str, str]
    store: VectorStore
    encoded: int


def text_vectors(
    folder: Path, spec: EncoderSpec, texts: Iterable[str], device: str, progress: Progress
) -> TextKeys:
    """Vectors of texts, from the folder's cache or encoded now."""
    store = VectorStore(folder / VECTORS / _folder_name("text", spec), TEXT_DIMENSIONS)
    keys = {text: content_key(text.encode()) for text in texts}

    def encode(text: str) -> Floats:
        encoder = text_encoder(spec.name, _device(device, spec.name))
        vector: Floats = encoder.encode([text])[0]
        return vector

    sources = {key: text for text, key in keys.items()}
    encoded = _fill(store, sources, encode, TEXTS_AT_ONCE, progress("texts"), NO_TEXT)
    return TextKeys(keys, store, encoded)


@dataclass(frozen=True, slots=True, eq=False)
class _Recordings:
    keys: list[str | None]
    store: VectorStore | None
    spec: EncoderSpec | None
    encoded: int
    not_here: int


def _recordings(
    folder: Path,
    names: Sequence[str | None],
    encoders: EncoderChoice,
    progress: Progress,
    pooling: str = AUDIO_POOLING,
) -> _Recordings:
    if encoders.audio is None:
        return _Recordings([None] * len(names), None, None, 0, 0)
    spec = audio_spec(encoders.audio, pooling)
    store = VectorStore(folder / VECTORS / _folder_name("audio", spec), AUDIO_DIMENSIONS)
    named = [None if name is None else folder / name for name in names]
    distinct = [path for path in dict.fromkeys(named) if path is not None]
    update = progress("recordings' content")
    key_of: dict[Path, str] = {}
    for done, path in enumerate(distinct, start=1):
        if path.is_file():
            with path.open("rb") as file:
                key_of[path] = hashlib.file_digest(file, "sha256").hexdigest()
        update(done, len(distinct), path.stem)

    def encode(path: Path) -> Floats:
        waveform, rate = _samples(path)
        encoder = audio_encoder(spec.name, _device(encoders.device, spec.name))
        try:
            vector: Floats = encoder.encode([waveform], rate, spec.pooling)[0]
        except ScoringFailed as error:
            raise ValueError(f"{path}: {error}") from error
        return vector

    sources = {key: path for path, key in key_of.items()}
    encoded = _fill(store, sources, encode, RECORDINGS_AT_ONCE, progress("recordings"), NO_AUDIO)
    keys = [None if path is None else key_of.get(path) for path in named]
    return _Recordings(keys, store, spec, encoded, len(distinct) - len(key_of))


def _fill(
    store: VectorStore,
    sources: Mapping[str, S],
    encode: Callable[[S], Floats],
    at_once: int,
    update: Update,
    advice: str,
) -> int:
    """Encode what the store doesn't have; gives how many that were."""
    wanted = [key for key in sources if key not in store]
    update(0, len(wanted), "")
    for start in range(0, len(wanted), at_once):
        keys, vectors = wanted[start : start + at_once], []
        for done, key in enumerate(keys, start=start + 1):
            try:
                vectors.append(encode(sources[key]))
            except EncoderMissing as error:
                raise EncoderMissing(f"{error}; {advice}") from error
            update(done, len(wanted), "")
        store.add(keys, vectors)
    store.gather()
    return len(wanted)


def _folder_name(kind: str, spec: EncoderSpec) -> str:
    """Of an encoder's cache: where its files are known, its name doesn't matter."""
    identity = f"{spec.pooling} {spec.sha256 or spec.name}"
    return f"{kind}-{content_key(identity.encode())[:16]}"


@cache
def _device(device: str, encoder: str) -> str:
    if encoder == LIGHT_TEXT_ENCODER or device != AUTO:
        return CPU if device == AUTO else device
    try:
        import torch
    except ImportError:  # the encoder itself says what is missing
        return CPU
    return "cuda" if torch.cuda.is_available() else CPU


def _samples(path: Path) -> tuple[Floats, int]:
    """A recording's samples in one channel, and its rate."""
    import soundfile

    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        reason = error.error_string
        raise ValueError(f"{path}: not a recording that can be read: {reason}") from error
    return np.asarray(samples.mean(axis=1), dtype=np.float32), int(rate)
