"""Starts the worker processes and speaks to them."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Worker:
    """A running `tests.store.worker`."""

    def __init__(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "tests.store.worker", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> list[str]:
        """Kill it and return what it had still said."""
        self.process.kill()
        return self.rest()

    def rest(self) -> list[str]:
        """Wait for its end and return what it said until then."""
        out, _ = self.process.communicate()
        return out.splitlines()


@contextmanager
def workers(commands: Iterable[tuple[str | Path, ...]]) -> Iterator[list[Worker]]:
    """Give workers that are ready and waiting; none outlives the block."""
    with ExitStack() as stack:
        started = []
        for command in commands:
            worker = Worker(*command)
            stack.callback(end, worker)
            started.append(worker)
        assert [worker.hear() for worker in started] == ["ready"] * len(started)
        yield started


def end(worker: Worker) -> None:
    if worker.process.poll() is None:
        worker.process.kill()
    worker.process.communicate()


def go(started: Iterable[Worker]) -> None:
    """Let all begin at once."""
    for worker in started:
        worker.say("go")


def head_position(path: Path) -> int:
    """The position in the HEAD file of the log at this path."""
    return int(path.with_name("HEAD").read_text().split()[0])
