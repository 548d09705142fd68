"""A process that has everything imported and forks a child for each command line it is given.

    python -m tests.engine.runs.forks

It reads lines of JSON, ``{"words": […], "kill_after": seconds or null}``, runs each command line in
a child of its own, kills the child with SIGKILL after that time, and answers with the seconds that
the child lived and its exit code (negative: the signal it died of).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from engine.cli import run
from engine.proposals import demo_paths

ROOT = Path(__file__).parents[3]
SMALL = [
    *("evolve", "--song", "cellar", "--no-model"),
    *("--bars", "1", "--population", "4", "--generations", "0"),
]


class Forks:
    """The other side: gives command lines to the process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.runs.forks"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, words: list[str], kill_after: float | None = None) -> tuple[float, int]:
        """Seconds that the command lived, and its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"words": words, "kill_after": kill_after}) + "\n")
        seconds, code = json.loads(self._process.stdout.readline())
        return seconds, code


def main() -> None:
    _import_everything()
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _be_the_command(asked["words"])
        if asked["kill_after"] is not None:
            time.sleep(asked["kill_after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        answer = [time.monotonic() - began, os.waitstatus_to_exitcode(status)]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _import_everything() -> None:
    """Commands import what they need when they run: so run one."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for words in (["songs", "add", str(demo_paths()[0])], SMALL):
            run([*words, "--studio", folder])


def _be_the_command(words: list[str]) -> None:
    code = 70
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silent, descriptor)
        code = run(words)
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
