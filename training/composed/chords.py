"""Chords of a card, as genomes: every one could have come out of evolution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chords.functions import functions, tonic
from genomes.chords.genes import Bar, Change
from genomes.chords.genome import ChordGenome
from genomes.chords.harmony import Chord, extensions, max_inversion
from genomes.chords.operators.voicing import revoice_all
from genomes.chords.rhythm import draw_slots
from genomes.chords.seeds import SOURCES
from genomes.chords.voicing import Voicing
from genomes.context import Context
from training.composed.cards import ChordCard
from training.composed.settings import with_bars
from training.composed.tendency import chance, choose

FEWEST_CHANGES = 2
# Chance that a loop is made to begin on the tonic, whatever it was drawn from.
HOME_SHARE = 0.6


def compose_chords(card: ChordCard, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A section's progression: a loop, played over and over."""
    bars = context.section.bars
    loop = _loop(card, context, rng)
    patterns = [choose(card.pattern, rng)] * 4
    if chance(card.second_pattern, rng):
        patterns[-1] = choose(card.pattern, rng)
    played = [
        replace(loop[index % len(loop)], pattern=patterns[index % 4]) for index in range(bars)
    ]
    genome = ChordGenome(
        context.key.mode,
        len(context.meter.groups),
        tuple(played),
        choose(card.register, rng),
        choose(card.dynamic, rng),
    )
    return revoice_all(genome, context, rng) if chance(card.led, rng) else genome


def _loop(card: ChordCard, context: Context, rng: np.random.Generator) -> list[Bar]:
    slots = _slots(card, context, rng)
    tokens = _tokens(card, context.key.mode, sum(map(len, slots)), rng)
    spread = choose(card.spread, rng)
    chords = iter([_chord(card, context.key.mode, token, rng) for token in tokens])
    return [
        Bar(
            tuple(
                Change(group, next(chords), Voicing(spread, int(rng.integers(3))))
                for group in groups
            )
        )
        for groups in slots
    ]


def _slots(card: ChordCard, context: Context, rng: np.random.Generator) -> list[list[int]]:
    """Beat groups that begin a chord, bar by bar of a loop that has at least two chords."""
    pace = choose(card.pace, rng)
    bars = min(context.section.bars, choose(card.loop_bars, rng))
    slots = draw_slots(with_bars(context, bars), pace, rng)
    while sum(map(len, slots)) < FEWEST_CHANGES and len(slots) < context.section.bars:
        slots += draw_slots(with_bars(context, len(slots)), pace, rng)
    return slots[: context.section.bars]


def _tokens(card: ChordCard, mode: str, count: int, rng: np.random.Generator) -> list[str]:
    """Functions from the card's progressions, some swapped for a rarer one."""
    tokens = SOURCES[choose(card.progression, rng)](mode, count, rng)
    if rng.random() < HOME_SHARE:
        tokens[0] = tonic(mode)
    for index in range(1, count):
        if chance(card.mixture, rng):
            after = tokens[(index + 1) % count]
            tokens[index] = _swapped(card, mode, tokens[index], after, rng)
    return tokens


def _swapped(card: ChordCard, mode: str, token: str, after: str, rng: np.random.Generator) -> str:
    """A function of a source of the card: one that leads on, or on the same degree, or any."""
    source = choose(card.source, rng)
    options = [f for f in functions(mode).values() if f.source == source]
    leading = [f for f in options if f.token.endswith(f"/{after}")]
    same_degree = [f for f in options if f.degree == functions(mode)[token].degree]
    fitting = leading or same_degree or options
    return fitting[int(rng.integers(len(fitting)))].token if fitting else token


def _chord(card: ChordCard, mode: str, token: str, rng: np.random.Generator) -> Chord:
    extension = choose(card.extension, rng, among=extensions(mode, token))
    highest = min(2, max_inversion(extension))
    inversion = int(rng.integers(1, highest + 1)) if highest and chance(card.inverted, rng) else 0
    return Chord(token, extension, inversion)
