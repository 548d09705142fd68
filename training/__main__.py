"""``training COMMAND``; also as ``python -m training``.

The last line on stdout is the result as JSON; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys

from fitness.errors import FitnessError
from training.commands import (
    bootstrap,
    card,
    classify,
    demo_catalogue,
    embed,
    export,
    fit,
    manifest,
    prosody,
    publish,
    rolls,
    run,
    segments,
    tune,
    verify,
)
from training.commands.progress import Teller, bars

COMMANDS = (
    bootstrap,
    card,
    demo_catalogue,
    manifest,
    segments,
    verify,
    embed,
    rolls,
    tune,
    fit,
    export,
    run,
    publish,
    prosody,
    classify,
)
# Of a command that looked for what is wrong and found something, in ``findings``.
FOUND = 1
REFUSED, INTERRUPTED = 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do it; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        with bars() as shown:
            result = options.run(options, Teller(shown))
    except ModuleNotFoundError as error:
        return _sorry(f"training needs {error.name}: pip install 'composition-engine[training]'")
    except (OSError, ValueError, FitnessError) as error:
        return _sorry(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was not written yet is lost\n")
        return INTERRUPTED
    sys.stdout.write(json.dumps(result, sort_keys=True) + "\n")
    return FOUND if result.get("findings") else 0


def _sorry(reason: str) -> int:
    """One line that says what is wrong."""
    sys.stderr.write(f"error: {' '.join(reason.split())}\n")
    return REFUSED


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    words = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = words.add_subparsers(required=True)
    for command in COMMANDS:
        command.add(commands)
    return words


if __name__ == "__main__":
    sys.exit(main())
