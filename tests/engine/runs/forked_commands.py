"""A process that has everything imported and forks a child for each command line it is given.

    python -m tests.engine.runs.forked_commands

It reads lines of JSON, ``{"words": […], "kill_after": seconds or null, "end_at": [what, number,
signal] or null}``, runs each command line in a child of its own, kills the child with SIGKILL after
that time, or lets it send itself that signal when it has appended the event of that number or
written the file of that number, and answers with the seconds that the child lived and its exit code
(negative: the signal it died of).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from engine.cli import run
from engine.proposals import demo_paths
from store.log import EventLog
from tests.engine.placeholders import placeholder_files

# What ends a command: "event" or "file", the number of it, and the signal.
EndAt = tuple[str, int, int]

ROOT = Path(__file__).parents[3]
SMALL = [
    *("evolve", "--song", "cellar", "--no-model"),
    *("--bars", "1", "--population", "4", "--generations", "0"),
]


class Forks:
    """The other side: gives command lines to the process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.runs.forked_commands"],
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

    def run(
        self, words: list[str], kill_after: float | None = None, end_at: EndAt | None = None
    ) -> tuple[float, int]:
        """Seconds that the command lived, and its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"words": words, "kill_after": kill_after, "end_at": end_at}
        self._process.stdin.write(json.dumps(asked) + "\n")
        seconds, code = json.loads(self._process.stdout.readline())
        return seconds, code


def main() -> None:
    with placeholder_files():
        _import_everything()
        _answer()


def _answer() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _be_the_command(asked["words"], asked["end_at"])
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


def _be_the_command(words: list[str], end_at: EndAt | None) -> None:
    code = 70
    try:
        # A shell that runs this in its background has it ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if end_at is not None:
            _end_at(*end_at)
        silent = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silent, descriptor)
        code = run(words)
    finally:
        os._exit(code)


def _end_at(what: str, number: int, signal_number: int) -> None:
    """Let this process send itself a signal after it has done so many of these things."""
    owner, name, often = ENDS[what]
    done = count(1)
    honest = getattr(owner, name)

    def counted(*arguments: Any, **options: Any) -> Any:
        result = honest(*arguments, **options)
        for _ in range(often(*arguments)):
            if next(done) == number:
                os.kill(os.getpid(), signal_number)
        return result

    setattr(owner, name, counted)


# What may be the last thing a process does: where it is done, and how often that counts.
ENDS: dict[str, tuple[Any, str, Callable[..., int]]] = {
    "event": (EventLog, "append", lambda _log, _stream, new, _version: len(new)),
    "file": (Path, "replace", lambda _path, _target: 1),
}


if __name__ == "__main__":
    main()
