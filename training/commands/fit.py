"""``training fit FOLDER``: fit a model to a person's songs, and report on it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from training.commands.bootstrap import told
from training.commands.folders import add_folder, folder_of
from training.commands.places import add_place, done_away
from training.commands.progress import Teller

if TYPE_CHECKING:
    from training.personal.plan import Plan


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("fit", help="fit a model to your own songs, with a report")
    add_folder(made)
    add_plan(made)
    made.add_argument("--members", type=int, help="networks that are averaged")
    made.add_argument(
        "--no-row-split",
        action="store_true",
        help="don't fit once more to show what a split by row would have said",
    )
    found = made.add_mutually_exclusive_group()
    found.add_argument("--settings", type=Path, metavar="FILE", help="such as training tune makes")
    found.add_argument("--tuned", action="store_true", help="the settings of FOLDER/tuned.json")
    add_place(made)
    made.set_defaults(run=run)


def add_plan(made: argparse.ArgumentParser) -> None:
    """What every fit can be told."""
    made.add_argument("--epochs", type=int, help="passes over the songs, at most")
    made.add_argument(
        "--patience", type=int, help="epochs without a better accuracy before it ends"
    )
    made.add_argument("--batch", type=int, help="clips of a step")
    made.add_argument("--seed", type=int, help="of everything")
    made.add_argument(
        "--with-composed",
        type=int,
        metavar="N",
        help="composed songs of every colour beside your own; 0 for none",
    )
    made.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    made.add_argument("--no-track", action="store_true", help="put nothing on record")


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Fit and report; gives a summary."""
    if (done := done_away("fit", options, tell)) is not None:
        return done
    from training.personal.fit import fit_catalogue

    folder = folder_of(options)
    return fit_catalogue(
        plan_of(options, folder), folder, told(tell), options.device, track=not options.no_track
    )


def plan_of(options: argparse.Namespace, folder: Path) -> Plan:
    """The plan that was typed; what was found by tuning comes second.

    Raises:
        FileNotFoundError: if there is no such file of settings.
        ValueError: if a number is below what it counts.
    """
    from training.personal.plan import Plan
    from training.personal.tuned import TUNED_FILE, read_tuned

    least = {"epochs": 1, "patience": 1, "batch": 4, "members": 1, "seed": 0, "with_composed": 0}
    given = {name: value for name in least if (value := getattr(options, name, None)) is not None}
    for name, value in given.items():
        if value < least[name]:
            typed = name.replace("_", "-")
            raise ValueError(f"--{typed} {value}: expected {least[name]} or more")
    plan = Plan(compares=not getattr(options, "no_row_split", True))
    settings = getattr(options, "settings", None)
    path = folder / TUNED_FILE if getattr(options, "tuned", False) else settings
    if path is not None:
        plan = read_tuned(path).apply(plan)
    named = {"epochs": "epochs", "patience": "patience", "batch": "batch_size"}
    typed_settings = {field: given[name] for name, field in named.items() if name in given}
    return replace(
        plan,
        settings=msgspec.structs.replace(plan.settings, **typed_settings),
        members=given.get("members", plan.members),
        seed=given.get("seed", plan.seed),
        composed=given.get("with_composed", plan.composed),
    )
