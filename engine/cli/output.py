"""How commands speak: text for people, JSON for machines, tables that fit the terminal.

Everything goes through ``documents.terminal``, so that nothing of a name or a note is obeyed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from documents.terminal import print_line, visible, visible_json

# Characters that a line of a table may take where nothing limits it.
MAX_LINE = 1000

# Least and most characters of a line of music; the least is used where there is no terminal.
MUSIC_WIDTH = (80, 120)

Json = Annotated[bool, typer.Option("--json", help="Print plain JSON, for machines.")]


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line for people, on stdout or stderr."""
    print_line(text, err=err)


def ask(text: str) -> str:
    """What a person answers at the terminal, without spaces around it."""
    return str(typer.prompt(visible(text))).strip()


def say_note(text: str) -> None:
    """Print on stderr what a person should know, on one line."""
    print_line(f"note: {' '.join(text.split())}", err=True)


def music_width() -> int:
    """Characters of a line of music, by the width of the terminal."""
    least, most = MUSIC_WIDTH
    return max(least, min(most, shutil.get_terminal_size((least, 24)).columns))


def say_json(value: Any) -> None:
    """Print a value, made of plain values and structs, as JSON."""
    import msgspec

    text = json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False)
    print_line(visible_json(text))


def say_next(command: str, *, err: bool = False) -> None:
    """Name the next command to run."""
    print_line(f"\nnext: {command}", err=err)


def say_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows in columns; numbers to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    body = [list(row) for row in rows]
    for index, name in enumerate(header):
        numeric = bool(body) and all(isinstance(row[index], int | float) for row in body)
        table.add_column(
            name,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=index == 0,  # an id stays whole, to be copied
        )
    for row in body:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console()
    if not console.is_terminal:  # a file or another program has no edge to fold at
        unbounded = console.options.update(max_width=MAX_LINE)
        console.width = max(console.width, console.measure(table, options=unbounded).maximum)
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return visible(" ".join(str(value).splitlines()))
