"""Sound files: WAV and FLAC, 16 bits."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.pcm import Audio
from engine.errors import Refused
from engine.files import write_whole

# Suffix -> the name that libsndfile has for the format.
FORMATS = {".wav": "WAV", ".flac": "FLAC"}
FULL_SCALE = 32_767


def audio_bytes(audio: Audio, name: str) -> bytes:
    """A whole file in the format of its name's suffix, ``.wav`` or ``.flac``.

    Raises:
        Refused: for any other suffix.
    """
    import soundfile  # noqa: PLC0415 - libsndfile loads when the first file is written

    file_format = FORMATS.get(Path(name).suffix.casefold())
    if file_format is None:
        raise Refused(f"{name}: expected {' or '.join(FORMATS)}")
    buffer = io.BytesIO()
    whole_numbers = np.rint(audio.samples * FULL_SCALE).astype(np.int16)
    soundfile.write(buffer, whole_numbers, audio.sample_rate, "PCM_16", format=file_format)
    return buffer.getvalue()


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Samples of a recording, mono, -1 to 1, and how many make a second.

    Raises:
        Refused: if it is no sound file that can be read, or has no samples.
    """
    import soundfile  # noqa: PLC0415 - as above

    data = path.read_bytes()
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise Refused(f"{path}: not a sound file that can be read ({error})") from error
    if not len(samples):
        raise Refused(f"{path}: no samples in it")
    return samples.mean(axis=1), int(rate_hz)


def write_audio(path: Path, audio: Audio) -> None:
    """Write a whole file in the format of its suffix; see ``audio_bytes``."""
    write_whole(path, audio_bytes(audio, path.name))
