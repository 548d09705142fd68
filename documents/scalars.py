"""What a plain YAML word means: null, a truth value, a number, a date or simply text.

The rules are those of YAML 1.2, so that the titles ``Yes``, ``12:30`` and ``007`` and the colour
``Y`` stay what the songwriter wrote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _finite(text: str) -> float | str:
    """A number that JSON can hold, or else the text."""
    number = float(text)
    return number if math.isfinite(number) else text


def _iso(text: str) -> str:
    """A date and time in ISO 8601, or the text where the calendar has no such moment."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


# More than 18 digits fit no 64-bit integer, and no song has them: they stay text.
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...] = (
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?"), _finite),
    (
        re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[-+]\d\d:\d\d)?", re.ASCII),
        _iso,
    ),
)


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted word."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, read in _PATTERNS:
        if pattern.fullmatch(text):
            return read(text)
    return text
