"""Errors for people: one line, with the next command to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

# A command in a message, as yet without ``--studio``.
_COMMAND = re.compile(r"\bengine (?=[a-z])")
_NEEDS_NO_QUOTES = re.compile(r"[\w./:\\@%+=,~-]+")


class EngineError(Exception):
    """Something that a person can act on.

    Attributes:
        advice: the next command to run, or empty.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}; {self.advice}" if self.advice else message


class NotFound(EngineError):
    """No song, run or candidate has this id."""


class Ambiguous(EngineError):
    """More than one thing begins with this id."""


class Refused(EngineError):
    """The request is invalid in the current state."""


def is_ours(error: Exception) -> bool:
    """Whether an error says in one line, for a person, what can't be done."""
    packages = {"documents", "engine", "fitness", "genomes", "store"}
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in packages


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a ``ValueError`` of the music packages about a person's input into ``Refused``."""
    try:
        yield
    except ValueError as error:
        raise Refused(str(error)) from error


def quoted(word: object) -> str:
    """A word of a command line, in quotation marks where a shell needs them."""
    text = str(word)
    if _NEEDS_NO_QUOTES.fullmatch(text):
        return text
    escaped = re.sub(r'(["$`])', r"\\\1", text)
    return f'"{escaped}"'


def in_studio(text: str, studio: str) -> str:
    """A text in which every command names the studio of the current one.

    Args:
        text: such as ``"run engine evolve --song meadow"``.
        studio: the options that name it, as they are typed; empty if none was given.
    """
    if not studio:
        return text
    named = f"engine {studio} "
    return _COMMAND.sub(lambda _: named, text)
