"""A process that renders sound for the page, so that the server stays free to answer.

It is started when it is first needed and reads one request a line; it ends with its input, also
where the server was killed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from engine.audio.auditions import Audition
from engine.audio.loudness import integrated_lufs
from engine.audio.samples import SAMPLE_RATE
from engine.child_process import GROUP, environment, stop
from engine.errors import EngineError, Refused
from engine.gate.waiting import entries_of
from engine.reports.auditions import comparison
from engine.state.studio import Studio

# Each who waits takes a thread of the server, which has some dozens.
MAX_WAITING = 8


class Wanted(msgspec.Struct, frozen=True):
    """A request: candidates to be heard.

    Attributes:
        song: id of their song.
        candidates: their ids.
        tempo_bpm: see ``comparison``.
        is_best: whether the best player of this machine is to play, however long that takes.
    """

    song: str
    candidates: list[str]
    tempo_bpm: float | None
    is_best: bool


class Answer(msgspec.Struct, frozen=True):
    """What was made, or why it can't be."""

    audition: Audition | None = None
    error: str = ""


class Renderer:
    """The process, and the turns of those who want something of it."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(MAX_WAITING)
        self._is_closed = False

    def render(self, folder: Path, wanted: Wanted) -> Audition:
        """Have candidates played; waits for those who came before.

        Args:
            folder: of the studio; the same at every call.
            wanted: the candidates.

        Raises:
            Refused: if they can't be played.
        """
        if not self._places.acquire(blocking=False):
            raise Refused("too much is to be rendered at once; try again")
        try:
            with self._turn:
                answer = self._asked(folder, wanted)
        finally:
            self._places.release()
        if answer.audition is None:
            raise Refused(answer.error)
        return answer.audition

    def warm(self, folder: Path) -> None:
        """Start the process if it isn't there, so that the first who wants something waits less."""
        if self._turn.acquire(blocking=False):  # else it works
            try:
                self._start(folder)
            except Refused:
                return  # the page is being closed
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the process; those who wait for it are refused."""
        self._is_closed = True
        self._end()
        with self._turn:
            self._end()  # what was started in the meantime
            self._let_go()

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            stop(self._process)

    def _start(self, folder: Path) -> subprocess.Popen[str]:
        """The process, which is started where there is none."""
        if self._is_closed:
            raise Refused("the server is stopping")
        if self._process is None or self._process.poll() is not None:
            self._let_go()
            self._process = subprocess.Popen(  # noqa: S603 - our own package, and no shell
                [sys.executable, "-P", "-m", __name__, str(folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                encoding="utf-8", env=environment(), **GROUP,
            )  # fmt: skip
        return self._process

    def _asked(self, folder: Path, wanted: Wanted) -> Answer:
        process = self._start(folder)
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(msgspec.json.encode(wanted).decode() + "\n")
            process.stdin.flush()
            return msgspec.json.decode(process.stdout.readline(), type=Answer)
        except (OSError, ValueError, msgspec.DecodeError, RecursionError):
            return Answer(error="the process that renders sound has ended; try again")

    def _let_go(self) -> None:
        """Close the pipes of a process that has ended."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what could not be sent any more
                        pipe.close()


def serve(folder: Path, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more.

    Args:
        folder: of the studio.
        requests: one of ``Wanted`` a line.
        answers: gets one of ``Answer`` a line.
    """
    integrated_lufs(np.zeros((SAMPLE_RATE, 2), dtype=np.float32))  # loads what that needs
    with Studio.open(folder) as studio:
        for line in requests:
            wanted = msgspec.json.decode(line, type=Wanted)
            answers.write(msgspec.json.encode(_answer(studio, wanted)) + b"\n")
            answers.flush()


def _answer(studio: Studio, wanted: Wanted) -> Answer:
    try:
        entries = entries_of(studio, wanted.song, wanted.candidates)
        compared = comparison(studio, entries, wanted.tempo_bpm)
        return Answer(compared.best() if wanted.is_best else compared.quick())
    except (EngineError, OSError) as error:
        return Answer(error=str(error))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
