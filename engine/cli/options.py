"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NoModel = Annotated[bool, typer.Option("--no-model", help="Score by theory and prior alone.")]

ModelPath = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="Fusion model (.onnx) to score with [default: the promoted one, or the shipped one].",
    ),
]
