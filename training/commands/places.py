"""``--on local`` and ``--on modal``: where a step is done."""

from __future__ import annotations

import argparse
from typing import Any

from training.commands.folders import folder_of
from training.commands.progress import Teller

LOCAL, MODAL = "local", "modal"


def add_place(made: argparse.ArgumentParser) -> None:
    """Let a step be done elsewhere."""
    made.add_argument(
        "--on", choices=(LOCAL, MODAL), default=LOCAL, help="this machine, or a GPU of Modal"
    )


def done_away(command: str, options: argparse.Namespace, tell: Teller) -> dict[str, Any] | None:
    """A step's result where it is done elsewhere; None where it is to be done here."""
    if options.on == LOCAL:
        return None
    from training.away import run_away
    from training.modal_app import OnModal

    return run_away(command, folder_of(options), options, OnModal(), tell)
