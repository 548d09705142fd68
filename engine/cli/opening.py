"""Opening the studio that a command works in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from engine.studio import Studio


def open_studio(context: typer.Context) -> Studio:
    """The studio named by ``--studio``, the environment, or ``./studio``."""
    from engine.studio import Studio, studio_folder

    option: Path | None = context.obj
    return Studio.open(studio_folder(option))


def next_command(context: typer.Context, command: str) -> str:
    """A command as it must be typed to work in the same studio."""
    option: Path | None = context.obj
    return f"engine {command}" if option is None else f"engine --studio {option} {command}"
