"""``training manifest CATALOGUE --out FOLDER``: a row for each track of each finished song."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("manifest", help="read a catalogue's manifests into a table")
    made.add_argument("catalogue", type=Path, help="folder of NN_MM/NN_MM.yml")
    made.add_argument("--out", type=Path, required=True, help="training folder")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Write the table; gives counts. What was refused and mended goes to stderr, a line each."""
    from training.catalogue.manifest_step import make_manifest

    step = tell("manifest")
    report = make_manifest(options.catalogue, options.out)
    step(1, 1, "cached" if report["cached"] else "")
    show(report)
    return counts(report)


def show(report: dict[str, Any]) -> None:
    """Print what a person should look at, a line each."""
    for kind in ("refused", "errors", "notes"):
        for line in report.get(kind, []):
            sys.stderr.write(f"{kind}: {line}\n")


def counts(report: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a report, lists as how many there are; its long parts stay in its file."""
    kept = {
        name: len(value) if isinstance(value, list) else value for name, value in report.items()
    }
    return {name: value for name, value in kept.items() if name not in {"inputs", "times"}}
