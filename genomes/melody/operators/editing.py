"""Finding and changing one phrase, or the material that phrases share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from genomes.melody.form import material_from, with_heights
from genomes.melody.genes import Material, Phrase, Tone
from genomes.melody.genome import MelodyGenome, rebuilt


def draw_material_index(genome: MelodyGenome, rng: np.random.Generator) -> int:
    """One material, all equally likely."""
    return int(rng.integers(len(genome.materials)))


def put_material(genome: MelodyGenome, index: int, material: Material) -> MelodyGenome:
    """A copy in which every phrase of some material sings another."""
    return rebuilt(
        genome,
        [
            (phrase, material if phrase.material == index else own)
            for phrase, own in genome.pieces()
        ],
    )


def put_heights(genome: MelodyGenome, index: int, heights: Sequence[int]) -> MelodyGenome:
    """A copy with another contour on some material, its rhythm kept."""
    return put_material(genome, index, with_heights(genome.materials[index], heights))


def put_tones(genome: MelodyGenome, index: int, tones: Sequence[Tone]) -> MelodyGenome:
    """A copy with other tones in some material; heights count from the first."""
    cells, lengths = [tone.cell for tone in tones], [tone.length for tone in tones]
    heights = [tone.height for tone in tones]
    material = material_from(genome.materials[index], cells, lengths, heights)
    return put_material(genome, index, material)


def draw_phrase_index(genome: MelodyGenome, rng: np.random.Generator) -> int:
    """One phrase, all equally likely."""
    return int(rng.integers(len(genome.phrases)))


def put_phrase(genome: MelodyGenome, index: int, phrase: Phrase) -> MelodyGenome:
    """A copy with a phrase replaced by another over the same material."""
    phrases = (*genome.phrases[:index], phrase, *genome.phrases[index + 1 :])
    return replace(genome, phrases=phrases)
