"""``training run CATALOGUE --out FOLDER``: every step from a catalogue to a model, in a row."""

from __future__ import annotations

import argparse
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

from training.commands.places import add_place
from training.commands.progress import Teller

# In their order; whether a step is told of the catalogue beside the folder.
STEPS = {
    "manifest": True,
    "segments": True,
    "embed": False,
    "rolls": False,
    "fit": False,
    "export": False,
}
# Those that a GPU makes quicker; the others are done here.
HEAVY = {"embed", "fit"}


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("run", help="from a catalogue to a model: every step in a row")
    made.add_argument("catalogue", type=Path, help="folder of songs")
    made.add_argument("--out", type=Path, required=True, help="training folder")
    add_place(made)
    for step in STEPS:
        made.add_argument(
            f"--{step}",
            metavar="OPTIONS",
            default="",
            help=f'options of training {step}, as one text: --{step}="--option value"',
        )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Do every step that isn't done already.

    Gives each one's result by its name, and ``model`` and ``chosen`` as the last step told them.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    asked = {step: _asked(step, options) for step in STEPS}  # before the first one takes its time
    found = {step: chosen.run(chosen, tell) for step, chosen in asked.items()}
    return found | {name: found["export"][name] for name in ("model", "chosen")}


def _asked(step: str, options: argparse.Namespace) -> argparse.Namespace:
    """A step's own options, as if they had been typed after its name."""
    words = argparse.ArgumentParser(prog="training run", allow_abbrev=False)
    import_module(f"training.commands.{step}").add(words.add_subparsers(required=True))
    catalogue = [str(options.catalogue)] if STEPS[step] else []
    typed = shlex.split(getattr(options, step))
    if step in HEAVY:
        typed = ["--on", options.on, *typed]
    return words.parse_args([step, *catalogue, "--out", str(options.out), *typed])
