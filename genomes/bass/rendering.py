"""From a bass genome to the part that is heard, scored and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from genomes.bass.backing import kick_onsets_ticks, moved_to_kicks
from genomes.bass.genome import GATES, LEVELS, RING, BassGenome, Pluck
from genomes.bass.tones import ChordPitches, chord_pitches
from genomes.context import Context
from genomes.grid import cells, swung
from genomes.notes import Part, names_by_bar

# What the metrical weight of the downbeat adds to a velocity.
ACCENT_VELOCITY = 8


def render(genome: BassGenome, context: Context) -> Part:
    """Play the genome's bars over the chords of the context."""
    onsets = onsets_ticks(genome, context)
    rows = zip(
        onsets,
        _durations_ticks(genome, context, onsets),
        pitches(genome, context, onsets),
        _velocities(genome, context),
        strict=True,
    )
    return Part.of(list(rows), context.length_ticks, swing=context.swing)


def onsets_ticks(genome: BassGenome, context: Context) -> list[int]:
    """Where each pluck begins, in order; raises ValueError in a context it wasn't made for."""
    meter = context.meter
    grid = cells(meter)
    made_for, given = (genome.cells_per_bar, len(genome.bars)), (len(grid), context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (cells, bars) {made_for}, the context has {given}")
    straight = [
        bar * meter.bar_ticks + grid[pluck.cell].onset_ticks for bar, pluck in genome.plucks()
    ]
    swing = context.swing
    late = [swung(onset, meter, swing) for onset in straight] if swing else straight
    return (
        moved_to_kicks(late, kick_onsets_ticks(context), meter.bar_ticks)
        if genome.kick_lock
        else late
    )


def pitches(genome: BassGenome, context: Context, onsets: Sequence[int]) -> list[int]:
    """The pitch of each pluck over the chord that sounds at its onset."""
    chords = iter(_chord_pitches(genome.register, context))
    chord = next(chords)
    plucks = [pluck for _, pluck in genome.plucks()]
    found = []
    for onset, pluck, following in zip(onsets, plucks, [*plucks[1:], plucks[0]], strict=True):
        while onset >= chord.end_ticks:
            chord = next(chords)
        found.append(chord.pitch(pluck.tone, pluck.octave, onset, following.tone))
    return found


def _chord_pitches(register: int, context: Context) -> tuple[ChordPitches, ...]:
    """The pitches over each chord; the first root is near the last note of the section before."""
    before = context.before.notes["pitch"].tolist() if context.before else []
    start = before[-1] if before else register
    return chord_pitches(context.harmony, context.key, register, start)


def _durations_ticks(genome: BassGenome, context: Context, onsets: Sequence[int]) -> Iterator[int]:
    """How long each pluck sounds: never into the next one."""
    gate = GATES[genome.gate]
    step_ticks = context.meter.bar_ticks // genome.cells_per_bar
    ends = [*onsets[1:], context.length_ticks]
    for onset, end, (_, pluck) in zip(onsets, ends, genome.plucks(), strict=True):
        room = end - onset
        if pluck.length != RING:
            room = min(room, pluck.length * step_ticks)
        yield max(1, round(room * gate))


def _velocities(genome: BassGenome, context: Context) -> Iterator[int]:
    grid = cells(context.meter)
    for _, pluck in genome.plucks():
        accent = round(ACCENT_VELOCITY * grid[pluck.cell].weight)
        yield genome.dynamic + LEVELS[pluck.level] + accent


def describe(genome: BassGenome, part: Part, context: Context) -> dict[str, Any]:
    """The notes and what they are of their chords, bar by bar, and how it is played."""
    return {
        "notes": names_by_bar(part, context.meter.bar_ticks),
        "tones": [[_tone(pluck) for pluck in bar] for bar in genome.bars],
        "gate": genome.gate,
        "register": genome.register,
        "dynamic": genome.dynamic,
        "kick_lock": genome.kick_lock,
    }


def _tone(pluck: Pluck) -> str:
    return pluck.tone + {-1: " down", 0: "", 1: " up"}[pluck.octave]
