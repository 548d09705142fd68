"""Melody of a card, as genomes: phrases over shared material, that come back changed."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.grid import STRAIGHT
from genomes.melody.contours import kept_within
from genomes.melody.form import draw_form
from genomes.melody.genes import Material, Phrase, Tone
from genomes.melody.genome import MelodyGenome, Piece, numbered
from genomes.melody.rhythm import DENSITIES, Pace
from genomes.melody.seeds import draw_material
from training.composed.cards import MelodyCard
from training.composed.tendency import chance, choose

LIFTS = (-1, 0, 0, 1, 2)  # steps that a phrase begins above home


def compose_melody(card: MelodyCard, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A section's melody over the chords of the context."""
    pieces = _pieces(card, context, rng)
    return MelodyGenome(
        str(context.meter),
        *numbered(pieces),
        home=choose(card.home, rng),
        register=choose(card.register, rng),
        leaning=choose(card.leaning, rng),
        dynamic=choose(card.dynamic, rng),
    )


def _pieces(card: MelodyCard, context: Context, rng: np.random.Generator) -> list[Piece]:
    """A form of phrases; each letter is sung as it is first, then changed now and then."""
    bars = context.section.bars
    length = min(bars, choose(card.phrase_bars, rng))
    lengths = [length] * (bars // length)
    lengths[-1] += bars - sum(lengths)
    contour, density = choose(card.contour, rng), choose(card.density, rng)
    heard: dict[str, Piece] = {}
    pieces = []
    for letter, count in zip(draw_form(len(lengths), rng), lengths, strict=True):
        if letter not in heard:
            material = _material(card, context, contour, density, max(lengths), rng)
            heard[letter] = _phrase(card, count, rng), material
            pieces.append(heard[letter])
            continue
        phrase, material = heard[letter]
        is_changed = phrase.bars != count or chance(card.varied, rng)
        pieces.append((_phrase(card, count, rng) if is_changed else phrase, material))
    return pieces


def _phrase(card: MelodyCard, bars: int, rng: np.random.Generator) -> Phrase:
    return Phrase(
        0,
        bars,
        LIFTS[int(rng.integers(len(LIFTS)))],
        choose(card.tail, rng),
        choose(card.ending, rng),
        ornament=choose(card.ornament, rng),
    )


def _material(
    card: MelodyCard,
    context: Context,
    contour: str,
    density: str,
    bars: int,
    rng: np.random.Generator,
) -> Material:
    """What the genome's own source gives, widened, thinned, pushed and shortened."""
    seconds = bars * float(context.tempo_map.seconds(context.meter.bar_ticks))
    onsets = max(1, round(rng.uniform(*DENSITIES[density]) * seconds))
    pace = Pace(onsets, speaks=chance(card.speaks, rng))
    drawn = draw_material(contour, context, STRAIGHT, bars, pace, rng)
    tones: list[Tone] = []
    for tone in drawn.tones:
        if chance(card.rests, rng) and tones:
            continue
        height = round(tone.height * card.width[0])
        if chance(card.repeats, rng) and tones:
            height = tones[-1].height
        end = tone.cell + tone.length
        free_from = tones[-1].cell + tones[-1].length if tones else 0
        is_early = chance(card.syncopation, rng) and tone.cell - 1 >= max(1, free_from)
        cell = tone.cell - 1 if is_early else tone.cell
        tones.append(Tone(cell, max(1, round((end - cell) * card.gate[0])), height))
    heights = kept_within([tone.height for tone in tones])
    kept = zip(tones, heights, strict=True)
    return Material(tuple(tone._replace(height=height) for tone, height in kept), bars)
