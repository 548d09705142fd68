"""The training folder on the command line: ``FOLDER`` or ``--out FOLDER``, as people type it."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_folder(command: argparse.ArgumentParser) -> None:
    """Let a command take a training folder."""
    command.add_argument("folder", type=Path, nargs="?", help="training folder")
    command.add_argument("--out", type=Path, help="the same")


def folder_of(options: argparse.Namespace) -> Path:
    """The folder that was named.

    Raises:
        ValueError: if none was, or two.
    """
    named = {path for path in (options.folder, options.out) if path is not None}
    if len(named) != 1:
        raise ValueError("expected one training folder: FOLDER or --out FOLDER")
    folder: Path = named.pop()
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder")
    return folder
