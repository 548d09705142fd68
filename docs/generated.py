"""Pages made from the code when the site is built, so that they can't be out of date.

Four directives: ``commands`` (every command with its arguments and options), ``exports`` (what a
package exports), ``events`` (every kind of event with its version and fields) and ``architecture``
(the picture of the packages).
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import draw_architecture
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from engine.cli.app import root_command
from store import events

ROOT = Path(__file__).resolve().parent.parent


def commands_text() -> str:
    """Markdown of every command: usage, help, arguments and options."""
    return "\n\n".join(_command_text(*each) for each in commands())


def commands(command: Any = None, words: tuple[str, ...] = ("engine",)) -> Iterator[Any]:
    """Every command of the tree after the words that are typed to run it; the root first."""
    command = command or root_command()
    yield words, command
    for name, subcommand in getattr(command, "commands", {}).items():
        yield from commands(subcommand, (*words, name))


def _command_text(words: tuple[str, ...], command: Any) -> str:
    context = command.make_context(words[-1], [], resilient_parsing=True)
    usage = " ".join([*words, *command.collect_usage_pieces(context)])
    rows = [record for each in command.params if (record := each.get_help_record(context))]
    parts = [f"## {' '.join(words)}", f"```text\n{usage}\n```", dedent(command.help or "")]
    if rows:
        parts.append(_table(["argument or option", "meaning"], [[f"`{a}`", b] for a, b in rows]))
    return "\n\n".join(parts)


def events_text() -> str:
    """Markdown of every kind of event, and after them the structures that they hold."""
    kinds = [
        _struct_text(f"{name}, version {kind.version}", kind.struct)
        for name, kind in events.KINDS.items()
    ]
    parts = [
        _struct_text(name, struct, level=3)
        for name, struct in vars(events).items()
        if inspect.isclass(struct) and issubclass(struct, events.Part) and struct is not events.Part
    ]
    return "\n\n".join([*kinds, "## Structures in payloads", *parts])


def _struct_text(title: str, struct: type, level: int = 2) -> str:
    rows = list(_fields(struct))
    table = _table(["field", "type", "default", "meaning"], rows) if rows else ""
    return f"{'#' * level} {title}\n\n{inspect.getdoc(struct)}\n\n{table}"


def _fields(struct: type) -> Iterator[list[str]]:
    """Name, type, default and comment of each field, as the source has them."""
    source = dedent(inspect.getsource(struct))
    lines = source.splitlines()
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101
    for node in definition.body:
        if isinstance(node, ast.AnnAssign):
            default = "" if node.value is None else f"`{ast.unparse(node.value)}`"
            _, _, comment = lines[node.end_lineno - 1].partition("  # ")
            yield [f"`{ast.unparse(node.target)}`", _type(node.annotation), default, comment]


def _type(annotation: ast.expr) -> str:
    """A type for people: a constraint after its type, so ``int, ge=0``."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        kind, checked = annotation.slice.elts
        limits = ", ".join(f"{each.arg}={ast.unparse(each.value)}" for each in checked.keywords)
        return f"`{ast.unparse(kind)}`, `{limits}`"
    return f"`{ast.unparse(annotation)}`"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def exports_text(package: str) -> str:
    """ReStructuredText of a package: what it says of itself, and each name that it exports."""
    module = import_module(package)
    entries = [_export_text(package, name) for name in getattr(module, "__all__", [])]
    return "\n".join([f".. automodule:: {package}\n   :no-members:\n", *entries])


def _export_text(package: str, name: str) -> str:
    value = getattr(import_module(package), name)
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
        return f".. {kind}:: {package}.{name}\n"
    if inspect.isfunction(value):
        return f".. autofunction:: {package}.{name}\n"
    return f".. py:data:: {name}\n   :module: {package}\n\n   {_comment(package, name)}\n"


def _comment(package: str, name: str) -> str:
    """The comment above or beside the assignment of a constant, in whichever module it stands."""
    pattern = re.compile(rf"((?:^#.*\n)*)^{name}(?:: .*?)? = (.*)$", re.MULTILINE)
    for path in sorted((ROOT / package).rglob("*.py")):
        if found := pattern.search(path.read_text("utf-8")):
            above, value = found.groups()
            _, _, beside = value.partition("  # ")
            return " ".join(line.lstrip("# ") for line in above.splitlines()) or beside
    return ""


class Commands(SphinxDirective):
    """Every command of the command line."""

    def run(self) -> list[nodes.Node]:
        """Parse the generated text in place."""
        return self.parse_text_to_nodes(commands_text(), allow_section_headings=True)


class Events(SphinxDirective):
    """Every kind of event."""

    def run(self) -> list[nodes.Node]:
        """Parse the generated text in place."""
        return self.parse_text_to_nodes(events_text(), allow_section_headings=True)


class Exports(SphinxDirective):
    """What a package exports."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the generated text in place."""
        text = f"```{{eval-rst}}\n{exports_text(self.arguments[0])}\n```"
        return self.parse_text_to_nodes(text)


class Architecture(SphinxDirective):
    """The picture of packages and of the rooms of the engine, with an arrow for each import."""

    def run(self) -> list[nodes.Node]:
        """Put the picture into the page itself, where it takes the colours of the theme."""
        return [nodes.raw("", draw_architecture.picture(), format="html")]


def register(app: Any) -> None:
    """Give the directives their names."""
    app.add_directive("commands", Commands)
    app.add_directive("events", Events)
    app.add_directive("exports", Exports)
    app.add_directive("architecture", Architecture)
