"""``training bootstrap --out FOLDER``: compose a catalogue and make a model of it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from training.commands.progress import Teller

if TYPE_CHECKING:
    from training.fusion.train import Progress


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("bootstrap", help="compose a catalogue and make a model of it")
    made.add_argument("--out", type=Path, required=True, help="folder for the model file")
    made.add_argument("--songs", type=int, help="songs of every colour")
    made.add_argument("--seeds", type=int, help="networks that are averaged")
    made.add_argument("--seed", type=int, default=0, help="of everything")
    made.add_argument("--epochs", type=int, help="passes over the songs")
    made.add_argument("--quick", action="store_true", help="tiny, to see whether it works")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Make the model; gives a summary."""
    from training.bootstrap import QUICK, Plan, bootstrap

    plan = replace(QUICK if options.quick else Plan(), seed=options.seed)
    chosen = {"songs": options.songs, "members": options.seeds}
    plan = replace(plan, **{name: value for name, value in chosen.items() if value is not None})
    if options.epochs is not None:
        plan = replace(plan, settings=msgspec.structs.replace(plan.settings, epochs=options.epochs))
    return bootstrap(plan, options.out, told(tell))


def told(tell: Teller) -> Any:
    """The same with the loss as a number."""

    def begin(what: str) -> Progress:
        step = tell(what)
        return lambda done, steps, loss: step(done, steps, f"loss {loss:.3f}")

    return begin
