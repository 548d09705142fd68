"""A song's own tendencies: drawn around its colour's card, and now and then from any colour's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import numpy as np

from training.composed.cards import Card, Range, StageCard, cards
from training.composed.examples import PART_STAGES

K = TypeVar("K", str, int)
S = TypeVar("S", bound=StageCard)

# Chance that a trait of a song is any colour's: a colour is a tendency and no rule.
STRAY = 0.15
# How closely a song keeps to its card's weights; a song of few tastes at about 1.
CLOSENESS = 5.0


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
        strays = rng.random() < STRAY
        source = every[int(rng.integers(len(every)))] if strays else card
        value = getattr(source, field)
        values[field] = _point(value, rng) if isinstance(value, tuple) else _around(value, rng)
    return msgspec.structs.replace(card, **values)


def _point(bounds: Range, rng: np.random.Generator) -> Range:
    value = float(rng.uniform(*bounds))
    return value, value


def _around(weights: Mapping[K, float], rng: np.random.Generator) -> dict[K, float]:
    """Weights drawn from a Dirichlet distribution around these; what vanishes is left out."""
    shares = np.array(list(weights.values()))
    drawn = rng.dirichlet(CLOSENESS * shares / shares.sum())
    kept = {name: float(share) for name, share in zip(weights, drawn, strict=True) if share > 1e-3}
    return kept or dict(weights)


@dataclass(frozen=True, slots=True)
class Note:
    """What a tendency was asked for, and what came out.

    Attributes:
        tendency: the weights or the range themselves: their identity says which of a card's.
        answer: a name, or whether something happened.
        among: the names that were possible; none where every name of the weights was.
    """

    tendency: Mapping[Any, float] | Range
    answer: str | int | bool
    among: tuple[str | int, ...] = ()


class Noting(np.random.Generator):
    """Draws what ``np.random.default_rng`` draws from the same seed, and notes every choice.

    Attributes:
        notes: in the order in which they were made.
    """

    def __init__(self, seed: Sequence[int]) -> None:
        super().__init__(np.random.PCG64(seed))
        self.notes: list[Note] = []


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
    if isinstance(rng, Noting):
        rng.notes.append(Note(weights, name, tuple(among)))
    return name


def _by_weight(names: Sequence[K], weights: Mapping[K, float], rng: np.random.Generator) -> K:
    edges = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]


def chance(bounds: Range, rng: np.random.Generator) -> bool:
    """Whether something happens that is as likely as a song's range says."""
    happens = bool(rng.random() < bounds[0])
    if isinstance(rng, Noting):
        rng.notes.append(Note(bounds, happens))
    return happens
