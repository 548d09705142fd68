"""Opening the studio that a command works in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.commands import typed

if TYPE_CHECKING:
    from engine.studio import Studio


def open_studio(context: typer.Context, *, make: bool = False) -> Studio:
    """The studio named by ``--studio``, the environment, or ``./studio``.

    Args:
        context: of the command.
        make: whether the command may begin a new studio.

    Raises:
        Refused: if there is none, and the command has nothing to begin one with.
    """
    from engine.errors import Refused
    from engine.studio import DATABASE_NAME, Studio, studio_folder

    option: Path | None = context.obj
    folder = studio_folder(option)
    if not make and not (folder / DATABASE_NAME).exists():
        advice = f"begin one with {next_command(context, 'songs add FILE')}"
        raise Refused(f"there is no studio in {folder}", advice)
    return Studio.open(folder)


def next_command(context: typer.Context, command: str) -> str:
    """A command as it must be typed to work in the same studio."""
    option: Path | None = context.obj
    return f"engine {command}" if option is None else f"engine --studio {typed(option)} {command}"


def scoring_model(context: typer.Context, named: Path | None) -> Path:
    """The model that scores files: the named one, else what the studio's runs use.

    Where there is no studio, that is the one that ships; none is begun for this.
    """
    from engine.promotion import promoted_path
    from engine.studio import DATABASE_NAME, Studio, studio_folder
    from fitness.fusion import DEFAULT_MODEL

    folder = studio_folder(context.obj)
    if named is not None or not (folder / DATABASE_NAME).exists():
        return named or DEFAULT_MODEL
    with Studio.open(folder) as studio:
        return promoted_path(studio) or DEFAULT_MODEL
