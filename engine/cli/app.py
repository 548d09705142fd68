"""The commands, in the order that a songwriter meets them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, cast

import typer
from typer.core import TyperGroup

import engine
from engine.cli import (
    arrange,
    backups,
    chords,
    compose,
    demo,
    effort,
    evolve,
    explain,
    files,
    gate,
    history,
    listen,
    log,
    models,
    replay,
    run,
    runs,
    score,
    serve,
    songs,
    status,
    taste,
    train,
    why,
    words,
)
from engine.cli import (
    map as run_map,
)
from engine.cli.options import StudioOptions
from engine.cli.output import say

app = typer.Typer(
    name="engine",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compose a song stage by stage, and remember everything. Every command also takes "
    "--studio DIR (default: $ENGINE_STUDIO or ./studio) and --debug.",
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"engine {engine.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    studio: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL",
            help="Folder with the log and the exports, or the PostgreSQL database of the log.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Beside a URL: folder of the exports [default: studio]."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show and exit.")
    ] = False,
) -> None:
    """Read the options that every command takes."""
    context.obj = StudioOptions(studio, folder)


app.command("demo")(demo.demo)
app.add_typer(songs.app, name="songs")
app.command("evolve")(evolve.evolve)
app.command("chords")(chords.chords)
app.command("compose")(compose.compose)
app.command("resume")(runs.resume)
app.command("abandon")(runs.abandon)
app.command("runs")(runs.runs)
app.command("map")(run_map.show_map)
app.command("bring")(run_map.bring)
app.add_typer(run.app, name="run")
app.command("review")(gate.review)
app.command("listen")(listen.listen)
app.command("play", help="Play candidates: another name of `listen`.")(listen.listen)
app.command("approve")(gate.approve)
app.command("use")(gate.use)
app.command("reject")(gate.reject)
app.command("more")(gate.more)
app.command("less")(gate.less)
app.command("least")(gate.least)
app.command("cant-tell")(gate.cant_tell)
app.command("label")(gate.label)
app.command("note")(gate.note)
app.command("undo")(history.undo)
app.command("redo")(history.redo)
app.command("history")(history.history)
app.command("show")(history.show)
app.command("diff")(history.diff)
app.command("compare")(history.compare)
app.command("fork")(history.fork)
app.command("words")(words.words)
app.command("import")(files.import_file)
app.command("status")(status.status)
app.command("effort")(effort.effort)
app.command("serve")(serve.serve)
app.command("export")(files.export)
app.command("arrange")(arrange.arrange)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("why")(why.why)
app.add_typer(models.app, name="models")
app.command("train", context_settings=train.SETTINGS)(train.train)
app.command("retrain")(taste.retrain)
app.command("taste")(taste.taste)
app.command("replay")(replay.replay)
app.add_typer(log.app, name="log")
app.command("verify")(log.verify)
app.command("doctor")(log.doctor)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("move")(backups.move)
app.command("sign")(backups.sign)
app.command("trace")(backups.trace)


@cache
def root_command() -> TyperGroup:
    """The whole tree of commands, built once: typer reads every type hint to make it."""
    return cast("TyperGroup", typer.main.get_command(app))
