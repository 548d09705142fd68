"""Operators on single strokes and single lines of a pattern."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.drums.genome import DrumGenome
from genomes.drums.operators.editing import (
    StrokePosition,
    draw_cell,
    draw_pattern,
    draw_stroke,
    free_lines,
    weights_of,
    with_pattern,
    with_pattern_in_bars,
)
from genomes.drums.patterns import (
    ACCENT,
    FLAM,
    GHOST,
    NORMAL,
    REST,
    Pattern,
    cell_count,
    clashing,
    put,
    with_line,
)
from genomes.drums.positions import layout
from genomes.drums.seeds import euclidean_line
from genomes.drums.voices import HAND, VOICES
from genomes.variation import pick

THINNED_SHARE = 0.5
GHOSTED_SHARE = 0.5
KICKS = ("kick", "soft_kick")
FLAMMED = ("snare", "dry_snare", "high_tom", "mid_tom", "low_tom", "floor_tom", "deep_tom")


def add_stroke(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One more stroke of a voice that plays already; strong beats are more likely.

    Here and below, no voice that keeps time: it changes as a whole, see ``keep_time``.
    """
    pattern = draw_pattern(genome, rng)
    if not free_lines(pattern):
        return genome
    voice, line = pick(rng, free_lines(pattern))
    free = [cell for cell, letter in enumerate(line) if letter == REST]
    if not free:
        return genome
    cell = draw_cell(free, genome.meter, pattern.division, rng)
    level = pick(rng, (GHOST, NORMAL, ACCENT))
    return with_pattern(genome, pattern, put(pattern, voice, (cell,), level, len(line)))


def drop_stroke(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One stroke fewer."""
    stroke = draw_stroke(genome, rng)
    if stroke is None:
        return genome
    return with_pattern(genome, stroke.pattern, _with_level(stroke, REST))


def move_stroke(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One stroke a cell earlier or later in its bar."""
    stroke = draw_stroke(genome, rng)
    if stroke is None:
        return genome
    line = stroke.pattern.line(stroke.voice)
    target = stroke.cell + (1 if rng.random() < 0.5 else -1)
    if not 0 <= target < len(line) or line[target] != REST:
        return genome
    level = line[stroke.cell]
    moved = put(_with_level(stroke, REST), stroke.voice, (target,), level, len(line))
    return with_pattern(genome, stroke.pattern, moved)


def relevel_stroke(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One stroke as a ghost, plain, accented, or with a grace note where both hands are free.

    The time-keeper's too.
    """
    stroke = draw_stroke(genome, rng, lambda pattern: pattern.lines)
    if stroke is None:
        return genome
    options = [GHOST, NORMAL, ACCENT]
    others = [(v, NORMAL) for v in stroke.pattern.columns()[stroke.cell] if v != stroke.voice]
    if stroke.voice in FLAMMED and not clashing(((stroke.voice, FLAM), *others)):
        options.append(FLAM)
    return with_pattern(genome, stroke.pattern, _with_level(stroke, pick(rng, options)))


def _with_level(stroke: StrokePosition, level: str) -> Pattern:
    count = len(stroke.pattern.line(stroke.voice))
    return put(stroke.pattern, stroke.voice, (stroke.cell,), level, count)


def thin_out(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """About half of a voice's strokes, the lightest, are removed."""
    pattern = draw_pattern(genome, rng)
    lines = free_lines(pattern)
    crowded = [(voice, line) for voice, line in lines if len(line) - line.count(REST) > 1]
    if not crowded:
        return genome
    voice, line = pick(rng, crowded)
    weights = weights_of(genome.meter, pattern.division)
    struck = [cell for cell, letter in enumerate(line) if letter != REST]
    lightest = sorted(struck, key=lambda cell: (weights[cell], -cell))
    removed = lightest[: max(1, round(THINNED_SHARE * len(struck)))]
    return with_pattern(genome, pattern, put(pattern, voice, removed, REST, len(line)))


def add_ghosts(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Add ghost strokes of a hand voice on some weak cells where no other voice plays."""
    pattern = draw_pattern(genome, rng)
    voices = [(v, line) for v, line in free_lines(pattern) if VOICES[v].limb == HAND]
    if not voices:
        return genome
    voice, line = pick(rng, voices)
    starts, struck = layout(genome.meter, pattern.division).starts, pattern.struck
    free = [cell for cell in range(len(line)) if cell not in starts and cell not in struck]
    chosen = [cell for cell in free if rng.random() < GHOSTED_SHARE]
    return with_pattern(genome, pattern, put(pattern, voice, chosen, GHOST, len(line)))


def rotate_voice(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One voice's line rotated by a beat group or a pulse."""
    pattern = draw_pattern(genome, rng)
    if not free_lines(pattern):
        return genome
    voice, line = pick(rng, free_lines(pattern))
    bar = layout(genome.meter, pattern.division)
    group, pulse = bar.starts[1:2], bar.pulses[1:2]
    if not pulse:
        return genome
    cells = pick(rng, (*group, *pulse, -pulse[0])) % len(line)
    return with_pattern(genome, pattern, with_line(pattern, voice, line[-cells:] + line[:-cells]))


def spread_evenly(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A Euclidean rhythm in one voice, with about as many strokes as it had."""
    pattern = draw_pattern(genome, rng)
    if not free_lines(pattern):
        return genome
    voice, line = pick(rng, free_lines(pattern))
    bar = layout(genome.meter, pattern.division)
    grid = pick(rng, (bar.pulses, bar.pulses, tuple(range(bar.count))))
    strokes = max(1, len(line) - line.count(REST) + int(rng.integers(-1, 2)))
    rotation = int(rng.integers(len(grid))) if rng.random() < 0.5 else 0
    even = euclidean_line(strokes, grid, rotation, context, pattern.division)
    return with_pattern(genome, pattern, with_line(pattern, voice, even))


def kick_on_changes(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """In one bar the bass drum plays on every chord change, and only there."""
    chords = context.part("chords")
    bar = int(rng.integers(len(genome.bars)))
    if chords is None:
        return genome
    pattern = genome.bars[bar].pattern
    bar_ticks = genome.meter.bar_ticks
    groups = dict(
        zip(
            genome.meter.group_onsets_ticks,
            layout(genome.meter, pattern.division).starts,
            strict=True,
        )
    )
    onsets = {s.onset_ticks - bar * bar_ticks for s in chords.harmony}
    changes = [cell for onset, cell in groups.items() if onset in onsets]
    if not changes:
        return genome
    voice = next((v for v in pattern.voices if v in KICKS), "kick")
    count = cell_count(genome.meter, pattern.division)
    cleared = put(pattern, voice, range(count), REST, count)
    return with_pattern_in_bars(genome, (bar,), put(cleared, voice, changes, NORMAL, count))
