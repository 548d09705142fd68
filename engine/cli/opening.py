"""Opening the studio that a command works in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.cli.output import say, say_next, say_note
from engine.errors import in_studio

if TYPE_CHECKING:
    from engine.gate.waiting import Entry
    from engine.state.location import Location
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
    from engine.state.location import DATABASE_NAME, HEAD_NAME
    from engine.state.studio import Studio

    folder, database = location = location_of(context)
    finish_restoring(context)
    if not make and not location.is_made():
        if (folder / HEAD_NAME).exists():
            advice = (
                "put it back, or a backup with engine restore FILE, "
                "or go on with an empty log by engine restore --accept"
            )
            raise Refused(f"{folder / DATABASE_NAME} is gone, HEAD is there", advice)
        advice = (
            "name its folder with --studio DIR or in ENGINE_STUDIO, "
            "or begin one with engine songs add FILE"
        )
        place = folder.absolute() if database is None else f"{database}, nor in {folder}"
        raise Refused(f"there is no studio in {place}", advice)
    studio = Studio.open(folder, database)
    for line in _unwritten(studio):
        say_note(in_studio(line, context.obj.words))
    return studio


def finish_restoring(context: typer.Context) -> bool:
    """Put a studio in its place that a killed restore had ready, and say so; whether there was."""
    from engine.state.inflight import was_restoring

    folder = folder_of(context)
    if not was_restoring(folder):
        return False
    from engine.backups.archive import finish_restore

    is_finished = finish_restore(folder)
    if is_finished:
        say_note("a restore that was ended is finished now: what it put back is in its place")
    return is_finished


def _unwritten(studio: Studio) -> Iterator[str]:
    """Write what a command that was ended has left unwritten."""
    from engine.errors import EngineError
    from engine.state.inflight import was_interrupted
    from store.errors import StoreError

    if not was_interrupted(studio.folder):
        return
    from engine.gate.reconciling import reconcile

    try:
        yield from reconcile(studio)
    except (
        EngineError,
        StoreError,
        OSError,
    ) as error:  # what was asked for may be done all the same
        yield f"files of earlier commands are still missing: {error}"


def location_of(context: typer.Context) -> Location:
    """The place named by ``--studio`` and ``--folder``, the environment, or ``./studio``."""
    from engine.state.location import Location

    return Location.named(context.obj.studio, context.obj.folder)


def folder_of(context: typer.Context) -> Path:
    """The folder of the studio in that place."""
    return location_of(context).folder


def has_studio(context: typer.Context) -> bool:
    """Whether there is a studio in that place."""
    return location_of(context).is_made()


def next_command(context: typer.Context, command: str) -> str:
    """A command as it must be typed to work in the same studio."""
    return in_studio(f"engine {command}", context.obj.words)


def say_next_step(context: typer.Context, song: Song) -> None:
    """Name the command that takes a song further, and the stages that could come first."""
    from engine.reports.progress import next_step, other_stages

    others = other_stages(song)
    if others:
        say(f"\nanother stage can come first: {', '.join(f'--stage {each}' for each in others)}")
    say_next(next_command(context, next_step(song)))


def say_no_songs(context: typer.Context) -> None:
    """Say what to do in a studio without songs."""
    where = f"no songs yet in {folder_of(context).absolute()}"
    advice = "add your own with engine songs add FILE, or look at a demo"
    say(f"{where}: {in_studio(advice, context.obj.words)}")
    say_next(next_command(context, "demo"))


def scoring_model(context: typer.Context, named: Path | None) -> Path:
    """The model that scores files: the named one, else what the studio's runs use.

    Where there is no studio, that is the one that ships; none is begun for this.
    """
    from engine.models.promotion import promoted_path
    from engine.state.studio import Studio
    from fitness.fusion import DEFAULT_MODEL

    if named is not None or not has_studio(context):
        return named or DEFAULT_MODEL
    with Studio.open(*location_of(context)) as studio:
        return promoted_path(studio) or DEFAULT_MODEL


def record_shown(studio: Studio, shown: Sequence[Entry], command: str, *, as_json: bool) -> None:
    """Record which candidates a command showed in words, or for machines."""
    from engine.gate.waiting import present

    present(studio, shown, "json" if as_json else "terminal", command)
