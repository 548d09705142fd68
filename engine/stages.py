"""The stages: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.errors import NotFound
from genomes.base import StageGenomes
from genomes.chords import CHORDS


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a song.

    Attributes:
        name: such as ``"chords"``.
        genomes: how it makes and changes genomes.
        needs: stages that must have something approved first.
        program: General MIDI program that its parts are written with, 0 to 127.
        channel: MIDI channel of its parts, 0 to 15.
        bars: default length of a section.
    """

    name: str
    genomes: StageGenomes[Any]
    needs: tuple[str, ...] = ()
    program: int = 0
    channel: int = 0
    bars: int = 8


STAGES: dict[str, Stage] = {stage.name: stage for stage in (Stage("chords", CHORDS),)}


def find_stage(name: str) -> Stage:
    """The stage with this name; raises NotFound naming those there are."""
    if name not in STAGES:
        raise NotFound(f"no stage {name!r}", f"stages are {', '.join(STAGES)}")
    return STAGES[name]
