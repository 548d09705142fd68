"""A training that the engine started ends with it, also when the engine is killed.

The engine holds the other end of the training's stdin and never writes to it. The operating system
closes that end with the engine, however it ends, and reading gives the end of the file.
"""

from __future__ import annotations

import os
import signal
import threading

# Set by the engine for the trainings that it starts.
STARTED_BY_ENGINE = "COMPOSITION_ENGINE_STARTED"

# Time that the process has to stop after a signal, in seconds.
GRACE_SECONDS = 4.0
INTERRUPTED = 130


def end_with_engine() -> None:
    """Watch the engine from a thread, if it started this process."""
    if os.environ.get(STARTED_BY_ENGINE):
        threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    # Not by sys.stdin: its lock would be held where a pool forks, and the workers wait for it.
    while os.read(0, 1):
        pass
    threading.Timer(GRACE_SECONDS, os._exit, [INTERRUPTED]).start()
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGTERM)  # and whatever it has started
    else:
        os._exit(INTERRUPTED)
