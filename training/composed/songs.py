"""Songs of one colour's style, composed stage by stage; White is cut up from the others' songs.

White joins whole bars of other colours' songs as genomes, bar by bar, with what one of the donors
decides for the whole section: evolution could have made every song of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from genomes import STAGE_GENOMES, Genome
from genomes.bass.genome import rebuilt as with_plucks
from genomes.context import Context
from genomes.drums.genome import audible_genome
from genomes.melody.form import cut
from genomes.melody.genome import rebuilt as with_phrases
from genomes.notes import Part
from training.composed.cards import Card, cards
from training.composed.draws import song_card
from training.composed.examples import PART_STAGES
from training.composed.rhythm_section import compose_bass, compose_chords, compose_drums
from training.composed.voices import compose_harmony, compose_melody

# Of White: how many colours a song is cut from, and how many bars are cut out together.
DONOR_COUNTS = (3, 4, 5)
PIECE_BARS = (1, 2)
# Chance that each stage of White is cut at its own bar lines, from its own donors.
SEPARATE_CHANCE = 0.3

Parts = dict[str, Part]  # stage -> part
Donors = Sequence[Any]  # for every bar, the genome that it comes from

COMPOSERS: dict[str, Any] = {
    "chords": compose_chords,
    "drums": compose_drums,
    "bass": compose_bass,
    "melody": compose_melody,
    "harmony": compose_harmony,
}


@dataclass(frozen=True, slots=True)
class ComposedSection:
    """One section of a song.

    Attributes:
        genomes: every stage's genome.
        parts: what they sound as, each in the context of those before it; all of one length.
    """

    genomes: Mapping[str, Genome]
    parts: Parts


def compose_sections(
    colour: str, context: Context, count: int, rng: np.random.Generator
) -> list[ComposedSection]:
    """Sections of one song of a colour that has a card."""
    card = song_card(cards()[colour], rng)
    return [compose_section(card, context, rng) for _ in range(count)]


def compose_section(card: Card, context: Context, rng: np.random.Generator) -> ComposedSection:
    """One section, stage after stage."""
    return render_stages(
        lambda stage, so_far: COMPOSERS[stage](getattr(card, stage), so_far, rng),
        context,
    )


def render_stages(genome_of: Callable[[str, Context], Genome], context: Context) -> ComposedSection:
    """A section of genomes, each made and played in the context of those before it.

    Args:
        genome_of: makes a stage's genome in a context that has the parts of the stages before it.
        context: without parts.
    """
    genomes: dict[str, Genome] = {}
    parts: Parts = {}
    for stage in PART_STAGES:
        so_far = with_parts(context, parts)
        genomes[stage] = genome_of(stage, so_far)
        parts[stage] = STAGE_GENOMES[stage].render(genomes[stage], so_far)
    return ComposedSection(genomes, parts)


def with_parts(context: Context, parts: Parts) -> Context:
    """A context in which parts are approved."""
    return replace(context, parts=tuple(parts.items()))


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
    chosen = rng.permutation(list(cards()))[: int(rng.choice(DONOR_COUNTS))]
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
    is_separate = rng.random() < SEPARATE_CHANCE

    def genome_of(stage: str, so_far: Context) -> Genome:
        plan = _plan(names, bars, rng) if is_separate else shared
        first = donors[names[0]].genomes[stage]
        return JOINERS[stage](first, [donors[name].genomes[stage] for name in plan], so_far)

    return render_stages(genome_of, context)


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


def _with_bars(first: Any, donors: Donors, context: Context) -> Genome:
    del context
    joined: Genome = first.with_bars(_bars(donors))
    return joined


def _drums(first: Any, donors: Donors, context: Context) -> Genome:
    feel = first.swing_percent, first.dynamic, first.shape
    return audible_genome(context.meter, _bars(donors), *feel)


def _bass(first: Any, donors: Donors, context: Context) -> Genome:
    del context
    return with_plucks(first, _bars(donors))


def _melody(first: Any, donors: Donors, context: Context) -> Genome:
    pieces, start = [], 0
    for genome, group in groupby(donors):
        end = start + len(list(group))
        pieces += cut(genome.pieces(), start, end, context.meter)
        start = end
    return with_phrases(first, pieces)


JOINERS: Mapping[str, Callable[[Any, Donors, Context], Genome]] = {
    "chords": _with_bars,
    "drums": _drums,
    "bass": _bass,
    "melody": _melody,
    "harmony": _with_bars,
}
