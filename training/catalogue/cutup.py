"""White: whole bars of other colours' songs, cut up and joined in one key.

Chords are joined as genomes, bar by bar, with the register and the dynamic of one of them: what
evolution can't do, White doesn't do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.chords.genome import whole
from genomes.context import Context
from genomes.notes import Part
from training.catalogue.cards import cards
from training.catalogue.clips import cut, laid_end_to_end
from training.catalogue.songs import ComposedSection, Parts, compose_sections

DONORS = (3, 4, 5)
PIECE_BARS = (1, 2)  # how many bars are cut out together
# Chance that every stage is cut at its own places, from its own donors.
APART = 0.3


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
    names = list(donors)
    plan = _plan(names, context.section.bars, rng)
    apart = rng.random() < APART
    bars = tuple(donors[name].genome.bars[bar] for bar, name in enumerate(plan))
    keeper = donors[names[0]].genome
    genome = whole(keeper.mode, keeper.groups_per_bar, bars, keeper.register, keeper.dynamic)
    parts: Parts = {"chords": genome.render(context)}
    for stage in ("drums", "bass", "melody"):
        if apart:
            plan = _plan(names, context.section.bars, rng)
        parts[stage] = _joined([donors[name].parts[stage] for name in plan], context)
    return ComposedSection(genome, parts)


def _plan(names: list[str], bars: int, rng: np.random.Generator) -> list[str]:
    """Which donor each bar comes from; neighbours differ from piece to piece."""
    plan: list[str] = []
    while len(plan) < bars:
        others = [name for name in names if not plan or name != plan[-1]]
        name = others[int(rng.integers(len(others)))]
        plan += [name] * int(rng.choice(PIECE_BARS))
    return plan[:bars]


def _joined(sources: list[Part], context: Context) -> Part:
    """The first bar of the first part, the second of the second, and so on."""
    bar_ticks = context.meter.bar_ticks
    return laid_end_to_end(
        [cut(part, bar * bar_ticks, bar_ticks) for bar, part in enumerate(sources)]
    )
