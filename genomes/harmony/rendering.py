"""From a harmony genome to the part that is heard, scored and written."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec.structs import replace

from genomes.context import Context
from genomes.grid import cells
from genomes.harmony.constraints import Constraints, constraints_of
from genomes.harmony.genome import VOICES, HarmonyGenome, layer_of, textures_of
from genomes.harmony.resolving import Note, Resolved, resolve
from genomes.notes import Part, names_by_bar
from genomes.time import Meter

ACCENT_VELOCITY = 8


def render(genome: HarmonyGenome, context: Context) -> Part:
    """Play the genome's bars around the context's melody and chords."""
    constraints = constraints_of(context)
    notes = _resolved(genome, context, constraints).notes
    rows = [
        (
            note.onset_ticks,
            note.end_ticks - note.onset_ticks,
            note.pitch,
            _velocity(note, genome.dynamic, constraints),
        )
        for note in notes
    ]
    return Part.of(rows, context.length_ticks, context.harmony, swing=context.swing)


def voices(genome: HarmonyGenome, context: Context) -> list[list[Note]]:
    """The notes of each voice, the lowest voice first; some are empty."""
    notes = _resolved(genome, context, constraints_of(context)).notes
    return [[note for note in notes if note.voice == voice] for voice in range(VOICES)]


def settled(genome: HarmonyGenome, context: Context) -> HarmonyGenome:
    """A genome whose tones are what they sound as: it renders to the same part, and to itself."""
    tones = _resolved(genome, context, constraints_of(context)).tones
    bars = [
        tuple(layer_of(name, tones[at, name]) for at, name in tones if at == index)
        for index in range(len(genome.bars))
    ]
    return replace(genome, bars=tuple(bars))


def _resolved(genome: HarmonyGenome, context: Context, constraints: Constraints) -> Resolved:
    made_for = (genome.meter, len(genome.bars))
    given = (str(context.meter), context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (meter, bars) {made_for}, the context has {given}")
    return resolve(genome.bars, constraints)


def _velocity(note: Note, dynamic: int, constraints: Constraints) -> int:
    accent = _weights(constraints.meter).get(note.cell_ticks % constraints.meter.bar_ticks, 0.0)
    return min(constraints.velocity_ceiling, dynamic + round(ACCENT_VELOCITY * accent))


@cache
def _weights(meter: Meter) -> dict[int, float]:
    return {cell.onset_ticks: cell.weight for cell in cells(meter)}


def describe(genome: HarmonyGenome, part: Part, context: Context) -> dict[str, Any]:
    """Textures and notes bar by bar (a tied note is named where it begins), and the dynamic."""
    return {
        "textures": [list(textures_of(bar)) for bar in genome.bars],
        "notes": names_by_bar(part, context.meter.bar_ticks),
        "dynamic": genome.dynamic,
    }
