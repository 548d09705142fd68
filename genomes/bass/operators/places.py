"""Finding and changing plucks and bars of a genome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from genomes.bass.genes import Bar, Pluck
from genomes.bass.genome import BassGenome

Place = tuple[int, int]  # index of the bar, index of the pluck in it


def draw_place(genome: BassGenome, rng: np.random.Generator) -> Place:
    """Where one pluck stands, all equally likely."""
    places = [
        (bar, index) for bar, plucks in enumerate(genome.bars) for index in range(len(plucks))
    ]
    return places[int(rng.integers(len(places)))]


def pluck_at(genome: BassGenome, place: Place) -> Pluck:
    """The pluck at a place."""
    return genome.bars[place[0]][place[1]]


def put_pluck(genome: BassGenome, place: Place, *plucks: Pluck) -> BassGenome:
    """A copy with the pluck at a place replaced by others, or by none."""
    bar, index = place
    old = genome.bars[bar]
    return genome.with_bar(bar, in_order((*old[:index], *plucks, *old[index + 1 :])))


def in_order(plucks: Iterable[Pluck]) -> Bar:
    """A bar of plucks, by their cells."""
    return tuple(sorted(plucks, key=lambda pluck: pluck.cell))


def one_bar_or_all(
    genome: BassGenome, rng: np.random.Generator, change: Callable[[Bar], Bar]
) -> BassGenome:
    """A copy in which one bar that is played, or every one, is changed; none may fall silent."""
    bars = list(genome.bars)
    played = [index for index, bar in enumerate(bars) if bar]
    chosen = played if rng.random() < 0.5 else [played[int(rng.integers(len(played)))]]
    for index in chosen:
        bars[index] = change(bars[index])
    return replace(genome, bars=tuple(bars))
