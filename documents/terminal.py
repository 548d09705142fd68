r"""Lines for people on a terminal: the one place that writes them, and makes them safe.

Names of files, titles, labels, notes and words come from anywhere. What a terminal would obey, or
show in another order than it is written, is printed as its code, such as ``\x1b`` or ``\u202e``.
"""

from __future__ import annotations

import re
import sys

# Control characters but for the end of a line and a tab; the signs that turn the order of writing;
# other ends of lines; halves of characters, which no terminal can be given.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """A text with nothing hidden in it: what a terminal would obey stands there as its code."""
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_code, text)


def visible_json(text: str) -> str:
    """A text of JSON with the same value, and nothing hidden in it."""
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def print_line(text: str = "", *, err: bool = False) -> None:
    """Print a text and an end of line, on stdout or stderr."""
    stream = sys.stderr if err else sys.stdout
    line = f"{visible(text)}\n"
    try:
        stream.write(line)
    except UnicodeEncodeError:  # rather a wrong letter than none
        stream.write(line.encode(stream.encoding, "replace").decode(stream.encoding))
    stream.flush()


def _code(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
