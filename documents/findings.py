"""What reading a field can come to: a value with warnings, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, TypeVarTuple

from documents.wording import one_line, shown

Value = TypeVar("Value")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A field that was read.

    Attributes:
        value: what it means.
        warnings: what had to be assumed or left out, one line each.
    """

    value: Value
    warnings: tuple[str, ...] = ()


class UnreadableError(ValueError):
    """A field or file that can't be read.

    Attributes:
        field: its name, as written in the document; ``file`` or ``yaml`` for the file as a whole.
        value: what stands there, short and on one line.
        accepted: what would have been accepted.
    """

    def __init__(self, field: str, value: str, accepted: str) -> None:
        super().__init__(f"{field}: {value} (accepted: {accepted})")
        self.field, self.value, self.accepted = field, value, accepted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one song, or one file, was not taken; ``str()`` is one line.

    Attributes:
        file: relative path or bare name.
        field: the first field that could not be read.
        value: what stands there, short and on one line.
        accepted: what is accepted, with the option that overrides it where there is one.
        item: place in a list document, counted from 1; 0 outside a list.
        also: the other unreadable fields of the same song, each as
            ``field: value (accepted: …)``.
    """

    file: str
    field: str
    value: str
    accepted: str
    item: int = 0
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file} item {self.item}" if self.item else self.file
        first = f"{self.field}: {self.value} (accepted: {self.accepted})"
        return one_line(f"{place}: {'; also '.join((first, *self.also))}")


def refusal(file: str, problems: list[UnreadableError], item: int = 0) -> Refusal:
    """One refusal for everything that is wrong with one song."""
    first, *others = problems
    also = tuple(map(str, others))
    return Refusal(file, first.field, first.value, first.accepted, item, also)


def written(document: dict[str, Any], name: str) -> str:
    """What a document says in a field, for a message."""
    return shown(document[name]) if name in document else "missing"


@dataclass
class Findings:
    """Collects the warnings and problems of one song, field by field."""

    warnings: list[str] = field(default_factory=list)
    problems: list[UnreadableError] = field(default_factory=list)

    def take(self, found: Found[Value]) -> Value:
        """Note the warnings and hand the value on."""
        self.warnings.extend(one_line(warning) for warning in found.warnings)
        return found.value

    def read(self, reader: Callable[[*Arguments], Found[Value]], *args: *Arguments) -> Value | None:
        """Take what a reader finds; None if it can't read, and then the problem is on record."""
        try:
            return self.take(reader(*args))
        except UnreadableError as problem:
            self.problems.append(problem)
            return None
