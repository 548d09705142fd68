"""What the tests ask of a genome, in one place.

Who answers, the genome or its stage, is known here and nowhere else in the tests of genomes.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from genomes import STAGE_GENOMES
from genomes.context import Context
from genomes.notes import Part

_STAGES = {stage.genome_type: stage for stage in STAGE_GENOMES.values()}


def render(genome: Any, context: Context) -> Part:
    """The music of a genome in its context."""
    return _STAGES[type(genome)].renderer(genome, context)


def render_kept(genome: Any, context: Context) -> Part:
    """The music with the notes that the context keeps in locked bars."""
    return _STAGES[type(genome)].render(genome, context)


def describe(genome: Any, context: Context) -> dict[str, Any]:
    """What a person reads about it."""
    return _STAGES[type(genome)].describe(genome, context)


def distance(first: Any, second: Any) -> float:
    """How different two genomes of one stage are, 0 to 1."""
    return _STAGES[type(first)].distance(first, second)


def payload_of(genome: Any) -> dict[str, Any]:
    """The plain values that stand for it."""
    return genome.to_payload()


def replace(value: Any, **changes: Any) -> Any:
    """A changed copy of a genome, a gene or a context."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changes)
    return dataclasses.replace(value, **changes)
