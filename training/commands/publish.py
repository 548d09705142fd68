"""``training publish FOLDER``: the tables as a data set with a card, on disk or on a hub."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("publish", help="write the data set and its card; push if asked")
    add_folder(made)
    made.add_argument(
        "--licence", "--license", dest="licence", default="", help="such as cc-by-4.0"
    )
    made.add_argument("--title", default="", help="of the data set; the folder's name by default")
    made.add_argument("--media", action="store_true", help="all recordings and MIDI in it too")
    made.add_argument("--push", metavar="REPO_ID", help="put it on the hub, such as me/songs")
    made.add_argument("--public", action="store_true", help="for everybody, where it is made now")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Write it, and push it where that was asked; gives a summary.

    Raises:
        ValueError: if it is to be pushed without a token or a licence.
    """
    from training.publishing.dataset import DATASET, Edition, write_dataset
    from training.publishing.push import HOW, hub, push

    folder = folder_of(options)
    if options.push and not options.licence:
        raise ValueError(
            "--push: what may others do with it? expected --licence, such as cc-by-4.0"
        )
    to = hub() if options.push else None  # before anything takes its time
    edition = Edition(options.licence, options.title, options.media)
    found = write_dataset(folder, edition, tell)
    if to is None:
        sys.stderr.write(f"{HOW}\n")
        return found | {"pushed": None}
    tell(f"pushing to {options.push}")
    push(folder / DATASET, options.push, to, is_public=options.public)
    return found | {"pushed": options.push}
