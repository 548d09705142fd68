"""The prior: a penalty for plain features that lie outside what real music does.

A search can raise a learned fitness with music unlike any in the training data. The bands of real
music keep it near: inside them there is no penalty, outside it grows with the distance.

The penalty of one feature is full at a quarter of the band's width outside. If it were full at the
whole width, one feature in twenty a tenth of its band outside would cost 1/200: nothing beside the
chromatic term, which moves a total by about 0.07 from candidate to candidate. At a quarter of the
width one feature outside costs up to 1/20, so that two weigh as much as that term, and the slope
still leads back inside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitness.drum_measures import DRUM_FEATURE_NAMES
from fitness.features import FEATURE_NAMES, FEATURES_VERSION

# Raised whenever the same features would get another penalty.
PRIOR_VERSION = "4"

# A feature this far outside, in units of ``Bands.scale``, has the full penalty.
FULL_DISTANCE = 0.25

# The role whose columns are ``DRUM_FEATURE_NAMES``; those of all others are ``FEATURE_NAMES``.
DRUMS = "drums"

BANDS_FILE = Path(__file__).parent / "data" / "prior_bands.json"

Floats = NDArray[np.float64]


def columns_of(role: str) -> tuple[str, ...]:
    """The features that a role is compared by, in the order of their columns."""
    return DRUM_FEATURE_NAMES if role == DRUMS else FEATURE_NAMES


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The bands of one role in windows of one length.

    Attributes:
        low: ``(features,)`` a low percentile; minus infinity where there is no penalty.
        high: ``(features,)`` a high percentile; infinity where there is no penalty.
        scale: ``(features,)`` the unit of distance, about the band's width.
    """

    low: Floats
    high: Floats
    scale: Floats

    @classmethod
    def of(cls, table: Mapping[str, Sequence[float]], names: Sequence[str]) -> Self:
        """Bands by the name of the feature; features without one have no penalty."""
        unbounded = (-np.inf, np.inf, 1.0)
        columns = np.array([table.get(name, unbounded) for name in names], dtype=np.float64)
        return cls(*columns.T)

    def distances(self, features: ArrayLike) -> Floats:
        """Signed distance outside in units of ``scale``, shaped like ``features``; 0 inside."""
        values = np.asarray(features, dtype=np.float64)
        below, above = np.minimum(0, values - self.low), np.maximum(0, values - self.high)
        return np.asarray((below + above) / self.scale)

    def outside_shares(self, features: ArrayLike) -> Floats:
        """Share of the measured features that lie outside, shaped like the rows."""
        measured = np.isfinite(self.low)
        return np.asarray((self.distances(features)[..., measured] != 0).mean(axis=-1))

    def penalties(self, features: ArrayLike) -> Floats:
        """Mean over the measured features of ``min(1, |distance| / FULL_DISTANCE)``."""
        measured = np.isfinite(self.low)
        distances = np.abs(self.distances(features))[..., measured]
        return np.asarray(np.minimum(1, distances / FULL_DISTANCE).mean(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Bands by role and by length.

    Attributes:
        bands: ``role -> bars -> Bands``.
    """

    bands: Mapping[str, Mapping[int, Bands]]

    @classmethod
    def load(cls, path: Path = BANDS_FILE) -> Self:
        """Read a table of bands.

        Raises:
            ValueError: if it was measured with other definitions of the features.
        """
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document["features_version"] != FEATURES_VERSION:
            raise ValueError(
                f"{path.name} was measured with features version {document['features_version']}, "
                f"expected {FEATURES_VERSION}: run python -m tools.prior_bands"
            )
        return cls.of(document["bands"])

    @classmethod
    def of(cls, table: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]) -> Self:
        """From ``role -> bars -> feature -> (low, high, scale)``."""
        return cls(
            {
                role: {int(bars): Bands.of(one, columns_of(role)) for bars, one in lengths.items()}
                for role, lengths in table.items()
            }
        )

    def __call__(self, part_features: ArrayLike, role: str, bars: int) -> float:
        """The penalty of one part, 0 (inside every band) to 1.

        Args:
            part_features: ``(len(columns_of(role)),)``, a row of ``feature_matrix``, or for the
                drums of ``drum_feature_matrix``.
            role: such as ``"chords"``.
            bars: length of the part; the bands of the nearest measured length are used.
        """
        return float(self._find(role, bars).penalties(part_features))

    def penalties(self, matrix: ArrayLike, role: str, bars: int) -> Floats:
        """The same for many parts: ``(n, len(columns_of(role)))`` to ``(n,)``."""
        return self._find(role, bars).penalties(matrix)

    def outside_shares(self, matrix: ArrayLike, role: str, bars: int) -> Floats:
        """Share of the features of each part that lie outside their bands, ``(n,)``, 0 to 1."""
        return self._find(role, bars).outside_shares(matrix)

    def outside(self, part_features: ArrayLike, role: str, bars: int) -> dict[str, float]:
        """Which features lie outside and how far, for people; the farthest first.

        Distances are in units of the band's width, negative below the band.
        """
        distances = self._find(role, bars).distances(part_features).tolist()
        found = [(name, d) for name, d in zip(columns_of(role), distances, strict=True) if d]
        return dict(sorted(found, key=lambda item: -abs(item[1])))

    def _find(self, role: str, bars: int) -> Bands:
        if role not in self.bands:
            raise ValueError(f"role {role!r}: expected one of {', '.join(sorted(self.bands))}")
        lengths = self.bands[role]
        return lengths[min(lengths, key=lambda length: (abs(length - bars), length))]
