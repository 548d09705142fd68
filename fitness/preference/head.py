"""The preference head of a stage: what one person's decisions taught, beside the shipped total.

A head gives each candidate a utility, in logits against the first pool of its run, from the shipped
total, plain features, and terms of the score: how far they lie from that pool's mean, the total in
the pool's own standard deviations, all others in those that first pools typically have. A
run's total is ``utility - caution · its standard deviation``, in units of the shipped total, so
that without decisions it is the shipped total. A head is a small JSON file that carries its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fitness.errors import ModelRefused
from fitness.preference.bradley_terry import Comparisons, Posterior, fit, prior
from fitness.preference.features import TASTE_VERSION, taste_names
from fitness.theory import RULES

Floats = NDArray[np.float64]

FORMAT = 2
TOTAL = "total"

# How many standard deviations of doubt are taken from a candidate's utility.
CAUTION = 0.25

# A candidate counts as no farther from its pool than this many standard deviations.
FARTHEST = 4.0

DIGITS = 6  # of the numbers in the file


@cache
def head_columns(stage: str) -> tuple[str, ...]:
    """Names of what a head reads: the shipped total, the features, and terms of the score."""
    rules = (f"theory.{rule}" for rule in RULES[stage])
    return (TOTAL, *taste_names(stage), "chromatic", "prior", *rules)


def head_values(
    stage: str, taste: NDArray[Any], terms: Sequence[Mapping[str, float]], totals: Sequence[float]
) -> Floats:
    """``(n, columns)`` of ``head_columns``; a term that a score lacks is 0.

    Args:
        stage: name of the stage.
        taste: ``taste_matrix`` of the candidates.
        terms: of their scores.
        totals: their shipped totals.
    """
    names = head_columns(stage)[1 + len(taste_names(stage)) :]
    of_terms = [[row.get(name, 0.0) for name in names] for row in terms]
    return np.column_stack(
        (np.asarray(totals, dtype=np.float64), taste, np.array(of_terms).reshape(len(terms), -1))
    )


@dataclass(frozen=True, slots=True, eq=False)
class PoolStatistics:
    """Mean and standard deviation of each column over the first pool of a run.

    Attributes:
        mean: ``(columns,)``.
        deviation: ``(columns,)``; 0 where the pool is all alike, and the column says nothing.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, values: Floats) -> PoolStatistics:
        """Those of ``head_values`` of a first pool."""
        deviation = values.std(axis=0)
        # A constant's deviation is not quite 0.
        is_constant = values.max(axis=0) == values.min(axis=0)
        return cls(values.mean(axis=0), np.where(is_constant, 0.0, deviation))

    def standardised(self, values: Floats, scales: Floats | None = None) -> Floats:
        """Values in deviations from the mean, no farther than ``FARTHEST``, but for the total.

        Args:
            values: ``head_values``.
            scales: ``(columns,)`` what counts as one deviation of each column but the total, 0
                where it says nothing; the pool's own if None.
        """
        units = self.deviation if scales is None else np.append(self.deviation[:1], scales[1:])
        varies = units > 0
        found = np.where(varies, (values - self.mean) / np.where(varies, units, 1.0), 0.0)
        found[:, 1:] = found[:, 1:].clip(-FARTHEST, FARTHEST)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class DecidedPool:
    """Candidates of one song, stage and section, and what was decided among them.

    Attributes:
        song: id of the song.
        values: ``(n, columns)`` their ``head_values``.
        first_pool: statistics of the first pool of their run.
        pairs: ``(m, 2)`` rows of a preferred and another candidate.
        weights: ``(m,)`` how much each pair counts, above 0.
    """

    song: str
    values: Floats
    first_pool: PoolStatistics
    pairs: NDArray[np.int64]
    weights: Floats

    def comparisons(self, scales: Floats | None) -> Comparisons:
        """The pairs, weighted so that they add up to as many as there are candidates in them.

        Of ten decisions five times five pairs may follow, which are no twenty-five observations.

        Args:
            scales: of the columns; the pool's own if None.
        """
        rows = self.first_pool.standardised(self.values, scales)
        preferred, other = self.pairs.T
        decided = len(np.unique(self.pairs))
        weights = self.weights * min(1.0, decided / max(1, len(self.pairs)))
        songs = np.full(len(self.pairs), self.song)
        return Comparisons(rows[preferred] - rows[other], weights, songs)


def typical_scales(pools: Sequence[DecidedPool]) -> Floats | None:
    """``(columns,)`` root mean square of the first pools' deviations; None without pools.

    In units of its own pool, a column would count for most where it hardly varies.
    """
    squares = [np.square(pool.first_pool.deviation) for pool in pools]
    return np.sqrt(np.mean(squares, axis=0)) if squares else None


