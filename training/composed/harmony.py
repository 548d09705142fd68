"""Harmony of a card, as genomes: textures around the melody, phrase by phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from genomes.context import Context
from genomes.harmony.forms import (
    FORMS,
    INSTEAD,
    PAIRS,
    closes_phrase,
    phrase_of,
    playable,
    write_bar,
)
from genomes.harmony.genes import Bar, Tone
from genomes.harmony.genome import HarmonyGenome, sounds
from genomes.harmony.ground import cell_onsets
from genomes.harmony.style import (
    DOWN_A_SIXTH,
    DOWN_A_THIRD,
    UP_A_SIXTH,
    UP_A_THIRD,
    Style,
    draw_line_onsets,
)
from genomes.harmony.tables import DRONE
from genomes.harmony.writing import Desk, desk_for
from genomes.time import Meter
from training.composed.cards import HarmonyCard
from training.composed.tables import ENDS_ONLY, HOLDS, MOTIONS
from training.composed.tendency import chance, choose


def compose_harmony(card: HarmonyCard, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A section's supporting part around what the context has."""
    stirred = replace(context.section, energy=MOTIONS[choose(card.motion, rng)])
    moved = replace(context, section=stirred)
    desk = desk_for(moved, _style(card, moved, rng), rng)
    first = choose(card.texture, rng)
    partners = [pair[1 - pair.index(first)] for pair in PAIRS if first in pair]
    textures = (first, choose(card.texture, rng, among=partners))
    bars = _bars(textures, choose(card.form, rng), desk)
    share = HOLDS[choose(card.hold, rng)]
    held = tuple(_held(bar, share, context.meter) for bar in bars)
    return HarmonyGenome(context.meter, held, choose(card.dynamic, rng))


def _style(card: HarmonyCard, context: Context, rng: np.random.Generator) -> Style:
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


def _bars(textures: tuple[str, str], form: str, desk: Desk) -> tuple[Bar, ...]:
    """Bars as the form wants them; what says nothing here is stood in for."""
    for material in (textures, [INSTEAD.get(texture, texture) for texture in textures]):
        bars = _written(material, form, desk)
        if sounds(bars):
            return tuple(bars)
    bars[-1] = write_bar((DRONE,), desk, len(bars) - 1, Bar())
    return tuple(bars)


def _written(textures: Sequence[str], form: str, desk: Desk) -> list[Bar]:
    count = desk.context.section.bars
    bars: list[Bar] = []
    for index in range(count):
        amount = (
            int(closes_phrase(index, count))
            if form == ENDS_ONLY
            else FORMS[form][phrase_of(index, count)]
        )
        wanted = playable(textures, desk)[:amount]
        bars.append(write_bar(wanted, desk, index, bars[-1] if bars else Bar()))
    return bars


def _held(bar: Bar, share: float, meter: Meter) -> Bar:
    """A bar whose tones last a share of their length, to the next place of the grid."""
    places = (*cell_onsets(meter), meter.bar_ticks)

    def held(tone: Tone) -> Tone:
        wanted = tone.onset_ticks + round(share * tone.duration_ticks)
        end = next(place for place in places if place >= wanted)
        return replace(tone, duration_ticks=end - tone.onset_ticks)

    layers = (replace(layer, tones=tuple(map(held, layer.tones))) for layer in bar.layers)
    return Bar(tuple(layers))
