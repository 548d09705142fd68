"""First genomes: one for each texture, pairs, and mixtures of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from genomes.chance import draw, pick
from genomes.context import Context
from genomes.harmony.forms import (
    FORMS,
    FULL_FORMS,
    PAIRS,
    SPARSE_FORMS,
    amount,
    closes_phrase,
    playable,
    write_bar,
)
from genomes.harmony.genes import Bar
from genomes.harmony.genome import HarmonyGenome, sounds
from genomes.harmony.style import draw_style
from genomes.harmony.tables import DRONE, DYNAMICS, ECHO, LINE, PAD, TEXTURES, THIRDS
from genomes.harmony.writing import Desk, desk_for

# What is heard first, and what is heard beside it where a form asks for both.
Material = tuple[str, ...]

# How likely each source is: plain and patient ones more.
SOURCE_WEIGHTS = {
    "pad": 0.24,
    "line": 0.16,
    "thirds": 0.16,
    "drone": 0.1,
    "echo": 0.1,
    "pair": 0.12,
    "mixed": 0.12,
}

# Share of sections with much silence, in a still and in a full section.
SPARSE_SHARE_STILL, SPARSE_SHARE_FULL = 0.75, 0.45
# Share of them in which only the last bar of each phrase sounds.
ENDS_ONLY_SHARE = 0.35

DYNAMIC_WEIGHTS_STILL = (0.3, 0.35, 0.25, 0.1, 0.0)
DYNAMIC_WEIGHTS_FULL = (0.0, 0.1, 0.3, 0.35, 0.25)


def random_genome(context: Context, rng: np.random.Generator) -> tuple[HarmonyGenome, str]:
    """A first genome and its source; see ``SOURCES``."""
    source = draw(rng, tuple(SOURCE_WEIGHTS), tuple(SOURCE_WEIGHTS.values()))
    desk = desk_for(context, draw_style(context, rng), rng)
    material = SOURCES[source]
    bars = _bars(material, desk)
    return HarmonyGenome(context.meter, bars, _draw_dynamic(context, rng)), source


def _draw_dynamic(context: Context, rng: np.random.Generator) -> int:
    energy = context.section.energy
    still, full = np.array(DYNAMIC_WEIGHTS_STILL), np.array(DYNAMIC_WEIGHTS_FULL)
    return draw(rng, DYNAMICS, tuple((1 - energy) * still + energy * full))


def _bars(material: Callable[[np.random.Generator], Material], desk: Desk) -> tuple[Bar, ...]:
    """Every bar as the form wants it; if that leaves nothing, the last bar has a drone."""
    rng, count = desk.rng, desk.context.section.bars
    form, ends_only = _draw_form(desk)
    chosen = playable(material(rng), desk)
    bars: list[Bar] = []
    wanted: Material = ()
    for index in range(count):
        if index == 0 or closes_phrase(index - 1, count):
            chosen = playable(material(rng), desk) if material is _anything else chosen
            wanted = chosen[: amount(form, index, count)]
        heard = () if ends_only and not closes_phrase(index, count) else wanted
        before = bars[-1] if bars else Bar()
        bars.append(write_bar(heard, desk, index, before))
    if not sounds(bars):
        bars[-1] = write_bar((DRONE,), desk, count - 1, Bar())
    return tuple(bars)


def _draw_form(desk: Desk) -> tuple[Sequence[int], bool]:
    """A form, and whether only the last bar of each phrase sounds."""
    rng, energy = desk.rng, desk.context.section.energy
    sparse_share = SPARSE_SHARE_STILL + energy * (SPARSE_SHARE_FULL - SPARSE_SHARE_STILL)
    is_sparse = rng.random() < sparse_share
    form = FORMS[pick(rng, SPARSE_FORMS if is_sparse else FULL_FORMS)]
    return form, bool(is_sparse and rng.random() < ENDS_ONLY_SHARE)


def _first(texture: str, *seconds: str) -> Callable[[np.random.Generator], Material]:
    return lambda rng: (texture, pick(rng, seconds))


def _pair(rng: np.random.Generator) -> Material:
    pair = pick(rng, PAIRS)
    return pair if rng.random() < 0.5 else pair[::-1]


def _anything(rng: np.random.Generator) -> Material:
    first = pick(rng, tuple(TEXTURES))
    partners = [pair[1 - pair.index(first)] for pair in PAIRS if first in pair]
    return (first, pick(rng, partners))


SOURCES: dict[str, Callable[[np.random.Generator], Material]] = {
    "pad": _first(PAD, LINE, THIRDS, ECHO),
    "line": _first(LINE, PAD, DRONE),
    "thirds": _first(THIRDS, PAD, DRONE),
    "drone": _first(DRONE, LINE, THIRDS),
    "echo": _first(ECHO, PAD),
    "pair": _pair,
    "mixed": _anything,
}
