"""A process that has everything imported and forks a child for each command line it is given.

    python -m benchmarks.crash.server

It reads a line of JSON for each command line (``Command``) and answers with a line, ``Ended``. The
child has the library of ``shim`` preloaded, if the process was started with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.crash.shim import Arming, arm
from engine.__main__ import main as engine_main
from engine.cli import run
from engine.proposals import demo_paths
from tests.engine.placeholders import placeholder_files

ROOT = Path(__file__).parents[2]
HANGS_AFTER_S = 600.0
SMALL = ("--bars", "1", "--population", "4", "--generations", "0", "--no-model")
EVERYTHING = (
    ("songs", "add", str(demo_paths()[0])),
    ("evolve", "--song", "cellar", *SMALL),
    ("log", "--limit", "1"),
    ("verify",),
    ("doctor",),
    ("status",),
)


class Command(msgspec.Struct, frozen=True):
    """A command line to run.

    Attributes:
        words: of the command line, without ``--studio``.
        folder: the working folder.
        kill_after_s: when it is killed; None: never.
        arming: what happens at which operation.
        trace: the file that operations are written to, if any.
        model: the file that a training is to have made, instead of training for minutes.
        studio: the studio's folder.
    """

    words: tuple[str, ...]
    folder: str
    kill_after_s: float | None = None
    arming: Arming | None = None
    trace: str | None = None
    model: str | None = None
    studio: str = "studio"


class Ended(msgspec.Struct, frozen=True):
    """How it ended.

    Attributes:
        code: its exit code; negative: the signal that it died of.
        seconds: that it lived.
        out: what it printed.
        err: what it printed to stderr.
    """

    code: int
    seconds: float
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        """Whether it was killed, and didn't end by itself."""
        return self.code == -signal.SIGKILL


class Server:
    """The other side: gives command lines to the process."""

    def __init__(self, library: Path | None) -> None:
        """Start the process, with a library preloaded."""
        preloaded = {} if library is None else {"LD_PRELOAD": str(library)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.crash.server"],
            cwd=ROOT,
            env=os.environ | preloaded,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, command: Command) -> Ended:
        """Run a command line to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(command) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Ended)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def server(library: Path | None) -> Iterator[Server]:
    """A process that is ended with the block."""
    started = Server(library)
    try:
        yield started
    finally:
        started.close()


def main() -> None:
    with placeholder_files(), TemporaryDirectory() as scratch:
        _import_everything()
        for line in sys.stdin.buffer:
            ended = _run(msgspec.json.decode(line, type=Command), Path(scratch))
            sys.stdout.buffer.write(msgspec.json.encode(ended) + b"\n")
            sys.stdout.buffer.flush()


def _import_everything() -> None:
    """Commands import what they need when they run: so run some."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for words in EVERYTHING:
            run([*words, "--studio", folder])
    with suppress(ImportError):
        import_module("psycopg")


def _run(command: Command, scratch: Path) -> Ended:
    printed = scratch / "out", scratch / "err"
    for path in printed:  # here: a child may be killed before it comes to it
        path.write_bytes(b"")
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_the_command(command, *printed)
    status = _wait(child, command.kill_after_s)
    seconds = time.monotonic() - began
    out, err = (path.read_text("utf-8", "replace") for path in printed)
    return Ended(os.waitstatus_to_exitcode(status), seconds, out, err)


def _wait(child: int, kill_after_s: float | None) -> int:
    limit = HANGS_AFTER_S if kill_after_s is None else kill_after_s
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(min(0.002, max(0.0, deadline - time.monotonic())))
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _be_the_command(command: Command, out: Path, err: Path) -> None:
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(command.folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        with ExitStack() as stack:
            if command.model is not None:
                stack.enter_context(_trained(Path(command.model)))
            if command.arming is not None:
                trace = None if command.trace is None else Path(command.trace)
                arm(command.arming, Path(command.folder), trace)
            code = _exit_code(["engine", "--studio", command.studio, *command.words])
    finally:
        os._exit(code)


def _exit_code(words: list[str]) -> int:
    sys.argv = words
    try:
        engine_main()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    return 0


@contextmanager
def _trained(model: Path) -> Iterator[None]:
    """Let a training end at once, with this model."""
    from engine.models import training_process  # noqa: PLC0415 - loads what few commands need

    real = training_process.train
    ended = training_process.Ended(0, {"model": str(model), "chosen_by": "song"})
    training_process.train = lambda *_: ended
    try:
        yield
    finally:
        training_process.train = real


if __name__ == "__main__":
    main()
