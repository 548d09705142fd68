"""``training verify --out FOLDER``: what a training folder covers, and whether it is true."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    seen = commands.add_parser("verify", help="compare slices with what they were cut from")
    seen.add_argument("catalogue", type=Path, nargs="?", help="where the sources are now")
    seen.add_argument("--out", type=Path, required=True, help="training folder")
    seen.add_argument("--fidelity", action="store_true", help="compare slices with their sources")
    seen.add_argument("--extract", action="store_true", help="lay slices out to be heard and read")
    number = seen.add_mutually_exclusive_group()
    number.add_argument("--all", action="store_true", help="every segment, not only a few")
    number.add_argument("--random", type=int, metavar="N", help="this many of them")
    seen.add_argument("--color", "--colour", dest="colour", default="", help="only of this colour")
    seen.add_argument("--song", default="", help="only of this song, such as 02_01")
    seen.add_argument("--seed", type=int, default=0, help="of which are drawn")
    seen.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Print the coverage; gives counts and what is wrong."""
    from training.catalogue.verify_step import A_FEW, Choice, coverage_table, verify

    if options.random is not None and options.random < 1:
        raise ValueError(f"--random {options.random}: expected 1 or more")
    count = None if options.all else options.random or A_FEW
    found = verify(
        options.out,
        Choice(options.colour, options.song, count, options.seed),
        fidelity=options.fidelity,
        extract=options.extract,
        catalogue=options.catalogue,
        tell=tell("segments"),
    )
    sys.stdout.write(coverage_table(found["coverage"]))
    for finding in found["findings"]:
        sys.stderr.write(f"finding: {finding}\n")
    return found