def joined(pools: Sequence[DecidedPool], columns: int, scales: Floats | None = None) -> Comparisons:
    """The comparisons of several pools, in these scales, or each pool's in its own."""
    found = [pool.comparisons(scales) for pool in pools if len(pool.pairs)]
    if not found:
        return Comparisons(np.zeros((0, columns)), np.zeros(0), np.zeros(0, dtype=np.str_))
    return Comparisons(
        np.concatenate([each.differences for each in found]),
        np.concatenate([each.weights for each in found]),
        np.concatenate([each.songs for each in found]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class PreferenceHead:
    """What the decisions about one stage taught.

    Attributes:
        stage: name of the stage.
        posterior: weights of ``head_columns``, and how sure they are.
        scales: ``(columns,)`` what counts as one deviation of each; None for the pool's own.
        spread: standard deviation of the utilities of a first pool: what the total is divided by.
        caution: how many standard deviations of doubt are taken from a utility.
        facts: what it was fitted on, for people.
    """

    stage: str
    posterior: Posterior
    scales: Floats | None
    spread: float
    caution: float
    facts: Mapping[str, Any]

    @classmethod
    def untrained(cls, stage: str) -> PreferenceHead:
        """The head without decisions: the shipped total."""
        posterior = prior(len(head_columns(stage)))
        return cls(stage, posterior, None, float(posterior.mean[0]), CAUTION, {})

    @classmethod
    def fitted(
        cls,
        stage: str,
        pools: Sequence[DecidedPool],
        facts: Mapping[str, Any] | None = None,
        caution: float = CAUTION,
    ) -> PreferenceHead:
        """Fit a head to decided pools; that of one song, or none, is the shipped total."""
        scales = typical_scales(pools)
        posterior = fit(joined(pools, len(head_columns(stage)), scales))
        spreads = [
            posterior.utilities(pool.first_pool.standardised(pool.values, scales)).std()
            for pool in pools
        ]
        is_untrained = not len(posterior.learned)
        spread = float(posterior.mean[0] if is_untrained else np.mean(spreads))
        return cls(stage, posterior, scales, spread, caution, facts or {})

    def rows(self, values: Floats, first_pool: PoolStatistics) -> Floats:
        """``head_values`` of a run's candidates as its weights read them."""
        return first_pool.standardised(values, self.scales)

    def utilities(self, rows: Floats) -> Floats:
        """Mean utility of standardised rows, in logits against the pool's mean."""
        return self.posterior.utilities(rows)

    def doubts(self, rows: Floats) -> Floats:
        """Standard deviation of each utility."""
        return self.posterior.deviations(rows)

    def totals(self, values: Floats, first_pool: PoolStatistics) -> Floats:
        """``(n,)`` the totals that a run goes by, in units of the shipped total.

        Args:
            values: ``head_values`` of the candidates.
            first_pool: statistics of the first pool of their run.
        """
        rows = self.rows(values, first_pool)
        wanted = self.utilities(rows) - self.caution * self.doubts(rows)
        return np.asarray(first_pool.mean[0] + first_pool.deviation[0] / self.spread * wanted)

    def to_bytes(self) -> bytes:
        """The head as a JSON file, always the same bytes for the same head."""
        posterior = self.posterior
        content = {
            "format": FORMAT,
            "stage": self.stage,
            "taste_version": TASTE_VERSION,
            "columns": list(head_columns(self.stage)),
            "weights": _rounded(posterior.mean),
            "prior_deviations": _rounded(posterior.deviation),
            "learned": [_rounded(row) for row in posterior.learned],
            "scales": None if self.scales is None else _rounded(self.scales),
            "spread": float(f"{self.spread:.{DIGITS}g}"),
            "caution": self.caution,
            "facts": dict(self.facts),
        }
        return msgspec.json.encode(content, order="sorted")

    @property
    def sha256(self) -> str:
        """SHA-256 of its file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "this file") -> PreferenceHead:
        """Read a head.

        Raises:
            ModelRefused: if it is none, or reads other columns than this version makes.
        """
        try:
            found = msgspec.json.decode(data, type=_Format).format
            if found != FORMAT:
                raise ModelRefused(f"{name} is of format {found}, this version reads {FORMAT}")
            content = msgspec.json.decode(data, type=_File)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ModelRefused(f"{name} is no preference head: {error}") from error
        if content.stage not in RULES:
            raise ModelRefused(f"{name}: a head for {content.stage}, which is no stage")
        columns = head_columns(content.stage)
        if content.taste_version != TASTE_VERSION or tuple(content.columns) != columns:
            raise ModelRefused(
                f"{name} reads features {content.taste_version}, not {TASTE_VERSION}"
            )
        learned = np.array(content.learned, dtype=np.float64).reshape(-1, len(columns))
        mean, deviation = np.array(content.weights), np.array(content.prior_deviations)
        scales = None if content.scales is None else np.array(content.scales)
        known = [mean, deviation] if scales is None else [mean, deviation, scales]
        if any(each.shape != (len(columns),) for each in known) or content.spread <= 0:
            raise ModelRefused(f"{name}: expected {len(columns)} weights and a spread above 0")
        posterior = Posterior(mean, deviation, learned)
        return cls(content.stage, posterior, scales, content.spread, content.caution, content.facts)


class _Format(msgspec.Struct, frozen=True):
    """What the file of a head of any version holds."""

    format: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a head holds."""

    format: int
    stage: str
    taste_version: str
    columns: list[str]
    weights: list[float]
    prior_deviations: list[float]
    learned: list[list[float]]
    scales: list[float] | None
    spread: float
    caution: float
    facts: dict[str, Any]


def _rounded(values: Floats) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
