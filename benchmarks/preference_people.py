"""Simulated people deciding on what the engine shows, and learners beside the preference head."""

from __future__ import annotations

import hashlib
import inspect
import zlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks import preference_tastes
from benchmarks.preference_pools import ScoredPool, read_pools
from benchmarks.preference_tastes import TASTES, Taste
from engine.evolution.behaviour import Archive, axes_of, measured
from engine.evolution.pool import Individual
from engine.evolution.survivors import FirstPoolFacts, choose_survivors
from engine.stages import STAGES
from fitness.features import FEATURE_NAMES
from fitness.preference.bradley_terry import Comparisons, fit
from fitness.preference.features import TASTE_VERSION, taste_matrix
from fitness.preference.head import (
    DecidedPool,
    PreferenceHead,
    head_columns,
    head_values,
    joined,
    listened_shares,
    standardised,
    typical_scales,
)
from fitness.preference.scales import PoolStatistics
from fitness.total import Score

Floats = NDArray[np.float64]

ROUND = 10  # decisions at a time, on one song
BEST = 3
CHECKPOINTS = (30, 90, 300)
PAIRS = 400  # held-out pairs of each song


@dataclass(frozen=True, eq=False)
class JudgedPool:
    """A pool in numbers.

    Attributes:
        song: the song's name.
        stage: the run's stage.
        values: ``head_values`` of everything that was scored.
        first_pool: statistics of the first pool.
        is_first: which rows are of the first pool.
        passes: which rows pass the gate.
        distances: between the genomes.
        median_distance: of the first pool.
        cells: ``(n, axes)`` of the map of everything that the run scored.
        heard: taste -> ``(n, variables)`` what its variables hear.
    """

    song: str
    stage: str
    values: Floats
    first_pool: PoolStatistics
    is_first: NDArray[np.bool_]
    passes: NDArray[np.bool_]
    distances: NDArray[np.float32]
    median_distance: float
    cells: NDArray[np.int64]
    heard: dict[str, Floats]

    @property
    def totals(self) -> Floats:
        """The shipped totals."""
        return np.asarray(self.values[:, 0])

    def shown(self, totals: Floats, keep: int, doubts: Floats | None = None) -> list[int]:
        """What runs by these totals show one after the other until so many are decided."""
        found: list[int] = []
        while len(found) < keep:
            found += self._survivors(totals, keep, found, doubts)
        return found[:keep]

    def _survivors(
        self, totals: Floats, keep: int, decided: Sequence[int], doubts: Floats | None
    ) -> list[int]:
        """The survivors that a run by these totals shows, those decided left out."""
        everyone = [
            Individual(f"{row:05}", row, Score({}, float(total), bool(passed)), 0)
            for row, (total, passed) in enumerate(zip(totals, self.passes, strict=True))
        ]
        p95 = float(np.percentile(totals[self.is_first], 95))
        facts = FirstPoolFacts({}, self.median_distance, p95)
        table: Any = _Table(self.distances)
        names = {f"{row:05}" for row in decided}
        cells = {each.id: tuple(self.cells[each.genome].tolist()) for each in everyone}

        def of(some: Sequence[Individual]) -> list[float]:
            return [] if doubts is None else doubts[[each.genome for each in some]].tolist()

        chosen = choose_survivors(
            everyone, keep, facts, names, table, cells, None if doubts is None else of
        )
        return [each.genome for each in chosen]


@dataclass(frozen=True, eq=False)
class _Table:
    """Distances that are known already; its genomes are rows."""

    known: NDArray[np.float32]

    def distances(self, rows: Sequence[int], columns: Sequence[int]) -> NDArray[np.float32]:
        return self.known[np.ix_(rows, columns)]


