"""``training export FOLDER``: the fitted model as ONNX, with its manifest and its card."""

from __future__ import annotations

import argparse
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.places import add_place, done_away
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("export", help="the fitted model as ONNX, manifest and card")
    add_folder(made)
    add_place(made)
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Write the files; gives a summary."""
    if (done := done_away("export", options, tell)) is not None:
        return done
    from training.personal.export import export_catalogue

    tell("exporting")
    return export_catalogue(folder_of(options))
