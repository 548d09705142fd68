"""Hidden tastes drawn by chance from what a head reads, which no list of columns was made for.

A taste listens to one to three columns of the head, drawn evenly from all that vary but the terms
of the score. Half of the tastes are linear; in the others a column has an optimum, is liked on both
sides of a middle, is enough from some value on, or counts only together with another. What is heard
is a column with noise of its own beside it, for a person hears no column exactly.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.preference_people import JudgedPool
from benchmarks.preference_tastes import LINEAR, NONLINEAR, Taste
from fitness.preference.features import taste_names
from fitness.preference.head import head_columns

Floats = NDArray[np.float64]
Hears = Callable[[Floats], Floats]  # ``head_values`` -> ``(n,)`` what is heard of them

SEED = 77
STAGES = ("chords", "melody")
COUNTS = (0.3, 0.5, 0.2)  # how probable one, two and three columns are
CURVED = ("near", "near", "apart", "enough", "together", "linear")
NOISE = (0.10, 0.25)  # share of the decisions that are made the other way round
UNHEARD = 0.35  # standard deviation of what is heard beside a column, in spreads of the column
VARIES_IN = 0.7  # least share of the first pools that a column varies in


@dataclass(frozen=True)
class RandomTaste(Taste):
    """A taste for columns of the head.

    Attributes:
        hears: its variables.
        likes: their weights, in spreads over all pools.
    """

    hears: tuple[Hears, ...] = ()
    likes: tuple[float, ...] = ()

    @property
    def weights(self) -> tuple[float, ...]:
        """How much each variable counts."""
        return self.likes


def random_taste(number: int, pools: Sequence[JudgedPool]) -> RandomTaste:
    """The taste of a number: of chords if it is even, else of melodies.

    Args:
        number: from 0.
        pools: of both stages, whose columns it listens to.
    """
    rng = np.random.default_rng([SEED, number])
    stage = STAGES[number % len(STAGES)]
    own = [pool for pool in pools if pool.stage == stage]
    values = np.concatenate([pool.values for pool in own])
    columns = _columns(stage, own)
    is_linear = number // len(STAGES) % 2 == 0
    hears, likes = [], []
    for place in range(int(rng.choice(len(COUNTS), p=COUNTS)) + 1):
        shape = "linear" if is_linear else str(rng.choice(CURVED[: -1 if place == 0 else None]))
        sign = float(rng.choice([-1, 1])) if shape in ("linear", "enough", "together") else 1.0
        likes.append(sign * (1.0 if place == 0 else float(rng.uniform(0.4, 1))))
        hears.append(_heard(shape, values, columns, rng))
    return RandomTaste(
        f"random {number}",
        stage,
        LINEAR if is_linear else NONLINEAR,
        float(rng.uniform(*NOISE)),
        (),
        hears=tuple(hears),
        likes=tuple(likes),
    )


def heard_by(taste: RandomTaste, pools: Sequence[JudgedPool]) -> list[JudgedPool]:
    """The pools of the taste's stage, with what it hears of them."""
    own = [pool for pool in pools if pool.stage == taste.stage]
    plain = [np.column_stack([hear(pool.values) for hear in taste.hears]) for pool in own]
    spreads = np.concatenate(plain).std(axis=0) + 1e-12
    found = []
    for pool, heard in zip(own, plain, strict=True):
        rng = np.random.default_rng(zlib.crc32(f"{taste.name} {pool.song}".encode()))
        unheard = UNHEARD * rng.normal(size=heard.shape)
        found.append(replace(pool, heard={taste.name: heard / spreads + unheard}))
    return found


def _columns(stage: str, pools: Sequence[JudgedPool]) -> list[int]:
    """The features that vary in most first pools."""
    varies = np.mean([pool.first_pool.deviation > 0 for pool in pools], axis=0)
    measured = set(taste_names(stage))
    names = enumerate(head_columns(stage))
    return [row for row, name in names if name in measured and varies[row] >= VARIES_IN]


def _heard(shape: str, values: Floats, columns: Sequence[int], rng: np.random.Generator) -> Hears:
    """What is heard of a column that is drawn."""
    column = int(rng.choice(columns))
    middle = float(np.quantile(values[:, column], rng.uniform(0.25, 0.75)))
    other = int(rng.choice(columns))
    lows = np.quantile(values[:, [column, other]], 0.02, axis=0)
    shapes: dict[str, Hears] = {
        "linear": lambda v: v[:, column],
        "near": lambda v: -np.abs(v[:, column] - middle),
        "apart": lambda v: np.abs(v[:, column] - middle),
        "enough": lambda v: np.minimum(v[:, column], middle),
        "together": lambda v: np.prod(v[:, [column, other]] - lows, axis=1),
    }
    return shapes[shape]