def judged_pools(folder: Path) -> list[JudgedPool]:
    """The pools of a folder in numbers, measured once for each version of what measures them."""
    found = []
    source = inspect.getsource(preference_tastes) + TASTE_VERSION + inspect.getsource(Archive)
    version = hashlib.sha256(source.encode()).hexdigest()[:8]
    kept = folder / f"measured-{version}"
    kept.mkdir(exist_ok=True)
    for pool in read_pools(folder):
        path = kept / f"{pool.song}-{pool.stage}.npz"
        if not path.exists():
            np.savez(path, **_measured(pool))  # type: ignore[arg-type]
        with np.load(path) as numbers:
            found.append(_judged(pool, dict(numbers)))
    return found


def _measured(pool: ScoredPool) -> dict[str, NDArray[Any]]:
    scores = [each.score for each in pool.individuals]
    taste = taste_matrix(pool.stage, pool.parts, pool.context)
    values = head_values(pool.stage, taste, [s.terms for s in scores], [s.total for s in scores])
    genomes = [each.genome for each in pool.individuals]
    distances = STAGES[pool.stage].genomes.distances(genomes, genomes)
    heard = {
        f"heard {taste.name}": np.array([taste.values(p, pool.context) for p in pool.parts])
        for taste in TASTES
        if taste.stage == pool.stage
    }
    axes = axes_of(pool.stage)
    positions = measured(pool.stage, pool.parts, pool.context, axes)
    cells = Archive.of(pool.individuals, axes, positions).cells
    return {
        "values": values,
        "distances": distances.astype(np.float32),
        "cells": np.array([cells[each.id] for each in pool.individuals]),
        **heard,
    }


def _judged(pool: ScoredPool, numbers: dict[str, NDArray[Any]]) -> JudgedPool:
    values = numbers["values"]
    return JudgedPool(
        pool.song,
        pool.stage,
        values,
        PoolStatistics.of(values[pool.first]),
        pool.first,
        np.array([each.score.passes for each in pool.individuals]),
        numbers["distances"],
        pool.facts.median_distance,
        numbers["cells"],
        {n.removeprefix("heard "): v for n, v in numbers.items() if n.startswith("heard ")},
    )


@dataclass(frozen=True, eq=False)
class Person:
    """A simulated person: a taste, with the spread of each of its variables over all pools."""

    taste: Taste
    spreads: Floats

    @classmethod
    def of(cls, taste: Taste, pools: Sequence[JudgedPool]) -> Person:
        """A person who knows these pools' kind of music."""
        heard = [pool.heard[taste.name] for pool in pools if pool.stage == taste.stage]
        return cls(taste, np.concatenate(heard).std(axis=0) + 1e-12)

    def variables(self, pool: JudgedPool) -> Floats:
        """What the person listens to, standardised."""
        return np.asarray(pool.heard[self.taste.name] / self.spreads)

    def likes(self, pool: JudgedPool) -> Floats:
        """How much the person likes each candidate."""
        return np.asarray(self.variables(pool) @ np.array(self.taste.weights))

    def decides(self, pool: JudgedPool, shown: Sequence[int], rng: np.random.Generator) -> Any:
        """Which of the shown are approved: the better half, but for the person's mistakes."""
        likes = self.likes(pool)[list(shown)] + rng.normal(size=len(shown)) * 1e-6
        return (likes > np.median(likes)) ^ (rng.random(len(shown)) < self.taste.noise)


# The parameters of all learners are the same, whether they read them or not.
# ruff: noqa: ARG002


class Learner(Protocol):
    """Learns from decided pools, and ranks the candidates of another one."""

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Learn from all decisions so far; ``pools`` are where they were made."""
        ...

    def totals(self, pool: JudgedPool) -> Floats:
        """``(n,)`` larger is better."""
        ...

    def doubts(self, pool: JudgedPool) -> Floats | None:
        """``(n,)`` how unsure it is of each; None where it doesn't know."""
        return None


