"""Options that several commands share, and those that every command takes anywhere on the line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Annotated

import typer

Population = Annotated[int, typer.Option(help="Individuals kept per generation.")]
Generations = Annotated[int, typer.Option(help="Generations after the first pool.")]

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

VALUED = "--studio"
EQUALS = f"{VALUED}="
FLAG = "--debug"


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """Move ``--studio DIR`` and ``--debug`` to the front, where the root command reads them."""
    hoisted: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == FLAG or argument.startswith(EQUALS):
            hoisted.append(argument)
        elif argument == VALUED:
            value = next(waiting, None)
            if value is None:
                return [VALUED]  # which the root command then finds fault with
            hoisted += [VALUED, value]
        else:
            rest.append(argument)
    return hoisted + rest


def is_debug(hoisted: Sequence[str]) -> bool:
    """Whether tracebacks are wanted."""
    return FLAG in takewhile(lambda argument: argument != "--", hoisted)


def studio_of(hoisted: Sequence[str]) -> Path | None:
    """The folder that ``--studio`` names; None where it wasn't given."""
    words = list(takewhile(lambda word: word != "--", hoisted))
    named = [following for word, following in pairwise(words) if word == VALUED]
    joined = [word.removeprefix(EQUALS) for word in words if word.startswith(EQUALS)]
    found = [*joined, *named]
    return Path(found[-1]) if found else None


At = Annotated[
    str | None,
    typer.Option(
        metavar="EVENT|TIME",
        help="As of then: a position of `history`, an event's id, or a time such as "
        "2026-11-28T19:05.",
    ),
]
