"""Tasks that go wrong, in a module that worker processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def squared(number: int) -> int:
    """A task without a fault."""
    return number * number


def joined(text: str, *needed: str) -> str:
    """A task that needs others."""
    return f"{text}({','.join(needed)})"


def die_once(marker: Path) -> str:
    """Kill the process that does it, unless another attempt did so before."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die(_: object) -> None:
    """Kill the process that does it, always."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(text: str) -> None:
    """Raise what isn't for people."""
    raise LookupError(f"{text}\nin two lines")


def sleep_beside(marker: Path) -> None:
    """Say which process does it, and take longer than any test."""
    marker.write_text(str(os.getpid()), "ascii")
    time.sleep(600)
