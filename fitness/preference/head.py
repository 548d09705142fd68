"""The preference head of a stage: what one person's decisions taught, beside the shipped total.

A head gives each candidate a utility, in logits against the first pool of its run, from the shipped
total, plain features, and terms of the score: how far they lie from that pool's mean, the total in
the pool's own standard deviations, all others in those that first pools typically have, and some
how far from a few values that are the same in all songs (``fitness.preference.scales``). A
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
from fitness.preference.scales import PoolStatistics, Scales, telling_columns
from fitness.theory import RULES

Floats = NDArray[np.float64]

# Of its file; heads of format 2, which have no curves, are read as well.
FORMAT, WITHOUT_CURVES = 3, 2
TOTAL = "total"

# Shares of the columns, and of the bends of curves, that a person may listen to.
LISTENED_SHARE, CURVED_SHARE = 0.03, 0.01

# How many standard deviations of doubt are taken from a candidate's utility.
CAUTION = 0.25

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

    def comparisons(self, scales: Scales | None) -> Comparisons:
        """The pairs, weighted so that they add up to as many as there are candidates in them.

        Of ten decisions five times five pairs may follow, which are no twenty-five observations.

        Args:
            scales: of the columns; the pool's own if None.
        """
        rows = standardised(self.values, self.first_pool, scales)
        preferred, other = self.pairs.T
        decided = len(np.unique(self.pairs))
        weights = self.weights * min(1.0, decided / max(1, len(self.pairs)))
        songs = np.full(len(self.pairs), self.song)
        return Comparisons(rows[preferred] - rows[other], weights, songs)


def standardised(values: Floats, first_pool: PoolStatistics, scales: Scales | None) -> Floats:
    """``head_values`` of a run's candidates as weights read them: in scales, or the pool's own."""
    return first_pool.standardised(values) if scales is None else scales.rows(values, first_pool)


def typical_scales(stage: str, pools: Sequence[DecidedPool]) -> Scales | None:
    """The scales of decided pools; None without any."""
    if not pools:
        return None
    features = slice(1, 1 + len(taste_names(stage)))
    curved = 1 + telling_columns(np.concatenate([pool.values[:, features] for pool in pools]))
    return Scales.of([pool.first_pool for pool in pools], curved)


def listened_shares(stage: str, scales: Scales | None) -> Floats:
    """How probable it is that a person listens to each column that ``standardised`` makes."""
    curves = 0 if scales is None else scales.bends.size
    return np.repeat((LISTENED_SHARE, CURVED_SHARE), (len(head_columns(stage)), curves))


def joined(pools: Sequence[DecidedPool], columns: int, scales: Scales | None = None) -> Comparisons:
    """The comparisons of several pools, in these scales, or each pool's in its own.

    Args:
        pools: with their pairs.
        columns: how many ``standardised`` makes.
        scales: of the columns.
    """
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
        posterior: weights of ``head_columns``, then of the curves, and how sure they are.
        scales: what counts as one deviation of each column; None for the pool's own, no curves.
        spread: standard deviation of the utilities of a first pool: what the total is divided by.
        caution: how many standard deviations of doubt are taken from a utility.
        facts: what it was fitted on, for people.
    """

    stage: str
    posterior: Posterior
    scales: Scales | None
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
        scales = typical_scales(stage, pools)
        shares = listened_shares(stage, scales)
        posterior = fit(joined(pools, len(shares), scales), shares)
        spreads = [
            posterior.utilities(standardised(pool.values, pool.first_pool, scales)).std()
            for pool in pools
        ]
        is_untrained = not len(posterior.learned)
        spread = float(posterior.mean[0] if is_untrained else np.mean(spreads))
        return cls(stage, posterior, scales, spread, caution, facts or {})

    def rows(self, values: Floats, first_pool: PoolStatistics) -> Floats:
        """``head_values`` of a run's candidates as its weights read them."""
        return standardised(values, first_pool, self.scales)

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
        posterior, scales = self.posterior, self.scales
        content = {
            "format": WITHOUT_CURVES if scales is None or not len(scales.curved) else FORMAT,
            "stage": self.stage,
            "taste_version": TASTE_VERSION,
            "columns": list(head_columns(self.stage)),
            "weights": _rounded(posterior.mean),
            "prior_deviations": _rounded(posterior.deviation),
            "learned": [_rounded(row) for row in posterior.learned],
            "scales": None if scales is None else _rounded(scales.units),
            "spread": float(f"{self.spread:.{DIGITS}g}"),
            "caution": self.caution,
            "facts": dict(self.facts),
        }
        if content["format"] == FORMAT:
            content["curves"] = _curves(self.stage, scales)
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
            if found not in (FORMAT, WITHOUT_CURVES):
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
        scales = _scales(content, name)
        width = len(listened_shares(content.stage, scales))
        learned = np.array(content.learned, dtype=np.float64)
        mean, deviation = np.array(content.weights), np.array(content.prior_deviations)
        if not len(mean) == len(deviation) == width or learned.size % width or content.spread <= 0:
            raise ModelRefused(f"{name}: expected {width} weights and a spread above 0")
        posterior = Posterior(mean, deviation, learned.reshape(-1, width))
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
    curves: dict[str, tuple[float, float]] = {}


def _curves(stage: str, scales: Scales | None) -> dict[str, list[float]]:
    """Column -> centre and spread of its curve."""
    if scales is None:
        return {}
    table = np.column_stack((scales.centres, scales.spreads))
    names = [head_columns(stage)[row] for row in scales.curved]
    return {name: _rounded(row) for name, row in zip(names, table, strict=True)}


def _scales(content: _File, name: str) -> Scales | None:
    """The scales of a file."""
    if content.scales is None:
        return None
    columns = head_columns(content.stage)
    if len(content.scales) != len(columns) or not set(content.curves) <= set(columns):
        raise ModelRefused(f"{name}: expected {len(columns)} scales, and curves of its columns")
    curved = np.array([row for row, each in enumerate(columns) if each in content.curves], int)
    table = np.array([content.curves[columns[row]] for row in curved]).reshape(-1, 2)
    return Scales(np.array(content.scales), curved, table[:, 0], table[:, 1])


def _rounded(values: Floats) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
