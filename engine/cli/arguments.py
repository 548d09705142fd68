"""Options that every command takes, wherever they stand on the line."""

from __future__ import annotations

from collections.abc import Sequence

VALUED = "--studio"
FLAG = "--debug"


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """Move ``--studio DIR`` and ``--debug`` to the front, where the root command reads them."""
    hoisted: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == FLAG or argument.startswith(f"{VALUED}="):
            hoisted.append(argument)
        elif argument == VALUED:
            hoisted += [argument, *(value for value in (next(waiting, None),) if value is not None)]
        else:
            rest.append(argument)
    return hoisted + rest
