"""``training COMMAND``; also as ``python -m training``.

The last line on stdout is the result as JSON; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from typing import NoReturn

try:
    from documents.terminal import print_line, visible, visible_json
    from engine.interrupts import keep_interrupts
    from fitness.errors import FitnessError
    from training.commands import data, models
    from training.commands.pipeline import RUN, execute
    from training.parent import end_with_engine
    from training.progress import ProgressBars
except KeyboardInterrupt:
    sys.stderr.write("interrupted\n")
    sys.exit(130)

COMMANDS = (
    models.BOOTSTRAP,
    models.GATE,
    models.CARD,
    models.AUDIT,
    data.DEMO_CATALOGUE,
    data.MANIFEST,
    data.SEGMENTS,
    data.VERIFY,
    data.EMBED,
    data.ROLLS,
    models.TUNE,
    models.FIT,
    models.ABLATE,
    models.EXPORT,
    RUN,
    data.PUBLISH,
    data.PROSODY,
    data.DECISIONS,
    models.CLASSIFY,
)
# Exit code of a command that looked for faults and found some, listed under ``findings``.
FOUND = 1
REFUSED, INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    """A parser whose messages have nothing hidden in them."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, and leave."""
        super().error(visible(message))


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do it; returns the exit code."""
    options = parser().parse_args(arguments)
    # An interrupt closes the pipes that threads of process pools read from.
    threading.excepthook = _thread_failed
    try:
        with ProgressBars() as progress:
            result = execute(options.command, options, progress)
    except ModuleNotFoundError as error:
        return _fail(f"training needs {error.name}: pip install 'composition-engine[training]'")
    except (OSError, ValueError, FitnessError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        print_line("interrupted; what was not written yet is lost", err=True)
        return INTERRUPTED
    print_line(visible_json(json.dumps(result, sort_keys=True)))
    return FOUND if result.get("findings") else 0


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    _fail(f"a thread ended: {failed.exc_value!r}")


def _fail(reason: str) -> int:
    """One line that says what is wrong."""
    print_line(f"error: {' '.join(reason.split())}", err=True)
    return REFUSED


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    top = _Parser(prog="training", description=__doc__)
    commands = top.add_subparsers(required=True)
    for command in COMMANDS:
        made = commands.add_parser(command.name, help=command.help)
        command.add_arguments(made)
        made.set_defaults(command=command)
    return top


if __name__ == "__main__":
    keep_interrupts()
    end_with_engine()
    sys.exit(main())
