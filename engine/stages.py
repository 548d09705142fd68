"""The stages of composing a song, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import genomes
from engine.errors import NotFound

if TYPE_CHECKING:
    from genomes import StageGenomes

DRUMS = "drums"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of composing a song, such as its chords.

    Attributes:
        name: such as ``"chords"``.
        needs: stages that must have approved parts first. A part builds on the approved parts of
            all stages before its own.
        program: General MIDI program that its parts are written with, 0 to 127.
        channel: MIDI channel of its parts, 0 to 15.
        bars: default length of a section.
        carries_on: whether a part continues from the end of the section before.
        sings: whether a part can be set to words.
    """

    name: str
    needs: tuple[str, ...] = ()
    program: int = 0
    channel: int = 0
    bars: int = 8
    carries_on: bool = False
    sings: bool = False

    @property
    def genomes(self) -> StageGenomes[Any]:
        """Its genomes and their operators, loaded when they are used."""
        found: StageGenomes[Any] = getattr(genomes, self.name.upper())
        return found

    @property
    def is_drums(self) -> bool:
        """Whether its notes are drums."""
        return self.name == DRUMS


ROWS = (
    Stage("chords"),
    Stage(DRUMS, ("chords",), channel=9),  # of General MIDI
    Stage("bass", ("chords",), program=33, channel=1, carries_on=True),
    Stage("melody", ("chords",), program=73, channel=2, carries_on=True, sings=True),
    Stage("harmony", ("chords", "melody"), program=48, channel=3),
)
STAGES: dict[str, Stage] = {stage.name: stage for stage in ROWS}


def find_stage(name: str) -> Stage:
    """The stage with this name; raises NotFound naming those there are."""
    if name not in STAGES:
        raise NotFound(f"no stage {name!r}", f"stages are {', '.join(STAGES)}")
    return STAGES[name]


def stages_before(name: str) -> list[str]:
    """Names of the stages that come before one."""
    names = list(STAGES)
    return names[: names.index(name)]
