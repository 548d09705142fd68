"""``training rolls FOLDER``: piano rolls and features of every slice."""

from __future__ import annotations

import argparse
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.places import add_place, done_away
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("rolls", help="piano rolls of every slice, by the scorer's code")
    add_folder(made)
    add_place(made)
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Paint what isn't painted yet; gives counts."""
    if (done := done_away("rolls", options, tell)) is not None:
        return done
    from training.dataset.painting import make_rolls
    from training.dataset.tables import read_rows

    folder = folder_of(options)
    return make_rolls(folder, read_rows(folder), tell("painting slices"))
