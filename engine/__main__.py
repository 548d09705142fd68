"""``engine`` and ``python -m engine``: the command line."""

from __future__ import annotations

import os
import sys
import traceback

from documents.terminal import print_line
from engine.execution.garbage import search_seldom
from engine.interrupts import keep_interrupts

BROKE, INTERRUPTED = 1, 130

# Matrices here are small: threads that share one wait for each other most of the time. It is read
# when NumPy is loaded; PyTorch, which trains on larger ones, doesn't go by it.
BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def main() -> None:
    """Run the command line and exit with its status; Ctrl-C is quiet while it is still loaded."""
    keep_interrupts()
    os.environ.setdefault(BLAS_THREADS, "1")
    search_seldom()
    try:
        from engine.cli import run  # noqa: PLC0415 - loading takes a moment

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        print_line("interrupted", err=True)
        code = INTERRUPTED
    except Exception:  # shown by --debug alone
        print_line(traceback.format_exc().rstrip("\n"), err=True)
        code = BROKE
    sys.exit(code)


if __name__ == "__main__":
    main()
