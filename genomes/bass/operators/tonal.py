"""Operators on which tones the line plays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from genomes.bass.backing import Backing
from genomes.bass.genome import (
    OCTAVES,
    Bar,
    BassGenome,
    Pluck,
    draw_pluck_position,
    in_order,
    one_bar_or_all,
    pluck_at,
    put_pluck,
)
from genomes.bass.lines import CYCLES, Step, draw_lead
from genomes.bass.rhythms import groups
from genomes.bass.tones import BASS, CHORD_TONES, LEADS, ROOT, TONES, TONIC
from genomes.context import Context
from genomes.variation import draw, pick

# How likely a note becomes each kind of tone: mostly those of the chord.
_FAVOURED = {ROOT: 8.0, BASS: 4.0, **dict.fromkeys(CHORD_TONES, 4.0), **dict.fromkeys(LEADS, 0.7)}
_WEIGHTS = [_FAVOURED.get(tone, 1.0) for tone in TONES]
TONE_SHARES = tuple(weight / sum(_WEIGHTS) for weight in _WEIGHTS)

MOVING_CYCLES = tuple(steps for name in ("fifths", "octaves", "arpeggio") for steps in CYCLES[name])


def change_tone(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Another tone for one note."""
    position = draw_pluck_position(genome, rng)
    tone = draw(rng, TONES, TONE_SHARES)
    return put_pluck(genome, position, replace(pluck_at(genome, position), tone=tone))


def change_octave(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note in another octave."""
    position = draw_pluck_position(genome, rng)
    return put_pluck(
        genome, position, replace(pluck_at(genome, position), octave=pick(rng, OCTAVES))
    )


def ground(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The first note of one chord is its root or its bass."""
    backing = Backing.of(context)
    tone = BASS if backing.has_slash_chords and rng.random() < 0.5 else ROOT
    positions = _firsts(genome, backing)
    position = pick(rng, positions)
    return put_pluck(genome, position, replace(pluck_at(genome, position), tone=tone, octave=0))


def _firsts(genome: BassGenome, backing: Backing) -> list[tuple[int, int]]:
    """The first note over each chord, and the first of every bar."""
    found = []
    for bar, plucks in enumerate(genome.bars):
        before = -1
        for index, pluck in enumerate(plucks):
            if index == 0 or any(before < cell <= pluck.cell for cell in backing.changes[bar]):
                found.append((bar, index))
            before = pluck.cell
    return found


def lead(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A note on the last beat before another chord leads to it."""
    backing = Backing.of(context)
    changes = [(bar, cell) for bar, row in enumerate(backing.changes) for cell in row]
    bar, cell = pick(rng, [*changes[1:], (len(backing.changes), 0)])
    if cell == 0:
        bar, cell = bar - 1, genome.cells_per_bar
    beats = [beat for beat in groups(context.meter) if 0 < beat < cell]
    if not beats:
        return genome
    kept = [pluck for pluck in genome.bars[bar] if not beats[-1] <= pluck.cell < cell]
    tone, octave = draw_lead(rng)
    return genome.with_bar(bar, in_order((*kept, Pluck(beats[-1], tone, octave))))


def plain_roots(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Nothing but roots, in one bar or in all."""
    return _retuned(genome, ((ROOT, 0),), rng)


def retune(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Fifths, octaves or an arpeggio, in one bar or in all."""
    return _retuned(genome, pick(rng, MOVING_CYCLES), rng)


def stand(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A pedal on the tonic, in one bar or in all."""
    return _retuned(genome, ((TONIC, 0),), rng)


def _retuned(genome: BassGenome, steps: Sequence[Step], rng: np.random.Generator) -> BassGenome:
    return one_bar_or_all(genome, rng, lambda bar: _with_steps_in_turn(bar, steps))


def _with_steps_in_turn(bar: Bar, steps: Sequence[Step]) -> Bar:
    return tuple(
        replace(pluck, tone=tone, octave=octave)
        for pluck, (tone, octave) in (
            (pluck, steps[index % len(steps)]) for index, pluck in enumerate(bar)
        )
    )


def follow_slashes(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Roots become the bass notes of slash chords throughout, or bass notes the roots."""
    if not Backing.of(context).has_slash_chords:
        return genome
    old, new = (ROOT, BASS) if rng.random() < 0.5 else (BASS, ROOT)
    return replace(genome, bars=tuple(_renamed(bar, old, new) for bar in genome.bars))


def _renamed(bar: Bar, old: str, new: str) -> Bar:
    return tuple(replace(pluck, tone=new) if pluck.tone == old else pluck for pluck in bar)
