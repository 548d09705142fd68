"""What the commands share: their shape, the training folder, and where a step is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.progress import Progress

Options = argparse.Namespace
Result = dict[str, Any]
LOCAL, MODAL = "local", "modal"


@dataclass(frozen=True, slots=True)
class Command:
    """A word after ``training``.

    Attributes:
        name: the word.
        help: one line.
        add_arguments: to the command's parser.
        run: does it; gives the result as plain values. Libraries are imported here.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Options, Progress], Result]


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Take a training folder as ``FOLDER`` or ``--out FOLDER``."""
    parser.add_argument("folder", type=Path, nargs="?", help="training folder")
    parser.add_argument("--out", type=Path, help="the same")


def folder_of(options: Options) -> Path:
    """The training folder.

    Raises:
        ValueError: if none or two were named, or there is no such folder.
    """
    named = {path for path in (options.folder, options.out) if path is not None}
    if len(named) != 1:
        raise ValueError("expected one training folder: FOLDER or --out FOLDER")
    folder: Path = named.pop()
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder")
    return folder


def add_catalogue(parser: argparse.ArgumentParser, text: str) -> None:
    """Take a catalogue and the training folder to write to."""
    parser.add_argument("catalogue", type=Path, help=text)
    parser.add_argument("--out", type=Path, required=True, help="training folder")


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Let a step be done on another machine."""
    parser.add_argument(
        "--on", choices=(LOCAL, MODAL), default=LOCAL, help="this machine, or a GPU of Modal"
    )


def add_folder_and_machine(parser: argparse.ArgumentParser) -> None:
    """Both of these."""
    add_folder(parser)
    add_machine(parser)


def add_encoder(parser: argparse.ArgumentParser) -> None:
    """Take a text encoder and a device."""
    parser.add_argument("--text-encoder", help="folder, hub id, or light: no download")
    parser.add_argument("--device", default="auto", help="such as cpu or cuda")
