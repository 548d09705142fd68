"""``training segments CATALOGUE --out FOLDER``: what a model learns from, cut from whole songs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from training.commands.manifest import counts, show
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("segments", help="cut a catalogue's songs into segments")
    made.add_argument("catalogue", type=Path, help="folder of NN_MM/NN_MM.yml and their media")
    made.add_argument("--out", type=Path, required=True, help="training folder")
    made.add_argument(
        "--no-media", action="store_true", help="cut nothing; take every listed file as heard"
    )
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Write slices and tables; gives counts. What went wrong goes to stderr, a line each."""
    from training.catalogue.segments_step import make_segments

    report = make_segments(
        options.catalogue,
        options.out,
        with_media=not options.no_media,
        processes=os.cpu_count() or 1,
        tell=tell("segments"),
    )
    show(report)
    return counts(report)
