"""What a section does in a song, told by its label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.gate.labels import section_label


@dataclass(frozen=True, slots=True)
class Role:
    """What sections of one sort are usually like.

    Attributes:
        name: as it stands in labels, such as ``pre_chorus``.
        place: where such a section stands in a drafted form; ``other`` if it has no place of its
            own there.
        energy: 0 (still) to 1 (full).
        is_sung: whether it usually has vocals.
        bars: how long such a section is, its repeats included, where its part is shorter.
    """

    name: str
    place: str
    energy: float
    is_sung: bool
    bars: int


OTHER = "other"
UNKNOWN = Role("", OTHER, 0.40, is_sung=True, bars=8)

# The first that is found in a label counts: a pre-chorus is no chorus.
ROLES = (
    Role("pre_chorus", "pre_chorus", 0.55, is_sung=True, bars=4),
    Role("prechorus", "pre_chorus", 0.55, is_sung=True, bars=4),
    Role("intro", "intro", 0.15, is_sung=False, bars=4),
    Role("outro", "outro", 0.15, is_sung=False, bars=8),
    Role("verse", "verse", 0.35, is_sung=True, bars=16),
    Role("chorus", "chorus", 0.75, is_sung=True, bars=16),
    Role("refrain", "chorus", 0.75, is_sung=True, bars=16),
    Role("hook", "chorus", 0.75, is_sung=True, bars=16),
    Role("bridge", "bridge", 0.20, is_sung=True, bars=8),
    Role("climax", "climax", 0.90, is_sung=True, bars=8),
    Role("peak", "climax", 0.90, is_sung=True, bars=8),
    Role("instrumental", OTHER, 0.40, is_sung=False, bars=8),
    Role("solo", OTHER, 0.40, is_sung=False, bars=8),
    Role("interlude", OTHER, 0.40, is_sung=False, bars=8),
    Role("break", OTHER, 0.40, is_sung=False, bars=4),
)

# The places of a song in playing order; what no label fills is left out.
FORM = (
    *("intro", "verse", "pre_chorus", "chorus", "verse", "pre_chorus", "chorus"),
    *(OTHER, "bridge", "chorus", "climax", "outro"),
)


def role_of(label: str) -> Role:
    """The role that a label names as a word of its own, such as ``Verse 2``; else ``UNKNOWN``."""
    words = re.sub(r"(\d+)", r"_\1_", f"_{section_label(label)}_")
    return next((role for role in ROLES if f"_{role.name}_" in words), UNKNOWN)
