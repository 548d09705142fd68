"""``training card MODEL``: measure every figure of a model again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from training.commands.bootstrap import told
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    shown = commands.add_parser("card", help="measure every figure of a model again")
    shown.add_argument("model", type=Path, help="the .onnx file, its manifest beside it")
    shown.add_argument("--fakes", type=int, default=300, help="planted of each kind and stage")
    shown.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Print the card; gives its figures."""
    from training.bootstrap import measure_again
    from training.fusion.report import card

    manifest = measure_again(options.model, options.fakes, told(tell))
    sys.stdout.write(card(manifest))
    return manifest.metrics
