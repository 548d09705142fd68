"""The commands, in the order that a songwriter meets them.

A command's module is imported when the command is run or listed, and its options are read when it
is run: reading those of all commands takes as long as a short command.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

import engine
from engine.cli.options import StudioOptions
from engine.cli.output import say

# Name -> the module of its function, or of a group of commands.
COMMANDS = {
    "demo": "demo.demo",
    "songs": "songs.app",
    "evolve": "evolve.evolve",
    "chords": "chords.chords",
    "compose": "compose.compose",
    "resume": "runs.resume",
    "abandon": "runs.abandon",
    "runs": "runs.runs",
    "map": "map.show_map",
    "bring": "map.bring",
    "run": "run_report.app",
    "review": "gate.review",
    "listen": "listen.listen",
    "play": "listen.listen",
    "approve": "gate.approve",
    "use": "gate.use",
    "reject": "gate.reject",
    "more": "gate.more",
    "less": "gate.less",
    "least": "gate.least",
    "cant-tell": "gate.cant_tell",
    "label": "gate.label",
    "note": "gate.note",
    "undo": "history.undo",
    "redo": "history.redo",
    "history": "history.history",
    "show": "history.show",
    "diff": "history.diff",
    "compare": "history.compare",
    "fork": "history.fork",
    "words": "words.words",
    "import": "files.import_file",
    "status": "status.status",
    "effort": "effort.effort",
    "serve": "serve.serve",
    "export": "files.export",
    "arrange": "arrange.arrange",
    "score": "score.score",
    "explain": "explain.explain",
    "why": "why.why",
    "models": "models.app",
    "train": "train.train",
    "retrain": "taste.retrain",
    "taste": "taste.taste",
    "replay": "replay.replay",
    "log": "log.app",
    "verify": "log.verify",
    "doctor": "log.doctor",
    "backup": "backups.backup",
    "restore": "backups.restore",
    "move": "backups.move",
    "sign": "backups.sign",
    "trace": "backups.trace",
}
HELP = {"play": "Play candidates: another name of `listen`."}


class _Built(Mapping[str, Any]):
    """Each command by its name, built once it is looked up."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _build(name)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _target(name: str) -> tuple[Any, Callable[..., Any] | typer.Typer]:
    """The module of a command, and its function or its group of commands there."""
    module_name, _, attribute = COMMANDS[name].partition(".")
    module = import_module(f"engine.cli.{module_name}")
    return module, getattr(module, attribute)


def _new_app(**settings: Any) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, **settings)


def _build(name: str) -> Any:
    if name not in COMMANDS:
        raise KeyError(name)
    module, target = _target(name)
    branch = _new_app()
    branch.callback()(lambda: None)  # so that a single command is one of a group, as here
    if isinstance(target, typer.Typer):
        branch.add_typer(target, name=name)
    else:
        settings = getattr(module, "SETTINGS", None)
        branch.command(name, help=HELP.get(name), context_settings=settings)(target)
    return cast("TyperGroup", typer.main.get_command(branch)).commands[name]


class _Root(TyperGroup):
    """The root command, which lists what every command does without reading their options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": {}})
        self.commands = cast("Any", _Built())

    def invoke(self, ctx: Any) -> Any:
        """Load and run the command that was typed; Ctrl-C is said, where typer says nothing."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise typer.Abort from error

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        listed = [TyperCommand(name, help=_help(name)) for name in COMMANDS]
        TyperGroup(commands=listed).format_commands(ctx, formatter)


def _help(name: str) -> str | None:
    _, target = _target(name)
    if isinstance(target, typer.Typer):
        return cast("str", target.info.help)
    return HELP.get(name) or inspect.getdoc(target)


app = _new_app(
    cls=_Root,
    name="engine",
    no_args_is_help=True,
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


@cache
def root_command() -> TyperGroup:
    """The whole tree of commands."""
    return cast("TyperGroup", typer.main.get_command(app))
