"""The library that is preloaded into the command line, and what it does at an operation on a file.

Built by the C compiler of the machine, in a folder of the run. Linux alone.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")

# What is counted, and what happens at a counted operation: both in the order of shim.c.
OPERATIONS = ("open", "write", "pwrite", "fsync", "truncate", "rename", "unlink", "mkdir")
ACTIONS = ("count", "kill before", "kill after", "torn", "fail", "full", "clock back")

KILLS = ("kill before", "kill after", "torn")
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EDQUOT": errno.EDQUOT}

CLOCK_BACK_S = 86_400


@dataclass(frozen=True, slots=True)
class Arming:
    """What happens at which operation.

    Attributes:
        at: number of the operation, from 1; 0 for none.
        action: of ``ACTIONS``. ``torn``: a write is cut in half, and the process killed; ``fail``:
            this operation fails; ``full``: this write is cut in half, and nothing can be written
            after it.
        error: of ``ERRORS``, that an operation fails with.
    """

    at: int = 0
    action: str = "count"
    error: str = "EIO"


def compiler() -> str | None:
    """The C compiler, if this is Linux and there is one."""
    return shutil.which("cc") if sys.platform == "linux" else None


def build(folder: Path) -> Path:
    """Compile the library into a folder; returns its path.

    Raises:
        CalledProcessError: if the compiler refuses it.
    """
    library = folder / "shim.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def arm(arming: Arming, root: Path, trace: Path | None) -> None:
    """Let the library that is preloaded into this process begin to count.

    Args:
        arming: what happens when.
        root: operations on files below it are counted.
        trace: where each operation is written, a line each; None for nowhere.
    """
    ctypes.CDLL(None).crash_arm(
        os.fsencode(root), ctypes.c_long(arming.at), ACTIONS.index(arming.action),
        ERRORS[arming.error], ctypes.c_long(CLOCK_BACK_S),
        None if trace is None else os.fsencode(trace),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One counted operation: its number, what it was, and on which kind of file."""

    number: int
    what: str
    path: str

    @property
    def group(self) -> tuple[str, str]:
        """What it was, and on which kind of file."""
        return self.what, "folder" if self.what == "mkdir" else group_of(self.path)


def group_of(path: str) -> str:
    """The kind of a file: its name without what differs from one file to the next."""
    name = path.rpartition("/")[2].removesuffix(" (deleted)")
    if name.startswith(".deciding"):
        return "deciding"
    if name.startswith("studio.db") or name in {"HEAD", "HEAD.tmp"} or not name:
        return name
    is_temporary = name.startswith(".")
    suffix = name.split(".")[2] if is_temporary and name.count(".") > 2 else name.split(".")[-1]
    return f"{'temporary ' if is_temporary else ''}{suffix}"


def read_trace(path: Path) -> list[Operation]:
    """The operations that were written to a trace, in order."""
    lines = path.read_text("utf-8", "replace").splitlines()
    return [Operation(n, *line.split(" ", 1)) for n, line in enumerate(lines, 1)]
