"""What a lock keeps of a bass line."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby

from msgspec.structs import replace

from genomes.bass.genome import Bar, BassGenome, Pluck, rebuilt
from genomes.bass.rendering import onsets_ticks, pitches
from genomes.context import Context
from genomes.locks import Locks, changed_where_kept, with_locked_bars


def with_locks(
    genome: BassGenome, source: BassGenome, locks: Locks, context: Context
) -> BassGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps every onset and length, and frees tones and levels. A locked pitch keeps
    the pitches in their order, and frees how long, how loud and how often each is played; a bar
    whose new rhythm would carry a note over another chord, and so change it, keeps its old one.
    """
    if locks.rhythm:
        genome = _with_rhythm_of(genome, source)
    if locks.pitch:
        genome = _with_pitches_of(genome, source, locks, context)
    bars = with_locked_bars(genome.bars, source.bars, locks)
    free = (index for index in range(len(bars)) if index not in locks.bars)
    return rebuilt(genome, bars, next(free, 0))


def _with_rhythm_of(genome: BassGenome, source: BassGenome) -> BassGenome:
    plucks = genome.plucks()
    onsets = [(bar, pluck.cell) for bar, pluck in plucks]

    def played(bar: int, at: Pluck) -> Pluck:
        """The genome's pluck at an onset of the source, or the last before it, or its first."""
        before = bisect_right(onsets, (bar, at.cell)) - 1
        return replace(plucks[max(0, before)][1], cell=at.cell, length=at.length)

    bars = tuple(tuple(played(i, pluck) for pluck in bar) for i, bar in enumerate(source.bars))
    return replace(genome, bars=bars, gate=source.gate, kick_lock=source.kick_lock)


def _with_pitches_of(
    genome: BassGenome, source: BassGenome, locks: Locks, context: Context
) -> BassGenome:
    wanted = _line(source, context)
    blended = [_in_rhythm(*bars) for bars in zip(source.bars, genome.bars, strict=True)]
    return changed_where_kept(
        replace(source, gate=genome.gate, dynamic=genome.dynamic),
        with_locked_bars(blended, source.bars, locks),
        lambda changed: _line(changed, context) == wanted,
    )


def _in_rhythm(tones: Bar, rhythm: Bar) -> Bar:
    """The tones of one bar, in their order, in the rhythm of another that has room for them."""
    kept = [key for key, _ in groupby(tones, key=lambda pluck: (pluck.tone, pluck.octave))]
    if not kept or len(rhythm) < len(kept):
        return tones
    tones_in_order = (kept[index * len(kept) // len(rhythm)] for index in range(len(rhythm)))
    return tuple(
        replace(pluck, tone=tone, octave=octave)
        for pluck, (tone, octave) in zip(rhythm, tones_in_order, strict=True)
    )


def _line(genome: BassGenome, context: Context) -> list[int]:
    """The pitches in their order, repeats joined."""
    sounding = pitches(genome, context, onsets_ticks(genome, context))
    return [pitch for pitch, _ in groupby(sounding)]
