"""From a harmony genome to the part that is heard, scored and written."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from genomes.context import Context
from genomes.grid import cells
from genomes.harmony.genes import Bar, layer_of
from genomes.harmony.ground import Ground, ground_of
from genomes.harmony.resolving import Note, Resolved, resolve
from genomes.harmony.tables import VOICES
from genomes.locks import rendered
from genomes.naming import names_by_bar
from genomes.notes import Part
from genomes.time import Meter

if TYPE_CHECKING:
    from genomes.harmony.genome import HarmonyGenome

ACCENT_VELOCITY = 8


def render(genome: HarmonyGenome, context: Context) -> Part:
    """Play the genome's bars around the context's melody and chords."""
    ground = ground_of(context)
    notes = _resolved(genome, context, ground).notes
    rows = [
        (
            note.onset_ticks,
            note.end_ticks - note.onset_ticks,
            note.pitch,
            _velocity(note, genome.dynamic, ground),
        )
        for note in notes
    ]
    return Part.of(rows, context.length_ticks, context.harmony, swing=context.swing)


def voices(genome: HarmonyGenome, context: Context) -> list[list[Note]]:
    """The notes of each voice, the lowest voice first; some are empty."""
    notes = _resolved(genome, context, ground_of(context)).notes
    return [[note for note in notes if note.voice == voice] for voice in range(VOICES)]


def settled(genome: HarmonyGenome, context: Context) -> HarmonyGenome:
    """A genome whose tones are what they sound as: it renders to the same part, and to itself."""
    tones = _resolved(genome, context, ground_of(context)).tones
    bars = [
        Bar(tuple(layer_of(name, tones[at, name]) for at, name in tones if at == index))
        for index in range(len(genome.bars))
    ]
    return replace(genome, bars=tuple(bars))


def _resolved(genome: HarmonyGenome, context: Context, ground: Ground) -> Resolved:
    made_for, given = (genome.meter, len(genome.bars)), (context.meter, context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (meter, bars) {made_for}, the context has {given}")
    return resolve(genome.bars, ground)


def _velocity(note: Note, dynamic: int, ground: Ground) -> int:
    accent = _weights(ground.meter).get(note.cell_ticks % ground.meter.bar_ticks, 0.0)
    return min(ground.velocity_ceiling, dynamic + round(ACCENT_VELOCITY * accent))


@cache
def _weights(meter: Meter) -> dict[int, float]:
    return {cell.onset_ticks: cell.weight for cell in cells(meter)}


def describe(genome: HarmonyGenome, context: Context) -> dict[str, Any]:
    """Textures and notes bar by bar (a tied note is named where it begins), and the dynamic."""
    return {
        "textures": [list(bar.textures) for bar in genome.bars],
        "notes": names_by_bar(rendered(genome, context), context.meter.bar_ticks),
        "dynamic": genome.dynamic,
    }
