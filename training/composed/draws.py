"""What a song draws at random: its own style card, key, meter, tempo, singer and clips.

Only the style card depends on the colour, so that nothing but the music can tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec
import numpy as np

from fitness.roll import WINDOW_SECONDS
from genomes.context import Context, Section
from genomes.keys import PLAIN_NAMES, Key
from genomes.melody.singers import VOICES
from genomes.time import Meter
from training.composed.cards import Card, Range, StageCard, cards
from training.composed.examples import PART_STAGES

K = TypeVar("K", str, int)
S = TypeVar("S", bound=StageCard)

# Chance that a field of a song's card is taken from any colour's: colours overlap.
OTHER_CARD_CHANCE = 0.15
# Of the Dirichlet distribution of a song's weights around its card's: at about 1, a song keeps to
# a few names; the higher, the closer to the card.
CONCENTRATION = 5.0

LOWEST_BPM, HIGHEST_BPM = 60, 155
MODES = {
    "minor": 0.60,
    "dorian": 0.06,
    "harmonic_minor": 0.02,
    "phrygian": 0.02,
    "major": 0.22,
    "mixolydian": 0.05,
    "lydian": 0.03,
}
METERS = {"4/4": 0.47, "7/8": 0.30, "3/4": 0.10, "6/8": 0.08, "5/4": 0.05}

SECTIONS = 3
MIN_BARS, MAX_BARS = 4, 16
MIN_CLIP_BARS = 2


def song_card(card: Card, rng: np.random.Generator) -> Card:
    """One song's card: the same fields, its weights its own and its ranges narrowed to a point."""
    every = tuple(cards().values())
    own = {
        stage: _own(getattr(card, stage), [getattr(other, stage) for other in every], rng)
        for stage in PART_STAGES
    }
    return msgspec.structs.replace(card, **own)


def _own(card: S, every: Sequence[S], rng: np.random.Generator) -> S:
    values = {}
    for field in card.__struct_fields__:
        is_other = rng.random() < OTHER_CARD_CHANCE
        source = every[int(rng.integers(len(every)))] if is_other else card
        value = getattr(source, field)
        values[field] = _point(value, rng) if isinstance(value, tuple) else _around(value, rng)
    return msgspec.structs.replace(card, **values)


def _point(bounds: Range, rng: np.random.Generator) -> Range:
    value = float(rng.uniform(*bounds))
    return value, value


def _around(weights: Mapping[K, float], rng: np.random.Generator) -> dict[K, float]:
    """Weights drawn from a Dirichlet distribution around these; what vanishes is left out."""
    shares = np.array(list(weights.values()))
    drawn = rng.dirichlet(CONCENTRATION * shares / shares.sum())
    kept = {name: float(share) for name, share in zip(weights, drawn, strict=True) if share > 1e-3}
    return kept or dict(weights)


@dataclass(frozen=True, slots=True)
class Draw:
    """One random choice.

    Attributes:
        weights: of the card that it was made by: weights of names, or the range of a chance. The
            object's identity says which field.
        outcome: a name, or whether something happened.
        among: the names that were possible; empty where every name of the weights was.
    """

    weights: Mapping[Any, float] | Range
    outcome: str | int | bool
    among: tuple[str | int, ...] = ()


class RecordingGenerator(np.random.Generator):
    """Draws what ``np.random.default_rng`` draws from the same seed, and records every choice.

    Attributes:
        draws: in the order in which they were made.
    """

    def __init__(self, seed: Sequence[int]) -> None:
        super().__init__(np.random.PCG64(seed))
        self.draws: list[Draw] = []


def choose(weights: Mapping[K, float], rng: np.random.Generator, among: Sequence[K] = ()) -> K:
    """One name, by weight.

    Args:
        weights: above 0.
        rng: the source of chance.
        among: the names that are possible here, where not all are; the first of them comes out
            where none has a weight.
    """
    possible = [name for name in among or weights if name in weights]
    name = _by_weight(possible, weights, rng) if len(possible) > 1 else (possible or among)[0]
    if isinstance(rng, RecordingGenerator):
        rng.draws.append(Draw(weights, name, tuple(among)))
    return name


def _by_weight(names: Sequence[K], weights: Mapping[K, float], rng: np.random.Generator) -> K:
    edges = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]


def chance(bounds: Range, rng: np.random.Generator) -> bool:
    """Whether something happens that is as likely as a song's range says."""
    happens = bool(rng.random() < bounds[0])
    if isinstance(rng, RecordingGenerator):
        rng.draws.append(Draw(bounds, happens))
    return happens


def draw_context(rng: np.random.Generator) -> Context:
    """A song's key, meter, tempo and singer, with a section that the model can see whole."""
    tonic = int(rng.integers(12))
    key = Key(tonic, choose(MODES, rng), PLAIN_NAMES[tonic])
    meter = Meter.parse(choose(METERS, rng))
    tempo_bpm = float(rng.integers(LOWEST_BPM, HIGHEST_BPM + 1))
    singer = tuple(VOICES)[int(rng.integers(len(VOICES)))]
    context = Context(key, meter, tempo_bpm, Section("section", MIN_BARS), singer=singer)
    return with_bars(context, min(MAX_BARS, bars_in_window(context)))


def with_bars(context: Context, bars: int) -> Context:
    """The same song, a section of another length."""
    return replace(context, section=Section("section", bars))


def bars_in_window(context: Context) -> int:
    """Whole bars that the model's window holds, at least the shortest clip's."""
    bar_seconds = float(context.tempo_map.seconds(context.meter.bar_ticks))
    return max(MIN_CLIP_BARS, int(WINDOW_SECONDS / bar_seconds))


def draw_stretch(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """First bar and length in bars of a clip: every length alike on a scale of octaves."""
    shortest, longest = np.log2(MIN_CLIP_BARS), np.log2(bars + 0.99)
    length = min(bars, int(2 ** rng.uniform(shortest, max(shortest, longest))))
    # Evolution's parts begin at their beginning: half of the clips do.
    first = 0 if rng.random() < 0.5 else int(rng.integers(bars - length + 1))
    return first, length
