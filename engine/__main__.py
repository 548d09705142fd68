"""``engine`` and ``python -m engine``: the command line."""

from __future__ import annotations

import sys
import traceback

from documents.terminal import print_line
from engine.cli import run
from engine.cli.errors import BROKE


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        code = run(sys.argv[1:])
    except Exception:  # shown by --debug alone
        print_line(traceback.format_exc().rstrip("\n"), err=True)
        code = BROKE
    sys.exit(code)


if __name__ == "__main__":
    main()