class ShippedTotal(Learner):
    """Learns nothing."""

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Nothing."""

    def totals(self, pool: JudgedPool) -> Floats:
        """The shipped totals."""
        return pool.totals


class Coin(Learner):
    """Ranks by chance."""

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Nothing."""

    def totals(self, pool: JudgedPool) -> Floats:
        """Random numbers, the same for the same pool."""
        return np.random.default_rng(zlib.crc32(pool.song.encode())).random(len(pool.values))


class Head(Learner):
    """The preference head as it ships."""

    def __init__(self, stage: str) -> None:
        self.head = PreferenceHead.untrained(stage)

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Fit another head."""
        self.head = PreferenceHead.fitted(self.head.stage, decided)

    def totals(self, pool: JudgedPool) -> Floats:
        """Its totals."""
        return self.head.totals(pool.values, pool.first_pool)

    def doubts(self, pool: JudgedPool) -> Floats:
        """Its doubts, which choose an explorer among what is shown."""
        return self.head.doubts(self.head.rows(pool.values, pool.first_pool))


class HeadWithoutCurves(Head):
    """The preference head, with no column in it that has an optimum."""

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Fit another head."""
        stage = self.head.stage
        scales = typical_scales(stage, decided)
        if scales is not None:
            none = np.zeros(0)
            scales = replace(scales, curved=none.astype(np.int64), centres=none, spreads=none)
        shares = listened_shares(stage, scales)
        posterior = fit(joined(decided, len(shares), scales), shares)
        self.head = replace(self.head, posterior=posterior, scales=scales)


class _OnPoolUnits(Learner):
    """Ranks by the columns of each candidate in deviations of its own first pool."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._is_fitted = False

    def totals(self, pool: JudgedPool) -> Floats:
        """What was learned, or the shipped totals before anything was."""
        if not self._is_fitted:
            return pool.totals
        return self._utilities(pool.first_pool.standardised(pool.values))

    @abstractmethod
    def _utilities(self, rows: Floats) -> Floats:
        """What was learned of rows of standardised columns."""


class _OnDifferences(_OnPoolUnits):
    """Learns from the differences of some standardised columns."""

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Learn from all pairs."""
        pairs = joined(decided, len(head_columns(self._stage)))
        if len(pairs):
            self._learn(pairs)
            self._is_fitted = True

    @abstractmethod
    def _learn(self, pairs: Comparisons) -> None:
        """Learn from pairs, one at least."""


class TodaysFeatures(_OnDifferences):
    """A logistic regression on the plain features that there were before, scikit-learn's."""

    def _learn(self, pairs: Comparisons) -> None:
        rows = pairs.differences[:, 1 : 1 + len(FEATURE_NAMES)]
        model = LogisticRegression(fit_intercept=False, max_iter=1000)
        both = np.concatenate((rows, -rows))
        answers = np.repeat([1, 0], len(rows))
        model.fit(both, answers, np.tile(pairs.weights, 2))
        self._weights = model.coef_[0]

    def _utilities(self, rows: Floats) -> Floats:
        return np.asarray(rows[:, 1 : 1 + len(FEATURE_NAMES)] @ self._weights)


