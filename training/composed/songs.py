"""Songs: three sections of every stage's genomes in one colour's taste."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genomes.base import Genome
from genomes.context import Context
from genomes.notes import Part
from training.composed.bass import compose_bass
from training.composed.cards import Card, cards
from training.composed.chords import compose_chords
from training.composed.drums import compose_drums
from training.composed.examples import PART_STAGES
from training.composed.harmony import compose_harmony
from training.composed.melody import compose_melody
from training.composed.tendency import song_card

Parts = dict[str, Part]  # stage -> part

COMPOSERS: dict[str, Any] = {
    "chords": compose_chords,
    "drums": compose_drums,
    "bass": compose_bass,
    "melody": compose_melody,
    "harmony": compose_harmony,
}


@dataclass(frozen=True, slots=True)
class ComposedSection:
    """One section of a song.

    Attributes:
        genomes: every stage's genome.
        parts: what they sound as, each in the context of those before it; all of one length.
    """

    genomes: Mapping[str, Genome]
    parts: Parts


def compose_sections(
    colour: str, context: Context, count: int, rng: np.random.Generator
) -> list[ComposedSection]:
    """Sections of one song of a colour that has a card."""
    card = song_card(cards()[colour], rng)
    return [compose_section(card, context, rng) for _ in range(count)]


def compose_section(card: Card, context: Context, rng: np.random.Generator) -> ComposedSection:
    """One section, stage after stage."""
    return performed(
        lambda stage, heard: COMPOSERS[stage](getattr(card, stage), heard, rng), context
    )


def performed(genome_of: Callable[[str, Context], Genome], context: Context) -> ComposedSection:
    """A section of genomes, each made and played in the context of those before it.

    Args:
        genome_of: the genome of a stage, in a context with the parts before it.
        context: without parts.
    """
    genomes: dict[str, Genome] = {}
    parts: Parts = {}
    for stage in PART_STAGES:
        heard = with_parts(context, parts)
        genomes[stage] = genome_of(stage, heard)
        parts[stage] = genomes[stage].render(heard)
    return ComposedSection(genomes, parts)


def with_parts(context: Context, parts: Parts) -> Context:
    """A context in which parts are approved."""
    return replace(context, parts=tuple(parts.items()))
