"""Melody and harmony of a style card, as genomes that evolution could have made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from msgspec import structs

from genomes.context import Context
from genomes.grid import STRAIGHT
from genomes.harmony.forms import (
    FALLBACK_TEXTURES,
    FORMS,
    PAIRS,
    closes_phrase,
    phrase_of,
    playable,
    write_bar,
)
from genomes.harmony.genome import DRONE, Bar, HarmonyGenome, cell_onsets
from genomes.harmony.genome import Tone as HarmonyTone
from genomes.harmony.style import (
    DOWN_A_SIXTH,
    DOWN_A_THIRD,
    UP_A_SIXTH,
    UP_A_THIRD,
    Style,
    draw_line_onsets,
)
from genomes.harmony.writing import Arranger, arranger_for
from genomes.melody.contours import kept_within
from genomes.melody.form import draw_form
from genomes.melody.genes import Material, Phrase, Tone
from genomes.melody.genome import MelodyGenome, Piece, numbered
from genomes.melody.rhythm import DENSITIES, Pace
from genomes.melody.seeds import draw_material
from genomes.time import Meter
from training.composed.cards import HarmonyCard, MelodyCard
from training.composed.draws import chance, choose
from training.composed.rhythms import ENDS_ONLY, HOLDS, MOTIONS

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
        melismas=0,
    )


def _pieces(card: MelodyCard, context: Context, rng: np.random.Generator) -> list[Piece]:
    """The phrases of a form; a letter's first phrase is plain, repetitions are sometimes varied."""
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
    """Material from a source of melodies, varied as the card says."""
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


def compose_harmony(card: HarmonyCard, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A section's harmony part for the parts of the context."""
    stirred = replace(context.section, energy=MOTIONS[choose(card.motion, rng)])
    moved = replace(context, section=stirred)
    arranger = arranger_for(moved, _harmony_style(card, moved, rng), rng)
    first = choose(card.texture, rng)
    partners = [pair[1 - pair.index(first)] for pair in PAIRS if first in pair]
    textures = (first, choose(card.texture, rng, among=partners))
    bars = _harmony_bars(textures, choose(card.form, rng), arranger)
    share = HOLDS[choose(card.hold, rng)]
    held = tuple(_held(bar, share, context.meter) for bar in bars)
    return HarmonyGenome(str(context.meter), held, choose(card.dynamic, rng))


def _harmony_style(card: HarmonyCard, context: Context, rng: np.random.Generator) -> Style:
    is_above = chance(card.above, rng)
    return Style(
        register=choose(card.register, rng),
        pad_voices=choose(card.pad_voices, rng),
        spread=choose(card.spread, rng),
        entry=choose(card.entry, rng),
        third_steps=UP_A_THIRD if is_above else DOWN_A_THIRD,
        sixth_steps=UP_A_SIXTH if is_above else DOWN_A_SIXTH,
        doubles=choose(card.doubles, rng),
        line_onsets=draw_line_onsets(context, frozenset(), rng),
        gate=1.0,
        drone_fifth=bool(rng.random() < 0.5),
    )


def _harmony_bars(textures: tuple[str, str], form: str, arranger: Arranger) -> tuple[Bar, ...]:
    """Bars as the form says; a texture that gives no tones is replaced by another."""
    for material in (textures, [FALLBACK_TEXTURES.get(texture, texture) for texture in textures]):
        bars = _written(material, form, arranger)
        if any(bars):
            return tuple(bars)
    bars[-1] = write_bar((DRONE,), arranger, len(bars) - 1, ())
    return tuple(bars)


def _written(textures: Sequence[str], form: str, arranger: Arranger) -> list[Bar]:
    count = arranger.context.section.bars
    bars: list[Bar] = []
    for index in range(count):
        amount = (
            int(closes_phrase(index, count))
            if form == ENDS_ONLY
            else FORMS[form][phrase_of(index, count)]
        )
        wanted = playable(textures, arranger)[:amount]
        bars.append(write_bar(wanted, arranger, index, bars[-1] if bars else ()))
    return bars


def _held(bar: Bar, share: float, meter: Meter) -> Bar:
    """A bar whose tones last a share of their length, to the next place of the grid."""
    places = (*cell_onsets(meter), meter.bar_ticks)

    def held(tone: HarmonyTone) -> HarmonyTone:
        wanted = tone.onset_ticks + round(share * tone.duration_ticks)
        end = next(place for place in places if place >= wanted)
        return structs.replace(tone, duration_ticks=end - tone.onset_ticks)

    return tuple(structs.replace(layer, tones=tuple(map(held, layer.tones))) for layer in bar)
