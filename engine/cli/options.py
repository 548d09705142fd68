"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelPath = Annotated[
    Path | None,
    typer.Option("--model", help="Fusion model (.onnx) to score with [default: the shipped one]."),
]
