"""A process that types command lines into a studio beside others.

    python -m tests.engine.command_process STUDIO LINE…

It says "ready" when everything is imported, waits for a line, then runs its command lines (words
separated by tabs) and says the exit code of each.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stderr
from io import StringIO

from engine.cli import run
from engine.gate import exports, review_file

assert exports and review_file  # noqa: PT018 - imported before the race begins, not in it


def main(studio: str, *lines: str) -> None:
    codes = []
    sys.stderr.write("ready\n")
    sys.stderr.flush()
    sys.stdin.readline()
    with redirect_stderr(StringIO()):
        for line in lines:
            codes.append(run(["--studio", studio, *line.split("\t")]))  # noqa: PERF401
    sys.stderr.write(f"{' '.join(map(str, codes))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
