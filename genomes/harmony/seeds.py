"""First genomes: one for each texture, pairs, and mixtures of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from genomes.context import Context
from genomes.harmony.forms import (
    FALLBACK_TEXTURES,
    FORMS,
    PAIRS,
    PHRASES,
    SPARSE_FORMS,
    closes_phrase,
    phrase_of,
    playable,
    write_bar,
)
from genomes.harmony.genome import (
    DRONE,
    DYNAMICS,
    ECHO,
    LINE,
    PAD,
    TEXTURES,
    THIRDS,
    Bar,
    HarmonyGenome,
)
from genomes.harmony.style import draw_style
from genomes.harmony.writing import Arranger, arranger_for
from genomes.variation import draw, pick

# The first texture, and the second where a form has two.
Material = tuple[str, ...]

# How likely each source is: plain ones with few notes more.
SOURCE_WEIGHTS = {
    "pad": 0.24,
    "line": 0.2,
    "thirds": 0.14,
    "drone": 0.06,
    "echo": 0.08,
    "pair": 0.16,
    "mixed": 0.12,
}

# Share of sections with much silence, in a calm and in a full section.
SPARSE_SHARE_STILL, SPARSE_SHARE_FULL = 0.7, 0.3
# How likely the other forms are: those of two textures most.
FULL_SHARES = {"throughout": 0.15, "builds": 0.25, "full": 0.35, "arch": 0.25}
# Share of those in which only the last bar of each phrase sounds.
ENDS_ONLY_SHARE = 0.25

DYNAMIC_WEIGHTS_STILL = (0.3, 0.35, 0.25, 0.1, 0.0)
DYNAMIC_WEIGHTS_FULL = (0.0, 0.1, 0.3, 0.35, 0.25)


def random_genome(context: Context, rng: np.random.Generator) -> tuple[HarmonyGenome, str]:
    """A first genome and its source; see ``SOURCES``."""
    source = draw(rng, tuple(SOURCE_WEIGHTS), tuple(SOURCE_WEIGHTS.values()))
    arranger = arranger_for(context, draw_style(context, rng), rng)
    material = SOURCES[source]
    bars = _bars(material, arranger)
    return HarmonyGenome(str(context.meter), bars, _draw_dynamic(context, rng)), source


def _draw_dynamic(context: Context, rng: np.random.Generator) -> int:
    energy = context.section.energy
    still, full = np.array(DYNAMIC_WEIGHTS_STILL), np.array(DYNAMIC_WEIGHTS_FULL)
    return draw(rng, DYNAMICS, tuple((1 - energy) * still + energy * full))


def _bars(
    material: Callable[[np.random.Generator], Material], arranger: Arranger
) -> tuple[Bar, ...]:
    """Every bar as the form says.

    Where textures of the melody give no tones at all, others replace them; where the form is silent
    in every bar, a drone sounds in the last.
    """
    shares = _draw_form(arranger)
    drawn = material(arranger.rng)
    phrases = [material(arranger.rng) if material is _mixed else drawn for _ in range(PHRASES)]
    bars = _written(phrases, shares, arranger)
    if not any(bars):
        others = [
            tuple(FALLBACK_TEXTURES.get(texture, texture) for texture in each) for each in phrases
        ]
        bars = _written(others, shares, arranger)
    if not any(bars):
        bars[-1] = write_bar((DRONE,), arranger, len(bars) - 1, ())
    return tuple(bars)


def _written(phrases: Sequence[Material], amounts: Sequence[int], arranger: Arranger) -> list[Bar]:
    """The bars of some phrases, with as many textures in each bar as ``amounts`` says."""
    bars: list[Bar] = []
    for index, amount in enumerate(amounts):
        wanted = playable(phrases[phrase_of(index, len(amounts))], arranger)[:amount]
        bars.append(write_bar(wanted, arranger, index, bars[-1] if bars else ()))
    return bars


def _draw_form(arranger: Arranger) -> list[int]:
    """How many textures sound in each bar."""
    rng, energy, count = (
        arranger.rng,
        arranger.context.section.energy,
        arranger.context.section.bars,
    )
    sparse_share = SPARSE_SHARE_STILL + energy * (SPARSE_SHARE_FULL - SPARSE_SHARE_STILL)
    is_sparse = rng.random() < sparse_share
    if is_sparse and rng.random() < ENDS_ONLY_SHARE:
        return [int(closes_phrase(bar, count)) for bar in range(count)]
    full = draw(rng, tuple(FULL_SHARES), tuple(FULL_SHARES.values()))
    form = FORMS[pick(rng, SPARSE_FORMS) if is_sparse else full]
    return [form[phrase_of(bar, count)] for bar in range(count)]


def _with_second(texture: str, *seconds: str) -> Callable[[np.random.Generator], Material]:
    return lambda rng: (texture, pick(rng, seconds))


def _pair(rng: np.random.Generator) -> Material:
    pair = pick(rng, PAIRS)
    return pair if rng.random() < 0.5 else pair[::-1]


def _mixed(rng: np.random.Generator) -> Material:
    first = pick(rng, tuple(TEXTURES))
    partners = [pair[1 - pair.index(first)] for pair in PAIRS if first in pair]
    return (first, pick(rng, partners))


SOURCES: dict[str, Callable[[np.random.Generator], Material]] = {
    "pad": _with_second(PAD, LINE, THIRDS, ECHO),
    "line": _with_second(LINE, PAD, DRONE),
    "thirds": _with_second(THIRDS, PAD, DRONE),
    "drone": _with_second(DRONE, LINE, THIRDS),
    "echo": _with_second(ECHO, PAD),
    "pair": _pair,
    "mixed": _mixed,
}
