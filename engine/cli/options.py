"""Options that several commands share, and those that every command takes anywhere on the line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from engine.errors import quoted

Population = Annotated[int, typer.Option(help="Individuals kept per generation.")]
Generations = Annotated[
    int | None,
    typer.Option(
        help="Generations after the first pool [default: at most 24, fewer where they gain little]."
    ),
]

Instruments = Annotated[
    list[str] | None,
    typer.Option(
        "--instrument",
        help="What plays a stage, such as melody=violin [default: by genre and singer].",
    ),
]

NoModel = Annotated[bool, typer.Option("--no-model", help="Score by theory and prior alone.")]

NoHead = Annotated[
    bool, typer.Option("--no-head", help="Go by the shipped total, not by what was learned.")
]

NoJudge = Annotated[
    bool,
    typer.Option("--no-judge", help="Go on even where the judge falls while the total climbs."),
]

WithTerms = Annotated[
    bool, typer.Option("--terms", help="With all bars, descriptions and terms of the scores.")
]

ModelPath = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="Fusion model (.onnx) to score with [default: the promoted one, or the shipped one].",
    ),
]

ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Where runs are carried on: serial, processes:4, dask or dask://HOST:PORT "
        "[default: one process a core, where there is enough to do].",
    ),
]

STUDIO, FOLDER = "--studio", "--folder"
VALUED = (STUDIO, FOLDER)
FLAG = "--debug"


class StudioOptions(NamedTuple):
    """What the options say that name the studio.

    Attributes:
        studio: a folder, or the address of a database; None where it wasn't given.
        folder: of the files, beside an address; None where it wasn't given.
    """

    studio: str | None = None
    folder: Path | None = None

    @property
    def words(self) -> str:
        """As they are typed, without a password; a folder that knows the address is enough."""
        if self.folder is not None:
            from engine.state.location import SETTINGS_NAME

            if (self.folder / SETTINGS_NAME).is_file():
                return f"{STUDIO} {quoted(self.folder)}"
        given = ((STUDIO, self.studio), (FOLDER, self.folder))
        return " ".join(f"{name} {quoted(_shown(value))}" for name, value in given if value)


def _shown(value: str | Path) -> str:
    if "://" not in str(value):
        return str(value)
    from store.postgresql import masked

    return masked(str(value))


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """Move ``--studio``, ``--folder`` and ``--debug`` to the front, for the root command."""
    hoisted: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == FLAG or argument.startswith(tuple(f"{name}=" for name in VALUED)):
            hoisted.append(argument)
        elif argument in VALUED:
            value = next(waiting, None)
            if value is None:
                return [argument]  # which the root command then finds fault with
            hoisted += [argument, value]
        else:
            rest.append(argument)
    return hoisted + rest


def is_debug(hoisted: Sequence[str]) -> bool:
    """Whether tracebacks are wanted."""
    return FLAG in takewhile(lambda argument: argument != "--", hoisted)


def studio_options(hoisted: Sequence[str]) -> StudioOptions:
    """What ``--studio`` and ``--folder`` say."""
    words = list(takewhile(lambda word: word != "--", hoisted))
    folder = _value(words, FOLDER)
    return StudioOptions(_value(words, STUDIO), None if folder is None else Path(folder))


def _value(words: Sequence[str], name: str) -> str | None:
    named = [following for word, following in pairwise(words) if word == name]
    joined = [word.removeprefix(f"{name}=") for word in words if word.startswith(f"{name}=")]
    return next(reversed([*joined, *named]), None)


At = Annotated[
    str | None,
    typer.Option(
        metavar="EVENT|TIME",
        help="As of then: a position of `history`, an event's id, or a time such as "
        "2026-11-28T19:05.",
    ),
]
