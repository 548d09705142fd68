"""Plays sound at once, through miniaudio where it is installed."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio.samples import SAMPLE_RATE, Samples, read_back

# How long the sound device plays on after the last samples were handed to it.
BUFFER_MS = 100


class NoPlayer(Exception):
    """Nothing can be played here; the message is shown to people."""


def play(blocks: Iterable[Samples], backends: Sequence[Any] | None = None) -> None:
    """Play stereo samples without a gap between the blocks; returns at their end.

    Args:
        blocks: each ``(n, 2)`` float32 at ``SAMPLE_RATE``.
        backends: of miniaudio; all of them where it is None.

    Raises:
        NoPlayer: if miniaudio or a sound device is missing.
        KeyboardInterrupt: on Ctrl-C; the sound stops.
    """
    done = threading.Event()
    with _device(backends) as device:
        stream = _stream(blocks, done)
        next(stream)
        device.start(stream)
        while not done.wait(0.1):
            pass
        done.clear()
        done.wait(2 * BUFFER_MS / 1000)


def can_play(backends: Sequence[Any] | None = None) -> bool:
    """Whether ``play`` finds what it needs here: the extra, and a sound device."""
    try:
        with _device(backends):
            return True
    except NoPlayer:
        return False


def _device(backends: Sequence[Any] | None) -> Any:
    """An open sound device, to be closed by leaving it; raises NoPlayer without one."""
    try:
        import miniaudio  # noqa: PLC0415 - an extra
    except ImportError as error:
        advice = "pip install 'composition-engine[listen]'"
        raise NoPlayer(f"nothing to play sound with is installed: {advice}") from error
    try:
        with _quiet():
            return miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.FLOAT32,
                2,
                SAMPLE_RATE,
                BUFFER_MS,
                backends=None if backends is None else list(backends),
            )
    except miniaudio.MiniaudioError as error:
        raise NoPlayer("there is no sound device") from error


def read_recording(path: Path) -> Samples:
    """The samples of a recording, ``(n, 2)``.

    Raises:
        OSError: if it can't be read.
    """
    found = read_back(path.read_bytes())
    if found is None:
        raise OSError(f"{path}: not a recording as it was written; delete it")
    return found[0]


def _stream(blocks: Iterable[Samples], done: threading.Event) -> Generator[bytes, int, None]:
    """Yields as many frames as are asked for, and tells when there are no more."""
    asked = yield b""
    left = np.zeros((0, 2), dtype=np.float32)
    for block in blocks:
        left = np.concatenate((left, block)) if len(left) else block
        while len(left) >= asked:
            frames, left = left[:asked], left[asked:]
            asked = yield np.ascontiguousarray(frames, dtype=np.float32).tobytes()
    if len(left):
        yield np.ascontiguousarray(left, dtype=np.float32).tobytes()
    done.set()


@contextmanager
def _quiet() -> Iterator[None]:
    """Within it, what libraries of the system print of sound devices is not shown."""
    try:
        stderr = sys.stderr.fileno()
        saved = os.dup(stderr)
    except (OSError, ValueError, AttributeError):
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        sys.stderr.flush()
        os.dup2(nowhere, stderr)
        yield
    finally:
        os.dup2(saved, stderr)
        os.close(saved)
        os.close(nowhere)
