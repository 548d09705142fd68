"""Operators on when tones sound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.grid import UNIT_WEIGHT, cells
from genomes.harmony.genome import STRUCK, SUSPENDED, TIED, HarmonyGenome, Tone
from genomes.harmony.operators.editing import (
    change_tone,
    draw_layer_position,
    is_heard,
    layer_at,
    layer_positions,
    put_tones,
)
from genomes.time import Meter
from genomes.variation import pick


def _edges(meter: Meter) -> list[int]:
    """Eighths and beat groups of a bar, and its end."""
    light = [cell.onset_ticks for cell in cells(meter) if cell.weight >= UNIT_WEIGHT]
    return [*light, meter.bar_ticks]


def thin(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone is removed; the tone before it in its voice is held instead."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    removed = pick(rng, tones)
    if len(tones) == 1:
        return genome
    kept = (
        replace(tone, duration_ticks=removed.end_ticks - tone.onset_ticks)
        if tone.voice == removed.voice and tone.end_ticks == removed.onset_ticks
        else tone
        for tone in tones
        if tone is not removed
    )
    return put_tones(genome, position, kept)


def split(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone becomes two, the second a whole tone higher or lower."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    chosen = pick(rng, tones)
    inside = [e for e in _edges(context.meter) if chosen.onset_ticks < e < chosen.end_ticks]
    if not inside:
        return genome
    at = pick(rng, inside)
    first = replace(chosen, duration_ticks=at - chosen.onset_ticks)
    pitch = chosen.pitch + pick(rng, (-2, 2))
    second = Tone(at, chosen.end_ticks - at, chosen.voice, pitch)
    return put_tones(genome, position, (*(t for t in tones if t is not chosen), first, second))


def lengthen(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone that ends early holds until its voice is needed again, or the bar ends."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    room = [(tone, _free_until(tone, tones, context.meter)) for tone in tones]
    early = [(tone, end) for tone, end in room if tone.end_ticks < end]
    if not early:
        return genome
    chosen, end = pick(rng, early)
    longer = replace(chosen, duration_ticks=end - chosen.onset_ticks)
    return put_tones(genome, position, (longer if tone is chosen else tone for tone in tones))


def _free_until(tone: Tone, tones: Sequence[Tone], meter: Meter) -> int:
    """When the voice of a tone is needed again, from the bar line; at the latest the bar's end."""
    later = (
        t.onset_ticks for t in tones if t.voice == tone.voice and t.onset_ticks > tone.onset_ticks
    )
    return min(later, default=meter.bar_ticks)


def shorten(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """The tones of a layer that end together end an eighth or more earlier."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    chosen = pick(rng, tones)
    inside = [e for e in _edges(context.meter) if chosen.onset_ticks < e < chosen.end_ticks]
    if not inside:
        return genome
    end = pick(rng, inside)
    return put_tones(
        genome,
        position,
        (
            replace(tone, duration_ticks=end - tone.onset_ticks)
            if tone.end_ticks == chosen.end_ticks and tone.onset_ticks < end
            else tone
            for tone in tones
        ),
    )


def delay(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Tones of a layer that begin together begin later or earlier, and end where they did."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    edges = _edges(context.meter)
    onset = pick(rng, tones).onset_ticks
    index = bisect_left(edges, onset) + pick(rng, (-2, -1, 1, 2))
    if not 0 <= index < len(edges):
        return genome
    moved = edges[index]
    return put_tones(
        genome,
        position,
        (
            replace(tone, onset_ticks=moved, duration_ticks=tone.end_ticks - moved)
            if tone.onset_ticks == onset and moved < tone.end_ticks
            else tone
            for tone in tones
        ),
    )


def tie(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone is held on from the one before instead of struck again, or the reverse."""
    return change_tone(
        genome, context, rng, lambda tone: replace(tone, link=STRUCK if tone.link == TIED else TIED)
    )


def tie_all(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """All tones of one voice are held on wherever their pitch still fits, or none is."""
    voice = pick(rng, layer_at(genome, draw_layer_position(genome, rng)).tones).voice
    link = pick(rng, (STRUCK, TIED))
    changed = genome
    for position in layer_positions(genome):
        tones = layer_at(genome, position).tones
        linked = (replace(t, link=link) if t.voice == voice else t for t in tones)
        changed = put_tones(changed, position, linked)
    return changed if is_heard(genome, changed, context) else genome


def suspend(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone is held over the change of chord and falls a beat group late, or no longer."""
    return change_tone(
        genome,
        context,
        rng,
        lambda tone: replace(tone, link=TIED if tone.link == SUSPENDED else SUSPENDED),
    )
