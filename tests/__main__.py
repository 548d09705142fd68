"""The whole check in one command: ``python -m tests``; words after it go to pytest.

With ``--deep`` Hypothesis tries many more examples, drawn at random.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."))
TYPES = ("mypy",)
# A worker takes a whole file, so that its fixtures are made once; conftest.py says in which order.
TESTS = ("pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def command_of(tool: str, *arguments: str) -> list[str]:
    """The command that runs a tool by this interpreter; it is printed."""
    print("$ python -m", tool, *arguments, flush=True)  # noqa: T201
    return [sys.executable, "-m", tool, *arguments]


def main(words: list[str]) -> int:
    """Run every check and stop at the first that fails; returns its exit code.

    mypy, which uses one processor, runs beside the tests; what it says is printed after them.
    """
    environment = dict(os.environ)
    if "--deep" in words:
        words = [word for word in words if word != "--deep"]
        environment["HYPOTHESIS_PROFILE"] = "deep"
    for linter in LINTERS:
        code = subprocess.run(command_of(*linter), cwd=ROOT, check=False).returncode
        if code:
            return code
    with subprocess.Popen(
        command_of(*TYPES), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as types:
        tests = subprocess.run(
            command_of(*TESTS, *words), cwd=ROOT, env=environment, check=False
        ).returncode
        said, _ = types.communicate()
    print(f"mypy: {said}", end="", flush=True)  # noqa: T201
    return tests or types.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
