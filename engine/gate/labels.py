"""Labels: what people call an approved part, and the file name that comes of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from engine.errors import Refused
from engine.state.songs import Song

MAX_LABEL_CHARS = 60

# Windows opens a device, not a file, by these names, whatever ending they have.
DEVICE_NAMES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def file_label(display_label: str) -> str:
    """A label as a file name: lower case, ``a-z``, digits and underscores.

    Raises:
        Refused: if nothing of it is left.
    """
    plain = unicodedata.normalize("NFKD", display_label).encode("ascii", "ignore").decode()
    words = re.sub(r"[\s-]+", "_", plain.strip().casefold())
    label = re.sub(r"[^a-z0-9_]", "", words).strip("_")[:MAX_LABEL_CHARS].rstrip("_")
    if not label:
        raise Refused(
            f"label {display_label!r} has none of the letters a-z and digits that file names take",
            "choose one that has, such as verse",
        )
    return f"{label}_part" if label in DEVICE_NAMES else label


def section_label(display_label: str) -> str:
    """A section's label as a file name; ``part`` where its script has no letters for one."""
    try:
        return file_label(display_label)
    except Refused:
        return "part"


def compared_label(display_label: str) -> str:
    """A section's label in the form that labels are compared in: the same however it is written."""
    try:
        return file_label(display_label)
    except Refused:  # a script without letters for file names
        return display_label.strip().casefold()


def as_named(known: Iterable[str], label: str) -> str:
    """A section's label as it is written where it is known; as it is given where it isn't."""
    wanted = compared_label(label)
    return next((each for each in known if compared_label(each) == wanted), label)


def free_label(song: Song, stage: str, wanted: str, candidate: str) -> str:
    """The label a candidate gets: the one it wants, or with the next free number.

    A label once given is never given to another candidate of the stage, nor renamed.
    """
    taken = song.labels.get(stage, {})
    number, label = 1, wanted
    while taken.get(label, candidate) != candidate:
        number += 1
        label = f"{wanted}_{number}"
    return label
