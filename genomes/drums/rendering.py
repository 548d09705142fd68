"""From a drum genome to the part that is heard, scored and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from genomes.context import Context
from genomes.drums.dynamics import bar_velocities, velocity
from genomes.drums.fills import FILLS, played
from genomes.drums.genome import DrumGenome
from genomes.drums.patterns import FLAM, GHOST, REST, Pattern
from genomes.drums.voices import (
    BY_NOTE,
    HAND,
    HANDS,
    LEAST_BODY_GAP_SECONDS,
    LEAST_GAP_SECONDS,
    RANK,
    VOICES,
)
from genomes.genres import families_of
from genomes.grid import SIXTEENTH_TICKS, STRAIGHT, cells, in_quarters, swung
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER, Meter, seconds_per_tick

# Ticks from a grace note to its stroke.
GRACE_TICKS = TICKS_PER_QUARTER // 16

Stroke = tuple[int, int, int, str, float]  # onset, duration in ticks, note, level, weight
Row = tuple[int, int, int, int]  # onset and duration in ticks, note, velocity

SLOWEST_LIMB_SECONDS = max(LEAST_GAP_SECONDS.values())
NEVER = float("-inf")
_STRUCK_BY = {voice.note: (voice.body, voice.limb) for voice in VOICES.values()}


def render(genome: DrumGenome, context: Context) -> Part:
    """Play the genome's bars; strokes too fast for one drummer at this tempo are left out."""
    _check_fits(genome, context)
    swing = swing_of(genome)
    rows = _rows(genome, swing)
    if _may_be_too_fast(genome, swing, context.tempo_bpm):
        rows = _by_one_drummer(rows, seconds_per_tick(context.tempo_bpm))
    return Part.of(rows, context.length_ticks, is_drum=True, swing=swing)


def swing_of(genome: DrumGenome) -> float:
    """How late its off-beats come, 0 to 1; always 0 in meters that don't swing."""
    return genome.swing_percent / 100 if in_quarters(genome.meter) else 0.0


def _check_fits(genome: DrumGenome, context: Context) -> None:
    made_for = (str(genome.meter), len(genome.bars))
    given = (str(context.meter), context.section.bars)
    if made_for != given:
        raise ValueError(f"made for (meter, bars) {made_for}, the context has {given}")


def _rows(genome: DrumGenome, swing: float) -> list[Row]:
    meter, dynamic = genome.meter, genome.dynamic
    added = bar_velocities(genome.shape, len(genome.bars))
    rows: list[Row] = []
    for index, bar in enumerate(genome.bars):
        start, more = index * meter.bar_ticks, added[index]
        rows += [
            (start + onset, length, note, velocity(level, weight, dynamic, more))
            for onset, length, note, level, weight in bar_strokes(
                bar.pattern, bar.fill, bar.crash, meter, swing
            )
        ]
    return rows


@lru_cache(maxsize=2**13)
def bar_strokes(
    pattern: Pattern, fill: str, crash: str, meter: Meter, swing: float
) -> tuple[Stroke, ...]:
    """The strokes of one bar in order, those of one moment by the order of their voices."""
    struck = played(pattern, fill, crash, meter)
    onsets = onsets_ticks(meter, struck.division, swing)
    weights = [cell.weight for cell in cells(meter, struck.division)]
    length = stroke_ticks(meter, struck.division, swing)
    strokes = [
        (onsets[cell], length, VOICES[voice].note, level, weights[cell])
        for voice, line in struck.lines
        for cell, level in enumerate(line)
        if level != REST
    ]
    strokes += [
        (onset - GRACE_TICKS, min(length, GRACE_TICKS), note, GHOST, 0.0)
        for onset, _, note, level, _ in strokes
        if level == FLAM and onset >= GRACE_TICKS
    ]
    return tuple(sorted(strokes, key=lambda stroke: (stroke[0], RANK[BY_NOTE[stroke[2]]])))


@cache
def onsets_ticks(meter: Meter, division: str, swing: float) -> tuple[int, ...]:
    """Where each cell of a bar really falls; triplets are swung already."""
    bend = swing if division == STRAIGHT else 0.0
    return tuple(swung(cell.onset_ticks, meter, bend) for cell in cells(meter, division))


@cache
def closest_ticks(meter: Meter, division: str, swing: float) -> int:
    """Least time between two cells, bar lines included."""
    edges = (*onsets_ticks(meter, division, swing), meter.bar_ticks)
    return min(later - earlier for earlier, later in pairwise(edges))


@cache
def stroke_ticks(meter: Meter, division: str, swing: float) -> int:
    """How long a stroke is written: it ends before the next cell and its grace note."""
    return min(SIXTEENTH_TICKS, closest_ticks(meter, division, swing)) // 2


def _may_be_too_fast(genome: DrumGenome, swing: float, tempo_bpm: float) -> bool:
    """Whether some strokes may come too fast for a limb."""
    if _has_grace_notes(genome):
        return True
    divisions = {bar.pattern.division for bar in genome.bars}
    closest = min(closest_ticks(genome.meter, division, swing) for division in divisions)
    return closest * seconds_per_tick(tempo_bpm) < SLOWEST_LIMB_SECONDS


def _has_grace_notes(genome: DrumGenome) -> bool:
    fills = {bar.fill for bar in genome.bars if bar.fill}
    return any(FLAM in FILLS[fill].levels for fill in fills) or any(
        FLAM in line for pattern in genome.patterns for _, line in pattern.lines
    )


def _by_one_drummer(rows: Iterable[Row], tick_seconds: float) -> list[Row]:
    """The strokes that two hands and two feet can play, each limb resting as long as it must."""
    limb_gap_ticks = {limb: gap / tick_seconds for limb, gap in LEAST_GAP_SECONDS.items()}
    body_gap_ticks = LEAST_BODY_GAP_SECONDS / tick_seconds
    free = {limb: [NEVER] * (HANDS if limb == HAND else 1) for limb in LEAST_GAP_SECONDS}
    last_on_body: dict[str, float] = {}
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: row[0]):
        now = row[0]
        body, limb = _STRUCK_BY[row[2]]
        ready = free[limb]
        earliest = min(ready)
        since = now - last_on_body.get(body, NEVER)
        if now < earliest or (since < body_gap_ticks and since != GRACE_TICKS):
            continue
        ready[ready.index(earliest)] = now + limb_gap_ticks[limb]
        last_on_body[body] = now
        kept.append(row)
    return kept


def describe(
    genome: DrumGenome,
    part: Part,  # noqa: ARG001 - its patterns say more than its notes
    context: Context,
) -> dict[str, Any]:
    """What a person reads: the patterns as tablature, the form, and how it is played."""
    patterns = genome.patterns
    letters = dict(zip(patterns, _names(), strict=False))
    families, found = families_of(context.genres)
    return {
        "form": [letters[bar.pattern] for bar in genome.bars],
        "patterns": {
            letters[p]: {"division": p.division, "lines": dict(p.lines)} for p in patterns
        },
        "fills": [bar.fill for bar in genome.bars],
        "crashes": [bar.crash for bar in genome.bars],
        "swing": swing_of(genome),
        "dynamic": genome.dynamic,
        "shape": genome.shape,
        "genre_families": list(families),
        "genres_known": found,
    }


def _names() -> Iterator[str]:
    """A, B, C ... Z, A2, B2 ..."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    for number in range(2, 5):
        yield from (f"{letter}{number}" for letter in alphabet)
