"""First genomes: a style, played through the section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from msgspec.structs import replace

from genomes.bass.backing import Backing
from genomes.bass.genome import DYNAMICS, REGISTERS, RING, Bar, BassGenome, Pluck
from genomes.bass.lines import LINES, Onset, PlayBar, draw_lead
from genomes.bass.rhythms import RHYTHMS, beat_cells, groups, pulse_cells
from genomes.bass.styles import A_BEAT, A_PULSE, RINGING, STYLES, Style
from genomes.bass.tones import BASS, ROOT
from genomes.context import Context
from genomes.time import Meter
from genomes.variation import draw, pick

T = TypeVar("T")

# Real bass guitars lie around 36 (5-95 %: 28 to 54).
REGISTER_SHARES = (0.2, 0.4, 0.25, 0.1, 0.05)
SLASH_SHARE = 0.7  # how often slash chords are followed, where there are any
LEADING_BACK_SHARE = 0.45  # how often the last bar leads back to the first
# How often phrases end with a turnaround, and how many bars a phrase has.
TURNAROUND_SHARE = 0.6
TURNAROUND_BARS = (2, 4, 4)
THINNED_SHARE = 0.3  # of those that have notes to spare, the others lead on
KICK_LOCK_SHARE = 0.3
GHOSTS_OF_A_BAR = 0.3  # share of onsets that get a ghost note before them
# What leads to the next phrase: a step or semitone to its chord, or the fifth.
TURNAROUND_TONES = ("step_below", "step_above", "half_below", "fifth")
# Width of the weights around the energy, which runs from 0 to 1.
ENERGY_WIDTH = 0.15


@dataclass(frozen=True, slots=True)
class _Playing:
    """What a seed decides once for the whole section."""

    style: Style
    rhythm: str
    play: PlayBar
    length: int
    root_tone: str
    span: int
    has_ghosts: bool


def random_genome(context: Context, rng: np.random.Generator) -> tuple[BassGenome, str]:
    """A first genome and its source, one of ``STYLES``."""
    backing = Backing.of(context)
    name = _draw_style(backing, rng)
    style = STYLES[name]
    bars = bars_in_style(style, backing, rng)
    if rng.random() < TURNAROUND_SHARE:
        bars = with_turnarounds(bars, backing, pick(rng, TURNAROUND_BARS), rng)
    genome = BassGenome(
        backing.cells_per_bar,
        bars,
        draw(rng, REGISTERS, REGISTER_SHARES),
        pick(rng, style.gates),
        draw_near_energy(rng, DYNAMICS, backing.energy),
        kick_lock=style.needs_drums or (backing.has_drums and rng.random() < KICK_LOCK_SHARE),
    )
    return genome, name


def _draw_style(backing: Backing, rng: np.random.Generator) -> str:
    names = [name for name, style in STYLES.items() if backing.has_drums or not style.needs_drums]
    weights = np.array([STYLES[name].weight for name in names])
    return draw(rng, names, (weights / weights.sum()).tolist())


def draw_bar(backing: Backing, bar: int, rng: np.random.Generator) -> Bar:
    """One bar as some style would play it there."""
    return bars_in_style(STYLES[_draw_style(backing, rng)], backing, rng)[bar]


def bars_in_style(style: Style, backing: Backing, rng: np.random.Generator) -> tuple[Bar, ...]:
    """Every bar of a section; at least one of them is played."""
    playing = _draw_playing(style, backing, rng)
    count = len(backing.changes)
    loop_bars = min(pick(rng, style.loops) or count, count)
    phrase = [_bar(playing, backing, index, rng) for index in range(loop_bars)]
    bars = [phrase[index % loop_bars] for index in range(count)]
    if not any(bars):
        bars[0] = (Pluck(0, playing.root_tone, length=playing.length),)
    if count > 1 and rng.random() < LEADING_BACK_SHARE:
        bars[-1] = leading_back(bars[-1], backing.meter, rng)
    return tuple(bars)


def _draw_playing(style: Style, backing: Backing, rng: np.random.Generator) -> _Playing:
    lengths = {
        RINGING: RING,
        A_BEAT: beat_cells(backing.meter),
        A_PULSE: pulse_cells(backing.meter),
    }
    follows_slashes = backing.has_slash_chords and rng.random() < SLASH_SHARE
    return _Playing(
        style,
        draw_near_energy(rng, style.rhythms, backing.energy),
        LINES[style.line](rng),
        lengths[pick(rng, style.lengths)],
        BASS if follows_slashes else ROOT,
        pick(rng, style.spans),
        rng.random() < style.ghost_share,
    )


def draw_near_energy(rng: np.random.Generator, options: Sequence[T], energy: float) -> T:
    """One of some options, calmest first: those near the energy are likely, none impossible."""
    energies = np.linspace(0, 1, len(options)) if len(options) > 1 else np.zeros(1)
    weights = 1 / (ENERGY_WIDTH + (energies - energy) ** 2)
    return draw(rng, options, (weights / weights.sum()).tolist())


def _bar(playing: _Playing, backing: Backing, bar: int, rng: np.random.Generator) -> Bar:
    style = playing.style
    if bar % playing.span or (bar and rng.random() < style.rest_share):
        return ()
    cells = set(RHYTHMS[playing.rhythm](backing, bar, rng))
    if style.strikes_changes:
        cells |= set(backing.changes[bar])
    onsets = _onsets(sorted(cells), backing, bar)
    steps = playing.play(onsets)
    plucks = [
        Pluck(cell, playing.root_tone if tone == ROOT else tone, octave, playing.length)
        for cell, (tone, octave) in zip(sorted(cells), steps, strict=True)
    ]
    return with_ghosts(plucks, rng) if playing.has_ghosts else tuple(plucks)


def _onsets(cells: Sequence[int], backing: Backing, bar: int) -> list[Onset]:
    """How each onset lies to the chord changes; the last chord leads back to the first."""
    changes = backing.changes[bar]
    opens_next = 0 in backing.changes[(bar + 1) % len(backing.changes)]
    ahead = (*changes, backing.cells_per_bar) if opens_next else changes
    return [
        Onset(cell in changes, any(cell < change <= end for change in ahead))
        for cell, end in pairwise((*cells, backing.cells_per_bar))
    ]


def with_ghosts(plucks: Sequence[Pluck], rng: np.random.Generator) -> Bar:
    """The plucks, some with a ghost note in the free cell before them."""
    taken = {pluck.cell for pluck in plucks}
    wanted = rng.random(len(plucks)) < GHOSTS_OF_A_BAR
    ghosts = [
        ghost_before(pluck)
        for pluck, is_wanted in zip(plucks, wanted, strict=True)
        if is_wanted and pluck.cell and pluck.cell - 1 not in taken
    ]
    return tuple(sorted([*plucks, *ghosts], key=lambda pluck: pluck.cell))


def ghost_before(pluck: Pluck) -> Pluck:
    """The same tone, soft and short, one cell earlier."""
    return replace(pluck, cell=pluck.cell - 1, length=1, level="ghost")


def with_turnarounds(
    bars: Sequence[Bar], backing: Backing, span: int, rng: np.random.Generator
) -> tuple[Bar, ...]:
    """The bars, the last one of every so many with a note less, or one more that leads on."""
    made = list(bars)
    late = groups(backing.meter)[-1]
    for index in range(span - 1, len(made), span):
        bar = made[index]
        if len(bar) > 2 and rng.random() < THINNED_SHARE:
            made[index] = bar[:-1]
        elif bar and bar[-1].cell < late:
            made[index] = (
                *bar,
                replace(bar[-1], cell=late, tone=pick(rng, TURNAROUND_TONES), octave=0),
            )
        elif bar and bar[-1].cell + 1 < backing.cells_per_bar:
            cell = (bar[-1].cell + backing.cells_per_bar) // 2
            made[index] = (
                *bar,
                replace(bar[-1], cell=cell, tone=pick(rng, TURNAROUND_TONES), octave=0),
            )
    return tuple(made)


def leading_back(bar: Bar, meter: Meter, rng: np.random.Generator) -> Bar:
    """The bar with a lead to the first chord as its last note."""
    tone, octave = draw_lead(rng)
    cell = groups(meter)[-1]
    if len(bar) > 1:
        return (*bar[:-1], replace(bar[-1], tone=tone, octave=octave))
    if any(pluck.cell >= cell for pluck in bar):
        return bar
    return (*bar, Pluck(cell, tone, octave))