class GaussianProcess(_OnPoolUnits):
    """A Gaussian process of utilities, linear + RBF; Laplace's approximation for its pairs.

    Chu and Ghahramani (2005), with a logistic likelihood. The kernel's scales maximise the
    approximate evidence over a small grid.
    """

    SCALES = ((0.003, 0.0), (0.003, 0.3), (0.003, 1.0), (0.01, 0.0), (0.01, 0.3), (0.001, 1.0))
    LENGTH = 1.0  # of the RBF, times the root of the number of columns

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self._pools: list[tuple[DecidedPool, Floats]] = []

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Learn from all pairs."""
        rows, ends, weights = [], [], []
        count = 0
        for pool in decided:
            if not len(pool.pairs):
                continue
            used, places = np.unique(pool.pairs, return_inverse=True)
            rows.append(pool.first_pool.standardised(pool.values)[used])
            ends.append(places.reshape(-1, 2) + count)
            weights.append(pool.comparisons(None).weights)
            count += len(used)
        if not rows:
            return
        self._rows = np.concatenate(rows)
        pairs, weight = np.concatenate(ends), np.concatenate(weights)
        found = [self._laplace(pairs, weight, scales) for scales in self.SCALES]
        _, self._scales, self._alpha = max(found, key=lambda each: each[0])
        self._is_fitted = True

    def _kernel(self, one: Floats, other: Floats, scales: tuple[float, float]) -> Floats:
        linear, rbf = scales
        far = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1) - 2 * one @ other.T
        length = self.LENGTH**2 * one.shape[1]
        return np.asarray(linear * one @ other.T + rbf * np.exp(-far / (2 * length)))

    def _laplace(
        self, pairs: NDArray[np.int64], weights: Floats, scales: tuple[float, float]
    ) -> tuple[float, tuple[float, float], Floats]:
        """Evidence, scales, and what the latent utilities are made of: ``kernel @ alpha``."""
        kernel = self._kernel(self._rows, self._rows, scales)
        count = len(kernel)
        signs = np.zeros((len(pairs), count))
        signs[np.arange(len(pairs)), pairs[:, 0]] += 1
        signs[np.arange(len(pairs)), pairs[:, 1]] -= 1
        alpha = np.zeros(count)
        for _ in range(30):
            latent = kernel @ alpha
            chance = 1 / (1 + np.exp(-(signs @ latent)))
            bend = (signs.T * (weights * chance * (1 - chance))) @ signs
            whole = np.eye(count) + bend @ kernel
            step = np.linalg.solve(whole, bend @ latent + signs.T @ (weights * (1 - chance)))
            done = np.abs(step - alpha).max() < 1e-5
            alpha = step
            if done:
                break
        latent = kernel @ alpha
        likelihood = -(weights * np.logaddexp(0, -(signs @ latent))).sum()
        evidence = likelihood - 0.5 * alpha @ latent - 0.5 * np.linalg.slogdet(whole)[1]
        return float(evidence), scales, alpha

    def _utilities(self, rows: Floats) -> Floats:
        return np.asarray(self._kernel(rows, self._rows, self._scales) @ self._alpha)


class Oracle(Learner):
    """A logistic regression on the person's own variables."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._weights: Floats | None = None

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Learn from all pairs."""
        rows, weights = [], []
        for one, pool in zip(decided, pools, strict=True):
            heard = self._person.variables(pool)
            if len(one.pairs):
                rows.append(heard[one.pairs[:, 0]] - heard[one.pairs[:, 1]])
                weights.append(one.comparisons(None).weights)
        if rows:
            both = np.concatenate((*rows, *(-each for each in rows)))
            answers = np.repeat([1, 0], len(both) // 2)
            model = LogisticRegression(fit_intercept=False, max_iter=1000)
            model.fit(both, answers, np.tile(np.concatenate(weights), 2))
            self._weights = model.coef_[0]

    def totals(self, pool: JudgedPool) -> Floats:
        """What was learned, or the shipped totals before anything was."""
        if self._weights is None:
            return pool.totals
        return np.asarray(self._person.variables(pool) @ self._weights)


class ToldEverything(Learner):
    """A ridge regression of how much each candidate of the decided pools is liked, mistakes aside.

    What the head's columns can tell at most where they are added up.
    """

    RIDGE = 30.0

    def __init__(self, person: Person) -> None:
        self._person = person
        self._weights: Floats | None = None

    def fit(self, decided: Sequence[DecidedPool], pools: Sequence[JudgedPool]) -> None:
        """Learn from all candidates of the pools."""
        self._scales = typical_scales(self._person.taste.stage, decided)
        rows = [self._rows(pool) for pool in pools]
        likes = [self._person.likes(pool) for pool in pools]
        table = np.concatenate([each - each.mean(axis=0) for each in rows])
        wanted = np.concatenate([each - each.mean() for each in likes])
        curvature = table.T @ table + self.RIDGE * np.eye(table.shape[1])
        self._weights = np.linalg.solve(curvature, table.T @ wanted)

    def _rows(self, pool: JudgedPool) -> Floats:
        return standardised(pool.values, pool.first_pool, self._scales)

    def totals(self, pool: JudgedPool) -> Floats:
        """What was learned, or the shipped totals before anything was."""
        if self._weights is None:
            return pool.totals
        return np.asarray(self._rows(pool) @ self._weights)


LEARNERS: dict[str, Callable[[Person], Learner]] = {
    "coin": lambda _: Coin(),
    "shipped total": lambda _: ShippedTotal(),
    "logistic, today's features": lambda person: TodaysFeatures(person.taste.stage),
    "Gaussian process": lambda person: GaussianProcess(person.taste.stage),
    "preference head": lambda person: Head(person.taste.stage),
    "the head without curves": lambda person: HeadWithoutCurves(person.taste.stage),
    "the head's columns, told everything": ToldEverything,
    "oracle": Oracle,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How well a learner does on one held-out song.

    Attributes:
        song: its name.
        accuracy: share of pairs that are ranked as the person would without mistakes.
        best: mean percentile of the taste, 0 to 1, of the best three that are shown.
    """

    song: str
    accuracy: float
    best: float


