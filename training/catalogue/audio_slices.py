"""Cutting recordings: a stretch of a file, sample by sample as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.atomic_files import replacing

SILENCE_DB = -40.0
# What FLAC can hold of each kind of source: whole numbers of 16 bits stay what they are.
SUBTYPES = {"PCM_16": "PCM_16", "PCM_S8": "PCM_16", "PCM_U8": "PCM_16"}
FINEST = "PCM_24"
FULL_SCALE = 2**31
# Sources that hold no whole numbers; they are rounded, and what is above full scale is cut off.
FLOATING = frozenset({"FLOAT", "DOUBLE", "VORBIS", "OPUS"})

Samples = NDArray[np.int32]


class UnreadableAudio(ValueError):
    """A recording that can't be read; the message says why, without the path."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A piece of a recording.

    Attributes:
        samples: ``(frames, channels)``, whole numbers of 32 bits; those of coarser files are
            shifted up, so that nothing is lost.
        sample_rate: frames per second.
        subtype: how a slice of it is written.
        clipped: how many samples were above full scale.
    """

    samples: Samples
    sample_rate: int
    subtype: str
    clipped: int = 0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.sample_rate

    @property
    def level_db(self) -> float:
        """Root mean square below full scale; minus infinity for nothing."""
        if not self.samples.size:
            return -np.inf
        power = np.mean((self.samples / FULL_SCALE) ** 2)
        return float(10 * np.log10(power)) if power > 0 else -np.inf

    @property
    def is_silent(self) -> bool:
        """Whether it is silent."""
        return self.level_db < SILENCE_DB


def frames_of(begin_seconds: float, end_seconds: float, sample_rate: int) -> tuple[int, int]:
    """The first frame of a stretch and the one after its last."""
    return round(begin_seconds * sample_rate), round(end_seconds * sample_rate)


class Recording:
    """A recording that is open; use it with ``with``."""

    def __init__(self, path: Path) -> None:
        import soundfile

        try:
            self._file: Any = soundfile.SoundFile(path)
        except (OSError, RuntimeError, TypeError) as error:
            raise UnreadableAudio(_reason(error)) from error
        self.sample_rate = int(self._file.samplerate)
        self.frames = int(self._file.frames)
        self._is_floating = self._file.subtype in FLOATING or "MPEG" in self._file.subtype
        self.subtype = SUBTYPES.get(self._file.subtype, FINEST)

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def stretch(self, begin_seconds: float, end_seconds: float) -> Stretch:
        """What is recorded of a stretch: less where the recording ends before it.

        Raises:
            UnreadableAudio: if the file is broken there.
        """
        first, after = frames_of(begin_seconds, end_seconds, self.sample_rate)
        first, after = min(first, self.frames), min(after, self.frames)
        try:
            self._file.seek(first)
            kind = "float64" if self._is_floating else "int32"
            samples = self._file.read(after - first, dtype=kind, always_2d=True)
        except (OSError, RuntimeError) as error:
            raise UnreadableAudio(_reason(error)) from error
        if len(samples) < after - first:
            raise UnreadableAudio(f"ends after {first + len(samples)} of {self.frames} frames")
        if not self._is_floating:
            return Stretch(samples, self.sample_rate, self.subtype)
        whole = np.rint(np.nan_to_num(samples) * FULL_SCALE)
        clipped = np.clip(whole, -FULL_SCALE, FULL_SCALE - 1)
        count = int(np.count_nonzero(np.abs(samples) > 1))
        return Stretch(clipped.astype(np.int32), self.sample_rate, self.subtype, count)


def write_slice(path: Path, stretch: Stretch) -> None:
    """Write a stretch as FLAC, whole or not at all."""
    import soundfile

    with replacing(path) as waiting:
        soundfile.write(
            waiting, stretch.samples, stretch.sample_rate, stretch.subtype, format="FLAC"
        )


def _reason(error: Exception) -> str:
    """A library's complaint without the path that it names."""
    return str(error).rpartition(": ")[2] or type(error).__name__
