"""The command line: thin commands over the engine; every error is one line and an exit code.

Exit codes: 0 done; 1 something broke; 2 the request or a file was refused; 130 interrupted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from documents.terminal import print_line
from engine.cli import errors  # by its name: commands are modules of this package too
from engine.cli.app import root_command
from engine.cli.options import hoist_global_options, is_debug, studio_options

__all__ = ["run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code."""
    hoisted = hoist_global_options(arguments)
    warnings.showwarning = errors.say_warning
    try:
        result = root_command().main(args=hoisted, prog_name="engine", standalone_mode=False)
    except SystemExit as leaving:  # typer leaves so once it has completed a word, or shown how to
        return leaving.code if isinstance(leaving.code, int) else 0
    except KeyboardInterrupt:
        print_line("interrupted", err=True)
        return errors.INTERRUPTED
    except Exception as error:
        if errors.is_bare(error):
            return run([*hoisted, "--help"])
        if is_debug(hoisted):
            raise
        return errors.explain(error, studio_options(hoisted).words)
    return result if isinstance(result, int) else 0
