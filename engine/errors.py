"""What can go wrong, said in one line with the next command to run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
    """The request makes no sense in the present state."""


class Differs(EngineError):
    """A replay did not give what the log says."""


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a value that a person typed and the music packages refuse into ``Refused``."""
    try:
        yield
    except ValueError as error:
        raise Refused(str(error)) from error
