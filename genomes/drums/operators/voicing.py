"""Operators on which voices play, on timekeeping and on the backbeat."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.drums.genome import DrumGenome
from genomes.drums.operators.editing import draw_pattern, with_pattern
from genomes.drums.patterns import REST, Pattern, legal, put, with_line
from genomes.drums.positions import layout, positions
from genomes.drums.seeds import draw_voice, euclidean_line
from genomes.drums.timekeeping import (
    draw_time_keeper,
    time_keeper,
    with_time_keeper,
    with_time_of,
)
from genomes.drums.voices import BACK, HAND, TIME, VOICES, of_role
from genomes.variation import pick

SAME_VOICE_SHARE = 0.7  # of the new time-keepers
FEW_STROKES = (1, 2, 3, 5)


def swap_voice(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Another voice of the same role takes over a line in every bar, the usual ones mostly."""
    if not genome.voices:
        return genome
    old = pick(rng, genome.voices)
    options = [v for v in of_role(VOICES[old].role) if _limb(v) == _limb(old)]
    new = draw_voice(options, rng)
    if new in genome.voices:
        return genome
    return _with_patterns(genome, {p: _renamed(p, old, new) for p in genome.patterns})


def _limb(voice: str) -> str:
    return VOICES[voice].limb


def _renamed(pattern: Pattern, old: str, new: str) -> Pattern:
    lines = {new if voice == old else voice: line for voice, line in pattern.lines}
    return legal(pattern.division, lines, first=new)


def _with_patterns(genome: DrumGenome, changed: dict[Pattern, Pattern]) -> DrumGenome:
    bars = [replace(bar, pattern=changed[bar.pattern]) for bar in genome.bars]
    return genome.with_bars(bars)


def add_voice(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A voice that a pattern does not have yet, with a few strokes spread evenly over it."""
    pattern = draw_pattern(genome, rng)
    absent = [voice for voice in VOICES if voice not in pattern.voices]
    voice = pick(rng, absent)
    grid = layout(genome.meter, pattern.division).pulses
    rotation = int(rng.integers(len(grid)))
    line = euclidean_line(pick(rng, FEW_STROKES), grid, rotation, context, pattern.division)
    lines = {**dict(pattern.lines), voice: line}
    return with_pattern(genome, pattern, legal(pattern.division, lines))


def drop_voice(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One voice that doesn't keep time falls silent in every bar."""
    keepers = {time_keeper(pattern) for pattern in genome.patterns}
    options = [voice for voice in genome.voices if voice not in keepers]
    if not options or len(genome.voices) < 2:
        return genome
    removed = pick(rng, options)
    changed = {
        pattern: Pattern(
            pattern.division, tuple(line for line in pattern.lines if line[0] != removed)
        )
        for pattern in genome.patterns
    }
    return _with_patterns(genome, changed)


def keep_time(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Another time-keeper of the style in every bar that sounds: its figure, and maybe its voice.

    It strikes from every cell to nothing, as often as the genres keep time or leave it out.
    """
    keeper = draw_time_keeper(context, rng)
    voices = [v for v in genome.voices if VOICES[v].role == TIME and _limb(v) == HAND]
    if voices and rng.random() < SAME_VOICE_SHARE:
        keeper = keeper._replace(voice=pick(rng, voices))
    changed = {p: with_time_keeper(p, keeper, genome.meter) for p in genome.patterns if p.lines}
    return _with_patterns(genome, {p: changed.get(p, p) for p in genome.patterns})


def half_or_full_time(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """The backbeat of every bar in half time, in full time or off the beat, by chance."""
    backbeat_voices = [v for v in genome.voices if VOICES[v].role == BACK]
    if not backbeat_voices:
        return genome
    voice, role = pick(rng, backbeat_voices), pick(rng, ("half", "back", "off_back"))
    return _with_patterns(
        genome, {p: _with_backbeat(p, voice, role, genome) for p in genome.patterns}
    )


def _with_backbeat(pattern: Pattern, voice: str, role: str, genome: DrumGenome) -> Pattern:
    """A pattern with one voice's louder strokes moved to a role; its ghosts stay."""
    line = pattern.line(voice)
    cells_of_role = positions(role, genome.meter, pattern.division)
    if not line or not cells_of_role:
        return pattern
    ghosts = "".join(letter if letter == "g" else REST for letter in line)
    moved = put(with_line(pattern, voice, ghosts), voice, cells_of_role, "X", len(line))
    return with_time_of(pattern, moved)
