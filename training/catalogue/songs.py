"""Songs: three sections of chords, drums, bass and melody in one colour's taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.chords.genome import ChordGenome
from genomes.context import Context
from genomes.notes import Part
from training.catalogue.bass import compose_bass
from training.catalogue.cards import Card, cards
from training.catalogue.chords import compose_chords
from training.catalogue.drums import compose_drums
from training.catalogue.melody import compose_melody
from training.catalogue.tendency import song_card

Parts = dict[str, Part]  # stage -> part


@dataclass(frozen=True, slots=True)
class ComposedSection:
    """One section of a song.

    Attributes:
        genome: the chords' genome.
        parts: every stage's part, all of one length.
    """

    genome: ChordGenome
    parts: Parts


def compose_sections(
    colour: str, context: Context, count: int, rng: np.random.Generator
) -> list[ComposedSection]:
    """Sections of one song of a colour that has a card."""
    card = song_card(cards()[colour], rng)
    return [compose_section(card, context, rng) for _ in range(count)]


def compose_section(card: Card, context: Context, rng: np.random.Generator) -> ComposedSection:
    """One section: chords first, then what is played with them."""
    genome = compose_chords(card.chords, context, rng)
    chords = genome.render(context)
    return ComposedSection(genome, accompanied(card, chords, context, rng))


def accompanied(card: Card, chords: Part, context: Context, rng: np.random.Generator) -> Parts:
    """Chords with drums, bass and melody."""
    return {
        "chords": chords,
        "drums": compose_drums(card.drums, context, rng),
        "bass": compose_bass(card.bass, context, chords, rng),
        "melody": compose_melody(card.melody, context, chords, rng),
    }
