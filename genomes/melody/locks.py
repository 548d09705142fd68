"""What a lock keeps of a melody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from msgspec.structs import replace

from genomes.context import Context
from genomes.locks import Locks
from genomes.melody.form import piece_at, spliced_pieces, with_heights
from genomes.melody.genes import LockedPitches
from genomes.melody.genome import MelodyGenome, Piece, rebuilt
from genomes.melody.rendering import render, timed
from genomes.notes import Part


def with_locks(
    genome: MelodyGenome, source: MelodyGenome, locks: Locks, context: Context
) -> MelodyGenome:
    """A copy that keeps what is locked of the source.

    A locked rhythm keeps when every note begins and ends, and frees contours, lifts, tails and
    cadences. A locked pitch keeps the pitches in their order, each sung once or repeated, and
    frees the rhythm as long as it has notes enough; between locked bars, each segment keeps its
    own pitches.
    """
    if locks.rhythm:
        return _with_rhythm_of(genome, source)
    pieces = genome.pieces()
    for start, end in _runs(locks.bars):
        pieces = spliced_pieces(pieces, source.pieces(), start, end, context.meter)
    genome = rebuilt(genome, pieces)
    return _with_pitches_of(genome, source, locks, context) if locks.pitch else genome


def _runs(bars: Sequence[int]) -> list[tuple[int, int]]:
    """Bars in a row, each as the first and the one after the last."""
    runs = []
    for _, group in groupby(enumerate(bars), key=lambda pair: pair[1] - pair[0]):
        run = [bar for _, bar in group]
        runs.append((run[0], run[-1] + 1))
    return runs


def _with_rhythm_of(genome: MelodyGenome, source: MelodyGenome) -> MelodyGenome:
    pieces: list[Piece] = []
    bar = 0
    for phrase, material in source.pieces():
        own, contour = piece_at(genome.pieces(), bar)
        sung = replace(phrase, lift=own.lift, tail=own.tail, cadence=own.cadence)
        pieces.append((sung, with_heights(material, contour.heights)))
        bar += phrase.bars
    return replace(rebuilt(genome, pieces), melismas=source.melismas, line=())


def _with_pitches_of(
    genome: MelodyGenome, source: MelodyGenome, locks: Locks, context: Context
) -> MelodyGenome:
    edges = sorted({0, *(edge for run in _runs(locks.bars) for edge in run), source.bars})
    line = _line(render(source, context), edges, context.meter.bar_ticks)
    kept = replace(genome, line=line)
    if _has_room(kept, line, context):
        return kept
    return replace(source, dynamic=genome.dynamic, line=line)


def _line(part: Part, edges: Sequence[int], bar_ticks: int) -> tuple[LockedPitches, ...]:
    notes = list(zip(part.notes["onset_ticks"].tolist(), part.notes["pitch"].tolist(), strict=True))
    locked = []
    for first, end in pairwise(edges):
        inside = [pitch for onset, pitch in notes if first <= onset // bar_ticks < end]
        locked.append(LockedPitches(first, tuple(pitch for pitch, _ in groupby(inside))))
    return tuple(locked)


def _has_room(genome: MelodyGenome, line: Sequence[LockedPitches], context: Context) -> bool:
    """Whether every segment has a note for each of its pitches."""
    bar_ticks = context.meter.bar_ticks
    bars = [note.onset_ticks // bar_ticks for _, notes in timed(genome, context) for note in notes]
    ends = [*(segment.bar for segment in line[1:]), genome.bars]
    return all(
        len(segment.pitches) <= sum(segment.bar <= bar < end for bar in bars)
        for segment, end in zip(line, ends, strict=True)
    )
