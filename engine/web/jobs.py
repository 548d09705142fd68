"""Work that takes long: command lines of ours, each in a process of its own.

The page only starts, watches and stops them; what they do they append to the log, from which the
page tells how far they are. A run that is stopped can be resumed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO

from engine.child_process import GROUP, environment, interrupt, stop

# What is kept of the lines that a process prints.
KEPT_LINES = 40

# At once; further ones wait for their turn.
MAX_RUNNING = 1


@dataclass(slots=True)
class Job:
    """A command line that was started from the page.

    Attributes:
        id: counts from 1, in this server.
        title: what it does, for people.
        song: id of the song that it works on; None for one that concerns the studio.
        words: of its command line, after ``engine --studio DIR``.
        begun_at: when it was asked for.
        worked_from: when its process began; None before.
        worked_to: when that ended; None before.
        code: its exit code; None until it has ended.
        lines: the last lines that it printed.
    """

    id: int
    title: str
    song: str | None
    words: tuple[str, ...]
    begun_at: datetime
    worked_from: datetime | None = None
    worked_to: datetime | None = None
    code: int | None = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    process: subprocess.Popen[str] | None = None
    is_stopped: bool = False

    @property
    def status(self) -> str:
        """``waits``, ``works``, ``done``, ``stopped`` or ``failed``."""
        if self.code is None:
            return "works" if self.process else "waits"
        if self.is_stopped:
            return "stopped"
        return "failed" if self.code else "done"

    def worked_at(self, time: datetime) -> bool:
        """Whether its process was at work at a time."""
        began = self.worked_from is not None and self.worked_from <= time
        return began and (self.worked_to is None or time <= self.worked_to)

    @property
    def last_line(self) -> str:
        """What it said last; of one that failed, why."""
        errors = [line for line in self.lines if line.startswith("error: ")]
        found = errors or [line for line in self.lines if not line.startswith("next: ")]
        return found[-1] if found else ""


class Jobs:
    """The processes that were started from the page, one working at a time."""

    def __init__(self, studio: Path) -> None:
        """Work for the studio in a folder."""
        self._studio = studio
        self._numbers = count(1)
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._changes = 0
        self._is_closed = False
        self._turns = threading.BoundedSemaphore(MAX_RUNNING)

    @property
    def changes(self) -> int:
        """How often a job began or ended, so that a page can tell that something is new."""
        return self._changes

    def all(self) -> list[Job]:
        """Every job, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.id)

    def get(self, number: int) -> Job | None:
        """The job with a number; None if there is none."""
        return self._jobs.get(number)

    def start(
        self,
        title: str,
        words: Sequence[str],
        song: str | None = None,
        after: Callable[[], None] | None = None,
    ) -> Job:
        """Begin a command line, or let it wait for its turn.

        Args:
            title: what it does, for people.
            words: of the command line, after ``engine --studio DIR``.
            song: id of the song that it works on.
            after: called when it has ended or will never begin, from another thread.
        """
        job = Job(next(self._numbers), title, song, tuple(words), datetime.now(UTC))
        with self._lock:
            self._jobs[job.id] = job
            self._changes += 1
        threading.Thread(target=self._work, args=(job, after), daemon=True).start()
        return job

    def stop(self, job: Job) -> None:
        """Interrupt a job as Ctrl-C does; what it recorded stays."""
        with self._lock:
            job.is_stopped = job.code is None
            if job.process is not None and job.code is None:
                interrupt(job.process)

    def close(self) -> None:
        """Stop every job, and take no more."""
        self._is_closed = True
        for job in self.all():
            if job.code is None:
                job.is_stopped = True
                if job.process is not None:
                    stop(job.process)

    def _work(self, job: Job, after: Callable[[], None] | None) -> None:
        try:
            self._run(job)
        finally:
            if after is not None:
                after()

    def _run(self, job: Job) -> None:
        with self._turns:
            if self._is_closed or job.is_stopped:
                self._ended(job, 0)
                return
            command = [sys.executable, "-u", "-P", "-m", "engine"]
            command += ["--studio", str(self._studio), *job.words]
            try:
                code = self._watch(job, command)
            except (OSError, ValueError) as error:  # what is no word of a command line, say
                job.lines.append(f"error: {error}")
                code = 1
            self._ended(job, code)

    def _watch(self, job: Job, command: Sequence[str]) -> int:
        """Run a command to its end; returns its exit code."""
        with subprocess.Popen(  # noqa: S603 - our own package, and no shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace", env=environment(), **GROUP,
        ) as process:  # fmt: skip
            self._began(job, process)
            assert process.stdout is not None  # noqa: S101 - asked for above
            _keep_lines(process.stdout, job)
            return process.wait()

    def _began(self, job: Job, process: subprocess.Popen[str]) -> None:
        with self._lock:
            job.process = process
            job.worked_from = datetime.now(UTC)
            self._changes += 1
            if job.is_stopped:
                interrupt(process)

    def _ended(self, job: Job, code: int) -> None:
        with self._lock:
            job.code = code
            job.worked_to = datetime.now(UTC)
            self._changes += 1


def _keep_lines(printed: IO[str], job: Job) -> None:
    for line in printed:
        text = line.strip()
        if text:
            job.lines.append(text)
