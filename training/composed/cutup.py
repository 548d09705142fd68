"""White: whole bars of other colours' songs, cut up and joined in one key.

Every stage is joined as a genome, bar by bar, with what one of the donors decides for the whole
section: what evolution can't do, White doesn't do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from genomes.base import Genome
from genomes.bass.genome import rebuilt as with_plucks
from genomes.chords.genome import rebuilt as with_chords
from genomes.context import Context
from genomes.drums.genome import whole
from genomes.harmony.genome import sounds
from genomes.melody.form import cut
from genomes.melody.genome import rebuilt as with_phrases
from training.composed.cards import cards
from training.composed.songs import ComposedSection, compose_sections, performed

DONORS = (3, 4, 5)
PIECE_BARS = (1, 2)  # how many bars are cut out together
# Chance that every stage is cut at its own places, from its own donors.
APART = 0.3

Donors = Sequence[Any]  # for every bar, the genome that it comes from


@dataclass(frozen=True, slots=True)
class CutUp:
    """A section of White and what it was cut from.

    Attributes:
        section: the result.
        donors: sections by the colour that they were composed in, in the song's own key.
    """

    section: ComposedSection
    donors: dict[str, ComposedSection]


def compose_cutups(context: Context, count: int, rng: np.random.Generator) -> list[CutUp]:
    """Sections of one White song: all from the same few colours."""
    chosen = rng.permutation(list(cards()))[: int(rng.choice(DONORS))]
    songs = {str(name): compose_sections(str(name), context, count, rng) for name in chosen}
    found = []
    for index in range(count):
        donors = {name: sections[index] for name, sections in songs.items()}
        found.append(CutUp(_cut_up(donors, context, rng), donors))
    return found


def _cut_up(
    donors: dict[str, ComposedSection], context: Context, rng: np.random.Generator
) -> ComposedSection:
    names, bars = list(donors), context.section.bars
    shared = _plan(names, bars, rng)
    apart = rng.random() < APART

    def genome_of(stage: str, heard: Context) -> Genome:
        plan = _plan(names, bars, rng) if apart else shared
        keeper = donors[names[0]].genomes[stage]
        return JOINERS[stage](keeper, [donors[name].genomes[stage] for name in plan], heard)

    return performed(genome_of, context)


def _plan(names: list[str], bars: int, rng: np.random.Generator) -> list[str]:
    """Which donor each bar comes from; neighbours differ from piece to piece."""
    plan: list[str] = []
    while len(plan) < bars:
        others = [name for name in names if not plan or name != plan[-1]]
        name = others[int(rng.integers(len(others)))]
        plan += [name] * int(rng.choice(PIECE_BARS))
    return plan[:bars]


def _bars(donors: Donors) -> list[Any]:
    """The first bar of the first, the second of the second, and so on."""
    return [genome.bars[bar] for bar, genome in enumerate(donors)]


def _chords(keeper: Any, donors: Donors, context: Context) -> Genome:
    del context
    return with_chords(keeper, _bars(donors))


def _drums(keeper: Any, donors: Donors, context: Context) -> Genome:
    feel = keeper.swing_percent, keeper.dynamic, keeper.shape
    return whole(context.meter, _bars(donors), *feel)


def _bass(keeper: Any, donors: Donors, context: Context) -> Genome:
    del context
    return with_plucks(keeper, _bars(donors))


def _melody(keeper: Any, donors: Donors, context: Context) -> Genome:
    pieces, start = [], 0
    for genome, group in groupby(donors):
        end = start + len(list(group))
        pieces += cut(genome.pieces(), start, end, context.meter)
        start = end
    return with_phrases(keeper, pieces)


def _harmony(keeper: Any, donors: Donors, context: Context) -> Genome:
    del context
    bars = tuple(_bars(donors))
    joined: Genome = replace(keeper, bars=bars) if sounds(bars) else keeper
    return joined


JOINERS: Mapping[str, Callable[[Any, Donors, Context], Genome]] = {
    "chords": _chords,
    "drums": _drums,
    "bass": _bass,
    "melody": _melody,
    "harmony": _harmony,
}