def live(
    person: Person,
    learner: Learner,
    known: Sequence[JudgedPool],
    held_out: Sequence[JudgedPool],
    seed: int,
    checkpoints: Sequence[int] = CHECKPOINTS,
) -> dict[int, list[Outcome]]:
    """Decide round after round on what the learner shows, and judge it on held-out songs.

    Args:
        person: who decides.
        learner: learns after every round, from the tenth on after every third.
        known: pools that are decided on, one a round, in a seeded order.
        held_out: pools of other songs.
        seed: of the order and the mistakes.
        checkpoints: after how many decisions it is judged.
    """
    rng = np.random.default_rng([seed, zlib.crc32(person.taste.name.encode())])
    pools = [known[row] for row in rng.permutation(len(known))]
    decided: list[DecidedPool] = []
    seen: list[JudgedPool] = []
    found = {}
    for number in range(1, max(checkpoints) // ROUND + 1):
        pool = pools[(number - 1) % len(pools)]
        shown = pool.shown(learner.totals(pool), ROUND, learner.doubts(pool))
        approved = person.decides(pool, shown, rng)
        rows = np.array(shown)
        pairs = [(a, r) for a in rows[approved] for r in rows[~approved]]
        decided.append(
            DecidedPool(
                pool.song,
                pool.values,
                pool.first_pool,
                np.array(pairs, dtype=np.int64).reshape(-1, 2),
                np.ones(len(pairs)),
            )
        )
        seen.append(pool)
        is_checked = number * ROUND in checkpoints
        if is_checked or number < 10 or number % 3 == 0:
            learner.fit(decided, seen)
        if is_checked:
            found[number * ROUND] = [outcome(person, learner, each) for each in held_out]
    return found


def outcome(person: Person, learner: Learner, pool: JudgedPool) -> Outcome:
    """Judge a learner on a pool that it hasn't seen."""
    likes, totals = person.likes(pool), learner.totals(pool)
    rng = np.random.default_rng(zlib.crc32(pool.song.encode()))
    one, other = rng.integers(len(likes), size=(2, PAIRS))
    differs = np.abs(likes[one] - likes[other]) > 1e-9
    one, other = one[differs], other[differs]
    agrees = (totals[one] - totals[other]) * np.sign(likes[one] - likes[other])
    accuracy = float(np.mean((agrees > 0) + 0.5 * (agrees == 0))) if len(one) else 0.5
    places = [
        np.mean(likes < likes[row]) + 0.5 * np.mean(likes == likes[row])
        for row in pool.shown(totals, BEST)
    ]
    return Outcome(pool.song, accuracy, float(np.mean(places)))
