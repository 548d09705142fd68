"""The role of a section in the song form, found from its label: verse, chorus, bridge ..."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.gate.labels import section_label


@dataclass(frozen=True, slots=True)
class Role:
    """Usual properties of one kind of section.

    Attributes:
        name: the word in labels, such as ``pre_chorus``.
        form_section: the entry of the form that it fills.
        energy: loudness, 0 (quietest) to 1 (loudest).
        is_sung: whether it usually has vocals.
        bars: usual length with repeats; shorter parts are repeated to reach it.
    """

    name: str
    form_section: str
    energy: float
    is_sung: bool
    bars: int


OTHER = "other"
UNKNOWN = Role("", OTHER, 0.40, is_sung=True, bars=8)

# The first role found in a label counts, so pre-chorus comes before chorus.
ROLES = (
    Role("pre_chorus", "pre_chorus", 0.55, is_sung=True, bars=4),
    Role("prechorus", "pre_chorus", 0.55, is_sung=True, bars=4),
    Role("intro", "intro", 0.20, is_sung=False, bars=4),
    Role("outro", "outro", 0.30, is_sung=False, bars=8),
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

MIN_VERSES, MAX_VERSES = 2, 12


def form_with(verses: int) -> tuple[str, ...]:
    """The song form in playing order; entries without an approved section are skipped.

    Args:
        verses: how many it has, each before a chorus; at least ``MIN_VERSES``.
    """
    verses = max(MIN_VERSES, min(MAX_VERSES, verses))
    rounds = ("verse", "pre_chorus", "chorus") * verses
    return ("intro", *rounds, OTHER, "bridge", "chorus", "climax", "outro")


def role_of(label: str) -> Role:
    """The role whose name is a whole word of the label, as in ``Verse 2``; else ``UNKNOWN``."""
    words = re.sub(r"(\d+)", r"_\1_", f"_{section_label(label)}_")
    return next((role for role in ROLES if f"_{role.name}_" in words), UNKNOWN)
