"""``training prosody FOLDER``: how the lyrics move, as a table."""

from __future__ import annotations

import argparse
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("prosody", help="how the lyrics move, as a table")
    add_folder(made)
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Measure the folder's lyrics; gives a summary."""
    from training.text.prosody_table import write_prosody

    return write_prosody(folder_of(options), tell("prosody"))
