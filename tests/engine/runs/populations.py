"""Populations of points on a line, where every law of selection can be seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.evolution.pool import Individual
from fitness.total import Score


@dataclass(frozen=True)
class Point:
    """A genome that is a number from 0 to 1."""

    place: float


class Line:
    """The genomes of a stage whose distances are those of points on a line."""

    genome_type = Point
    operators_version = renderer_version = "0"

    def distances(self, rows: Sequence[Point], columns: Sequence[Point]) -> NDArray[np.float64]:
        across = np.array([point.place for point in columns])
        return np.abs(np.array([point.place for point in rows])[:, np.newaxis] - across)

    def from_payload(self, payload: dict[str, Any]) -> Point:
        return Point(payload["place"])


LINE: Any = Line()


def individual(
    name: str, place: float, total: float, *, passes: bool = True, generation: int = 0
) -> Individual:
    return Individual(name, Point(place), Score({"t": total}, total, passes), generation)


# Few values, so that equals and exact distances happen.
PLACES = st.integers(0, 16).map(lambda sixteenths: sixteenths / 16)
TOTALS = st.integers(-4, 8).map(lambda eighths: eighths / 8)


@st.composite
def crowds(draw: st.DrawFn, smallest: int = 1, largest: int = 24) -> list[Individual]:
    """Individuals with ids of their own, in any order."""
    values = st.tuples(PLACES, TOTALS, st.booleans())
    rows = draw(st.lists(values, min_size=smallest, max_size=largest))
    names = draw(st.permutations([f"id{index:02d}" for index in range(len(rows))]))
    return [
        individual(name, place, total, passes=passes)
        for name, (place, total, passes) in zip(names, rows, strict=True)
    ]
