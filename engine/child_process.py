"""Child processes that lead a group of their own: started, interrupted, ended by force."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

# Time that a process has to stop after a signal, in seconds.
GRACE_SECONDS = 4.0
KILLED = getattr(signal, "SIGKILL", signal.SIGTERM)

# For Popen: the process leads a group, with whatever it starts.
GROUP: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)
# What Ctrl-C sends. A group of Windows can only be sent this other one.
INTERRUPT = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)


def environment() -> dict[str, str]:
    """The environment, in which the packages are found wherever this one was."""
    root = str(Path(__file__).parents[1])
    found = [root, os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, found)),
        "PYTHONIOENCODING": "utf-8",
    }


def interrupt(process: subprocess.Popen[str]) -> None:
    """Interrupt a process and its children, as Ctrl-C does."""
    _send(process, INTERRUPT)


def stop(process: subprocess.Popen[str]) -> None:
    """End a process and its children: first by an interrupt and SIGTERM, then by force."""
    try:
        for stop_signal in (INTERRUPT, signal.SIGTERM):
            _send(process, stop_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
                return
    finally:
        _send(process, KILLED)


def _send(process: subprocess.Popen[str], signal_number: int) -> None:
    """Send a signal to a process's group, which it leads."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal_number)
        elif signal_number == INTERRUPT:
            process.send_signal(signal_number)
        else:
            process.kill()
