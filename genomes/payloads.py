"""Reading a genome's payload, which may be anything."""

from __future__ import annotations

from typing import Any


def rows_of(value: Any) -> list[Any]:
    """A payload's list; raises TypeError for anything else that could be walked through."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r}: expected a list")
    return value


def whole_numbers(*values: Any) -> tuple[int, ...]:
    """The values, all of them integers; raises TypeError if one is none."""
    if not all(type(value) is int for value in values):
        raise TypeError(f"{values}: expected whole numbers")
    return values
