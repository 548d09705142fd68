"""Drums written down, and what operators make of them."""

from __future__ import annotations

from genomes.drums import DrumGenome
from genomes.drums.genome import Bar
from genomes.drums.patterns import Pattern
from genomes.drums.voices import RANK
from genomes.time import Meter

PLAIN = {"kick": "X.......x.......", "snare": "....X.......X...", "closed_hat": "x.g.x.g.x.g.x.g."}


def pattern(lines, division="straight"):
    """A pattern of letters by voice."""
    ordered = sorted(lines.items(), key=lambda line: RANK[line[0]])
    return Pattern(division, tuple(ordered))


PLAYED = {"swing_percent": 0, "dynamic": 70, "shape": "breath"}


def groove(*bars, meter="4/4", **genes):
    """A genome of bars, each letters by voice or a whole ``Bar``."""
    built = tuple(bar if isinstance(bar, Bar) else Bar(pattern(bar)) for bar in bars)
    return DrumGenome(Meter.parse(meter), built, **(PLAYED | genes))


def struck(part):
    """Onsets and notes, without how loud or how long."""
    return {(onset, note) for onset, _, note, _, _ in part.notes.tolist()}
