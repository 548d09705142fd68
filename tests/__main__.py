"""The whole check in one command: ``python -m tests``; words after it go to pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-n", "auto", "--dist", "loadgroup"),
)


def main() -> int:
    """Run every check, stop at the first that fails; returns its exit code."""
    for tool, *arguments in CHECKS:
        more = sys.argv[1:] if tool == "pytest" else []
        command = [sys.executable, "-m", tool, *arguments, *more]
        print("$", " ".join(["python", *command[1:]]), flush=True)  # noqa: T201
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
