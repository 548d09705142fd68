"""What a lock keeps of a progression."""

from __future__ import annotations

from msgspec.structs import replace

from genomes.chords.genome import Bar, Change, ChordGenome
from genomes.context import Context
from genomes.locks import Locks, with_locked_bars


def with_locks(
    genome: ChordGenome,
    source: ChordGenome,
    locks: Locks,
    context: Context,  # noqa: ARG001 - chords change where they do in any context
) -> ChordGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps when chords change and how each bar is played; a locked pitch keeps the
    chords, their voicings and the register, and frees the playing and the places of the changes
    as long as there are as many.
    """
    if locks.rhythm:
        genome = _with_rhythm_of(genome, source)
    if locks.pitch:
        genome = _with_chords_of(genome, source)
    opened = [_opened(source, index) for index in range(len(source.bars))]
    kept = with_locked_bars(genome.comping_by_bar(), source.comping_by_bar(), locks)
    return genome.with_bars(with_locked_bars(genome.bars, opened, locks)).played(kept)


def _with_rhythm_of(genome: ChordGenome, source: ChordGenome) -> ChordGenome:
    bars = [
        Bar(
            tuple(replace(_sounding(genome, i, c.group), group=c.group) for c in bar.changes),
            bar.pattern,
        )
        for i, bar in enumerate(source.bars)
    ]
    return replace(genome, comping=source.comping).with_bars(bars)


def _with_chords_of(genome: ChordGenome, source: ChordGenome) -> ChordGenome:
    kept = [change for _, change in source.changes()]
    placed = genome if len(genome.changes()) == len(kept) else source
    following = iter(kept)
    bars = [
        Bar(tuple(replace(next(following), group=c.group) for c in placed_bar.changes), bar.pattern)
        for placed_bar, bar in zip(placed.bars, genome.bars, strict=True)
    ]
    return replace(genome, register=source.register).with_bars(bars)


def _opened(source: ChordGenome, index: int) -> Bar:
    """A bar of the source that begins with the chord that sounds there, wherever it is put."""
    bar = source.bars[index]
    if bar.changes and bar.changes[0].group == 0:
        return bar
    return Bar((replace(_sounding(source, index, 0), group=0), *bar.changes), bar.pattern)


def _sounding(genome: ChordGenome, bar: int, group: int) -> Change:
    """The chord that sounds from a beat group of a bar on."""
    return [c for index, c in genome.changes() if (index, c.group) <= (bar, group)][-1]
