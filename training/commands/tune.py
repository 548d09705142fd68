"""``training tune FOLDER``: look for better settings of the fit, by your validation songs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from training.commands.bootstrap import told
from training.commands.fit import add_plan, plan_of
from training.commands.folders import add_folder, folder_of
from training.commands.progress import Teller

TRIALS = 20


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("tune", help="look for better settings of the fit")
    add_folder(made)
    made.add_argument(
        "--trials", type=int, default=TRIALS, help=f"in all, earlier ones too ({TRIALS})"
    )
    made.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="after which no trial begins"
    )
    add_plan(made)
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Try settings, and show what came of them; gives a summary.

    Raises:
        ValueError: if a number is below what it counts.
    """
    from training.personal.tuning import Search, tune_catalogue

    for name, least in (("trials", 1), ("timeout", 0)):
        value = getattr(options, name)
        if value is not None and not value >= least:
            raise ValueError(f"--{name} {value}: expected {least} or more")
    folder = folder_of(options)
    keeps = options.with_composed is not None
    search = Search(plan_of(options, folder), options.trials, options.timeout, keeps)
    found = tune_catalogue(search, folder, told(tell), options.device, track=not options.no_track)
    trials = found.pop("table")
    if trials:
        Console().print(table(trials))
    return found


def table(trials: Sequence[Mapping[str, Any]]) -> Table:
    """A line for each trial."""
    shown = Table(box=SIMPLE, padding=0, pad_edge=False)
    names = list(trials[0]["values"])
    for title in ("trial", "state", "right", "epochs"):
        shown.add_column(title, justify="right", no_wrap=True)
    for name in names:
        shown.add_column(name.replace("_", " "), justify="right", overflow="fold")
    for one in trials:
        right = "" if one["accuracy"] is None else f"{one['accuracy']:.1%}"
        values = (short(one["values"][name]) for name in names if name in one["values"])
        shown.add_row(str(one["number"]), one["state"], right, str(one["epochs"]), *values)
    return shown


def short(value: float) -> str:
    """A number in six characters."""
    return f"{value:.2g}" if value == 0 or value >= 0.01 else f"{value:.1e}".replace("e-0", "e-")
