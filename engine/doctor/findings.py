"""One thing that the doctor found."""

from __future__ import annotations

from dataclasses import dataclass

PROBLEM, MENDED, WARNING, UNFINISHED = "problem", "mended", "warning", "unfinished"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor found.

    Attributes:
        kind: ``problem``; ``mended``: it was one; ``warning``: worth knowing; ``unfinished``: work
            that can go on.
        text: what it is, in one line.
        command: the next command to run, without ``engine``; empty if there is none.
    """

    kind: str
    text: str
    command: str = ""
