"""Opening the studio that a command works in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.cli.output import say, say_next
from engine.errors import in_studio

if TYPE_CHECKING:
    from engine.state.songs import Song
    from engine.state.studio import Studio


def open_studio(context: typer.Context, *, make: bool = False) -> Studio:
    """The studio named by ``--studio``, the environment, or ``./studio``.

    Args:
        context: of the command.
        make: whether the command may begin a new studio.

    Raises:
        Refused: if there is none, and the command has nothing to begin one with.
    """
    from engine.errors import Refused
    from engine.state.studio import DATABASE_NAME, Studio, studio_folder

    option: Path | None = context.obj
    folder = studio_folder(option)
    if not make and not (folder / DATABASE_NAME).exists():
        advice = "begin one with engine songs add FILE"
        raise Refused(f"there is no studio in {folder}", advice)
    return Studio.open(folder)


def next_command(context: typer.Context, command: str) -> str:
    """A command as it must be typed to work in the same studio."""
    return in_studio(f"engine {command}", context.obj)


def say_next_step(context: typer.Context, song: Song) -> None:
    """Name the command that takes a song further, and the stages that could come first."""
    from engine.reports.progress import next_step, other_stages

    others = other_stages(song)
    if others:
        say(f"\nanother stage can come first: {', '.join(f'--stage {each}' for each in others)}")
    say_next(next_command(context, next_step(song)))


def say_no_songs(context: typer.Context) -> None:
    """Say what to do in a studio without songs."""
    advice = "no songs yet: add your own with engine songs add FILE, or look at a demo"
    say(in_studio(advice, context.obj))
    say_next(next_command(context, "demo"))


def scoring_model(context: typer.Context, named: Path | None) -> Path:
    """The model that scores files: the named one, else what the studio's runs use.

    Where there is no studio, that is the one that ships; none is begun for this.
    """
    from engine.models.promotion import promoted_path
    from engine.state.studio import DATABASE_NAME, Studio, studio_folder
    from fitness.fusion import DEFAULT_MODEL

    folder = studio_folder(context.obj)
    if named is not None or not (folder / DATABASE_NAME).exists():
        return named or DEFAULT_MODEL
    with Studio.open(folder) as studio:
        return promoted_path(studio) or DEFAULT_MODEL
