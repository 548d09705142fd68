"""What kind of section a label names, as a model takes it: one of seven, or none of them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

# Raised whenever a label gets another type; models carry it.
SECTION_TYPES_VERSION = "1"

# Each with how words of its labels begin. The first type that has one in a label is the label's:
# "pre-chorus" before "chorus", and "verse intro" is an intro.
SECTION_TYPES: dict[str, tuple[str, ...]] = {
    "pre_chorus": ("prechorus", "pre chorus", "lift"),
    "intro": ("intro", "opening", "prelude"),
    "outro": ("outro", "coda", "ending", "finale"),
    "chorus": ("chorus", "refrain", "hook", "climax"),
    "bridge": ("bridge", "middle eight"),
    "interlude": ("interlude", "instrumental", "solo", "break", "jam"),
    "verse": ("verse", "strophe"),
}
_NAMES = tuple(SECTION_TYPES)


def section_type(label: str) -> str | None:
    """The type of section that a label names; None where its words name none."""
    text = " ".join(re.findall("[a-z]+", label.casefold()))
    for name, beginnings in SECTION_TYPES.items():
        if re.search(rf"\b(?:{'|'.join(beginnings)})", text):
            return name
    return None


def section_row(label: str) -> NDArray[np.float32]:
    """``(7,)``: 1 at the label's type and 0 elsewhere; zeros of a label without one."""
    name = section_type(label)
    return np.array([name == each for each in _NAMES], dtype=np.float32)
