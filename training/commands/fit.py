"""``training fit FOLDER``: fit a model to a person's songs, and report on it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from training.commands.bootstrap import told
from training.commands.folders import add_folder, folder_of
from training.commands.progress import Teller

if TYPE_CHECKING:
    from training.personal.plan import Plan


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("fit", help="fit a model to your own songs, with a report")
    add_folder(made)
    made.add_argument("--epochs", type=int, help="passes over the songs, at most")
    made.add_argument(
        "--patience", type=int, help="epochs without a better accuracy before it ends"
    )
    made.add_argument("--batch", type=int, help="clips of a step")
    made.add_argument("--members", type=int, help="networks that are averaged")
    made.add_argument("--seed", type=int, help="of everything")
    made.add_argument(
        "--with-composed",
        type=int,
        metavar="N",
        help="composed songs of every colour beside your own; 0 for none",
    )
    made.add_argument(
        "--no-row-split",
        action="store_true",
        help="don't fit once more to show what a split by row would have said",
    )
    made.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Fit and report; gives a summary."""
    from training.personal.fit import fit_catalogue

    return fit_catalogue(plan_of(options), folder_of(options), told(tell), options.device)


def plan_of(options: argparse.Namespace) -> Plan:
    """The plan that was typed.

    Raises:
        ValueError: if a number is below what it counts.
    """
    from training.personal.plan import Plan

    least = {"epochs": 1, "patience": 1, "batch": 4, "members": 1, "seed": 0, "with_composed": 0}
    given = {name: value for name in least if (value := getattr(options, name, None)) is not None}
    for name, value in given.items():
        if value < least[name]:
            typed = name.replace("_", "-")
            raise ValueError(f"--{typed} {value}: expected {least[name]} or more")
    plan = Plan(compares=not options.no_row_split)
    of_settings = {name: given[name] for name in ("epochs", "patience", "batch") if name in given}
    return replace(
        plan,
        settings=replace(plan.settings, **of_settings),
        members=given.get("members", plan.members),
        seed=given.get("seed", plan.seed),
        composed=given.get("with_composed", plan.composed),
    )
