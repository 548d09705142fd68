"""``training bootstrap --out DIR`` and ``training card MODEL``; also as ``python -m training``.

The last line on stdout is the result as JSON; progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from fitness.errors import FitnessError

REFUSED, INTERRUPTED = 2, 130


class Teller:
    """Shows what goes on, as bars on stderr."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def __call__(self, what: str) -> Any:
        """Begin something; hands back what to tell of its steps."""
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        task = self._task = self._bars.add_task(what, total=None, loss="")

        def step(done: int, steps: int, loss: float) -> None:
            self._bars.update(task, completed=done, total=steps, loss=f"loss {loss:.3f}")

        return step


def bars() -> Bars:
    """An empty set of bars."""
    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


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
        sys.stderr.write("interrupted; nothing is kept of an unfinished training\n")
        return INTERRUPTED
    sys.stdout.write(json.dumps(result, sort_keys=True) + "\n")
    return 0


def _sorry(reason: str) -> int:
    """One line that says what is wrong."""
    sys.stderr.write(f"error: {' '.join(reason.split())}\n")
    return REFUSED


def parser() -> argparse.ArgumentParser:
    """Of the command line."""
    words = argparse.ArgumentParser(prog="training", description=__doc__)
    commands = words.add_subparsers(required=True)
    made = commands.add_parser("bootstrap", help="compose a catalogue and make a model of it")
    made.add_argument("--out", type=Path, required=True, help="folder for the model file")
    made.add_argument("--songs", type=int, help="songs of every colour")
    made.add_argument("--seeds", type=int, help="networks that are averaged")
    made.add_argument("--seed", type=int, default=0, help="of everything")
    made.add_argument("--epochs", type=int, help="passes over the songs")
    made.add_argument("--quick", action="store_true", help="tiny, to see whether it works")
    made.set_defaults(run=_bootstrap)
    shown = commands.add_parser("card", help="measure every figure of a model again")
    shown.add_argument("model", type=Path, help="the .onnx file, its manifest beside it")
    shown.add_argument("--fakes", type=int, default=300, help="planted of each kind and stage")
    shown.set_defaults(run=_card)
    return words


def _bootstrap(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    from training.bootstrap import QUICK, Plan, bootstrap

    plan = replace(QUICK if options.quick else Plan(), seed=options.seed)
    chosen = {"songs": options.songs, "members": options.seeds}
    plan = replace(plan, **{name: value for name, value in chosen.items() if value is not None})
    if options.epochs is not None:
        plan = replace(plan, settings=replace(plan.settings, epochs=options.epochs))
    return bootstrap(plan, options.out, tell)


def _card(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    from training.bootstrap import measure_again
    from training.report import card

    manifest = measure_again(options.model, options.fakes, tell)
    sys.stdout.write(card(manifest))
    return manifest.metrics


if __name__ == "__main__":
    sys.exit(main())
