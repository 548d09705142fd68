"""Sound as samples: length and level of a recording, and WAV and FLAC files of 16 bits."""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import Refused
from engine.state.files import write_whole
from genomes.time import TempoMap

SAMPLE_RATE = 44_100

# Sound after the last bar, and how much of its end is faded out.
TAIL_SECONDS = 2.5
FADE_SECONDS = 1.0

# -1 dBFS: a reconstructed wave can rise above its samples.
PEAK = 10 ** (-1 / 20)

MAX_SECONDS = 20 * 60

# Suffix -> libsndfile's name of the format.
FORMATS = {".wav": "WAV", ".flac": "FLAC"}
FULL_SCALE = 32_767
FRAMES_AT_ONCE = 2**16

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Stereo sound.

    Attributes:
        samples: ``(n, 2)`` float32, left and right, within -1 to 1; read-only.
        sample_rate: frames per second.
    """

    samples: Samples
    sample_rate: int = SAMPLE_RATE

    def __post_init__(self) -> None:
        self.samples.flags.writeable = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.sample_rate


def frames_of(tempo_map: TempoMap, length_ticks: int) -> int:
    """Number of frames of a score and its tail.

    Raises:
        Refused: if the score lasts longer than ``MAX_SECONDS``.
    """
    seconds = float(tempo_map.seconds(length_ticks))
    if seconds > MAX_SECONDS:
        raise Refused(f"{seconds / 60:.0f} minutes of sound: expected {MAX_SECONDS // 60} at most")
    return ceil((seconds + TAIL_SECONDS) * SAMPLE_RATE)


def fade_out(samples: Samples) -> None:
    """Fade the last ``FADE_SECONDS`` to silence along half a cosine, in place."""
    frames = round(FADE_SECONDS * SAMPLE_RATE)
    ramp = np.linspace(0.0, np.pi, frames, dtype=np.float32)
    samples[-frames:] *= ((1 + np.cos(ramp)) / 2)[:, None]


def peak(samples: Samples) -> float:
    """The largest absolute sample."""
    return float(max(samples.max(), -samples.min()))


@dataclass(frozen=True, slots=True)
class Tags:
    """What a recording says of itself.

    Attributes:
        title: shown by players; empty for none.
        comment: such as what played it, and where it comes from.
    """

    title: str = ""
    comment: str = ""


NO_TAGS = Tags()


def audio_bytes(audio: Audio, name: str, tags: Tags = NO_TAGS) -> bytes:
    """A whole file in the format of its name's suffix, ``.wav`` or ``.flac``.

    Args:
        audio: the sound.
        name: of the file.
        tags: kept in the file.

    Raises:
        Refused: for any other suffix.
    """
    import soundfile  # noqa: PLC0415 - loading libsndfile takes time

    file_format = FORMATS.get(Path(name).suffix.casefold())
    if file_format is None:
        raise Refused(f"{name}: expected {' or '.join(FORMATS)}")
    buffer = io.BytesIO()
    samples = audio.samples
    channels = samples.shape[1]
    with soundfile.SoundFile(
        buffer, "w", audio.sample_rate, channels, "PCM_16", format=file_format
    ) as file:
        for name_of_tag in ("title", "comment"):
            if text := getattr(tags, name_of_tag):
                setattr(file, name_of_tag, text)
        for start in range(0, len(samples), FRAMES_AT_ONCE):
            block = samples[start : start + FRAMES_AT_ONCE] * FULL_SCALE
            file.write(np.rint(block).astype(np.int16))
    return buffer.getvalue()


# What else reading a file raises whose beginning was damaged: it has more frames than there can be.
DAMAGED = (ValueError, MemoryError, OverflowError)


def in_whole_steps(samples: Samples) -> Samples:
    """Samples as they are read back from a file that ``audio_bytes`` made of them."""
    return np.rint(samples * FULL_SCALE).astype(np.float32) / np.float32(FULL_SCALE + 1)


def read_back(data: bytes) -> tuple[Samples, str] | None:
    """Samples and comment of a file that ``audio_bytes`` made; None if it isn't one."""
    import soundfile  # noqa: PLC0415 - as above

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            samples = file.read(dtype="float32", always_2d=True)
            comment, is_ours = file.comment, (file.samplerate, file.channels) == (SAMPLE_RATE, 2)
    except (soundfile.LibsndfileError, *DAMAGED):
        return None
    return (np.asarray(samples), comment) if is_ours else None


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Samples of a recording, ``(n,)`` mono, -1 to 1, and its sample rate.

    Raises:
        Refused: if it is no sound file that can be read, or has no samples.
    """
    import soundfile  # noqa: PLC0415 - as above

    data = path.read_bytes()
    try:
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, *DAMAGED) as error:
        raise Refused(f"{path}: not a sound file that can be read ({error})") from error
    if not len(samples):
        raise Refused(f"{path}: no samples in it")
    return samples.mean(axis=1), int(rate_hz)


def write_audio(path: Path, audio: Audio) -> None:
    """Write a whole file in the format of its suffix; see ``audio_bytes``."""
    write_whole(path, audio_bytes(audio, path.name))
