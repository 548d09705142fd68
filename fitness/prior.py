"""The prior: how far a part lies outside what real music does, in plain features.

A learned fitness can be climbed beyond the music it was taught from. The bands of real music
hold a search near the ground: inside them nothing is fined, outside the fine grows.

The fine grows steeply, and is full a little way outside. One feature in twenty that lies out by a
tenth of its band would cost 1/200 where the unit was the whole width: no more than a rounding
beside a model's likes, which move a total by 0.07 from candidate to candidate. What real music
does not do then came free. At a quarter of the width a feature out costs up to 1/20, so that two
of them weigh what those likes do, and a slope still leads back in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitness.features import FEATURE_NAMES, FEATURES_VERSION

# Raised whenever a fine is reckoned otherwise.
PRIOR_VERSION = "2"

# A feature this far outside, in units of ``Bands.scale``, is fined in full.
FULL_DISTANCE = 0.25

BANDS_FILE = Path(__file__).parent / "data" / "prior_bands.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """What one role does in windows of one length.

    Attributes:
        low: ``(features,)`` 5th percentile; minus infinity where nothing is fined.
        high: ``(features,)`` 95th percentile; infinity where nothing is fined.
        scale: ``(features,)`` the unit of distance, about the band's width.
    """

    low: Floats
    high: Floats
    scale: Floats

    @classmethod
    def of(cls, table: Mapping[str, tuple[float, float, float]]) -> Self:
        """Bands by the name of the feature; features without one are free."""
        free = (-np.inf, np.inf, 1.0)
        columns = np.array([table.get(name, free) for name in FEATURE_NAMES], dtype=np.float64)
        return cls(*columns.T)

    def distances(self, features: ArrayLike) -> Floats:
        """Signed distance outside in units of ``scale``, shaped like ``features``; 0 inside."""
        values = np.asarray(features, dtype=np.float64)
        below, above = np.minimum(0, values - self.low), np.maximum(0, values - self.high)
        return np.asarray((below + above) / self.scale)

    def fines(self, features: ArrayLike) -> Floats:
        """Mean over the measured features of each one's fine: its distance outside, 1 when full."""
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
        return cls(
            {
                role: {int(bars): Bands.of(table) for bars, table in lengths.items()}
                for role, lengths in document["bands"].items()
            }
        )

    def __call__(self, part_features: ArrayLike, role: str, bars: int) -> float:
        """How far one part lies outside, 0 (inside every band) to 1.

        Args:
            part_features: ``(len(FEATURE_NAMES),)``, a row of ``feature_matrix``.
            role: such as ``"chords"``.
            bars: length of the part; the bands of the nearest measured length are used.
        """
        return float(self._find(role, bars).fines(part_features))

    def fines(self, matrix: ArrayLike, role: str, bars: int) -> Floats:
        """The same for many parts: ``(n, len(FEATURE_NAMES))`` to ``(n,)``."""
        return self._find(role, bars).fines(matrix)

    def outside(self, part_features: ArrayLike, role: str, bars: int) -> dict[str, float]:
        """Which features lie outside and how far, for people; the farthest first.

        Distances are in units of the band's width, negative below the band.
        """
        distances = self._find(role, bars).distances(part_features).tolist()
        found = [(name, d) for name, d in zip(FEATURE_NAMES, distances, strict=True) if d]
        return dict(sorted(found, key=lambda item: -abs(item[1])))

    def _find(self, role: str, bars: int) -> Bands:
        if role not in self.bands:
            raise ValueError(f"role {role!r}: expected one of {', '.join(sorted(self.bands))}")
        lengths = self.bands[role]
        return lengths[min(lengths, key=lambda length: (abs(length - bars), length))]
