"""Ctrl-C in a process of ours is never lost, wherever Python is when it comes."""

from __future__ import annotations

import _thread
import sys
from threading import Timer

# Until Python is back in code that is told of errors.
DELAY_SECONDS = 0.05


def keep_interrupts() -> None:
    """Deliver an interrupt again that came where Python drops errors: in a finalizer, or in a fork.

    Python would print a traceback there, and the process would go on.
    """
    drop = sys.unraisablehook

    def again(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            Timer(DELAY_SECONDS, _thread.interrupt_main).start()
        else:
            drop(dropped)

    sys.unraisablehook = again
