"""Operators on the form: which phrases there are, and how each one is varied."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.melody.form import from_bar, material_from
from genomes.melody.genes import (
    CADENCES,
    ENDINGS,
    FARTHEST_LIFT,
    ORNAMENTS,
    TAILS,
    Material,
    Phrase,
    Tone,
)
from genomes.melody.genome import MelodyGenome, rebuilt
from genomes.melody.operators.editing import draw_phrase_index, put_phrase
from genomes.melody.phrases import tones_of
from genomes.melody.seeds import SOURCES, draw_contour
from genomes.melody.timing import cell_ticks
from genomes.variation import pick


def lift_phrase(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One phrase begins a step or two higher or lower."""
    index = draw_phrase_index(genome, rng)
    phrase = genome.phrases[index]
    lift = phrase.lift + pick(rng, (-2, -1, 1, 2))
    if abs(lift) > FARTHEST_LIFT:
        return genome
    return put_phrase(genome, index, replace(phrase, lift=lift))


def turn_tail(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The second half of a phrase moved, mirrored, flattened, or plain again."""
    index = draw_phrase_index(genome, rng)
    return put_phrase(genome, index, replace(genome.phrases[index], tail=pick(rng, tuple(TAILS))))


def end_phrase(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A phrase ends held, short, on two tones joined, or as its material does."""
    index = draw_phrase_index(genome, rng)
    return put_phrase(genome, index, replace(genome.phrases[index], ending=pick(rng, ENDINGS)))


def set_cadence(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A phrase closes on another note of its chord."""
    index = draw_phrase_index(genome, rng)
    cadence = pick(rng, tuple(CADENCES))
    return put_phrase(genome, index, replace(genome.phrases[index], cadence=cadence))


def ornament(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The longest tone of a phrase takes an ornament, or loses it."""
    index = draw_phrase_index(genome, rng)
    phrase = genome.phrases[index]
    name = pick(rng, tuple(ORNAMENTS)) if phrase.ornament == "none" else "none"
    return put_phrase(genome, index, replace(phrase, ornament=name))


def reuse_material(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """A phrase takes the material of another."""
    index = draw_phrase_index(genome, rng)
    phrase, own = genome.pieces()[index]
    options = [m for m in genome.materials if m != own and m.bars >= phrase.bars]
    if not options:
        return genome
    pieces = genome.pieces()
    pieces[index] = phrase, pick(rng, options)
    return rebuilt(genome, pieces)


def freshen(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A phrase that shares its material gets its own, with its rhythm and another contour."""
    index = draw_phrase_index(genome, rng)
    phrase, material = genome.pieces()[index]
    if sum(other.material == phrase.material for other in genome.phrases) < 2:
        return genome
    count = len(material.tones)
    heights = draw_contour(pick(rng, tuple(SOURCES)), count, context, rng)
    cells, lengths = zip(*material.rhythm, strict=True)
    pieces = genome.pieces()
    pieces[index] = phrase, material_from(material, cells, lengths, heights)
    return rebuilt(genome, pieces)


def swap_phrases(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Two phrases of one length are exchanged."""
    index = draw_phrase_index(genome, rng)
    pieces = genome.pieces()
    bars = genome.phrases[index].bars
    others = [i for i, phrase in enumerate(genome.phrases) if phrase.bars == bars and i != index]
    if not others:
        return genome
    other = pick(rng, others)
    pieces[index], pieces[other] = pieces[other], pieces[index]
    return rebuilt(genome, pieces)


def answer_phrase(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A phrase repeats the one before it, with another tail and cadence."""
    if len(genome.phrases) < 2:
        return genome
    index = int(rng.integers(1, len(genome.phrases)))
    pieces = genome.pieces()
    before, material = pieces[index - 1]
    bars = genome.phrases[index].bars
    if material.bars < bars:
        return genome
    answer = replace(
        before, bars=bars, tail=pick(rng, tuple(TAILS)), cadence=pick(rng, tuple(CADENCES))
    )
    pieces[index] = answer, material
    return rebuilt(genome, pieces)


def join_phrases(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Two phrases become one."""
    if len(genome.phrases) < 2:
        return genome
    index = int(rng.integers(1, len(genome.phrases)))
    pieces = genome.pieces()
    (first, one), (second, two) = pieces[index - 1 : index + 1]
    if one.division != two.division:
        return genome
    per_bar = context.meter.bar_ticks // cell_ticks(context.meter, one.division)
    tones = list(tones_of(first, one, per_bar))
    for tone in tones_of(second, two, per_bar):
        height = tone.height + second.lift - first.lift
        tones.append(Tone(tone.cell + first.bars * per_bar, tone.length, height))
    bars = first.bars + second.bars
    cells, lengths = [t.cell for t in tones], [t.length for t in tones]
    whole = material_from(
        Material((), bars, one.division), cells, lengths, [t.height for t in tones]
    )
    joined = Phrase(0, bars, first.lift, cadence=second.cadence)
    return rebuilt(genome, [*pieces[: index - 1], (joined, whole), *pieces[index + 1 :]])


def split_phrase(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One phrase becomes two."""
    splittable = [index for index, phrase in enumerate(genome.phrases) if phrase.bars > 1]
    if not splittable:
        return genome
    index = pick(rng, splittable)
    pieces = genome.pieces()
    phrase, material = pieces[index]
    bar = phrase.bars // 2
    first = replace(phrase, bars=bar), material
    second = from_bar(pieces[index], bar, context.meter)
    return rebuilt(genome, [*pieces[:index], first, second, *pieces[index + 1 :]])
