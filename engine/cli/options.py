"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Population = Annotated[int, typer.Option(help="Individuals kept per generation.")]
Generations = Annotated[int, typer.Option(help="Generations after the first pool.")]

NoModel = Annotated[bool, typer.Option("--no-model", help="Score by theory and prior alone.")]

ModelPath = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="Fusion model (.onnx) to score with [default: the promoted one, or the shipped one].",
    ),
]
