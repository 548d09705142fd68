"""What a run scored as points of a plane: by similarity, or by two of its stage's features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evolution.behaviour import AXES, measured
from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from engine.reports.run_map import RunMap

# The best of a run are shown, so many at most.
MAX_POINTS = 1500

LANDMARKS = 48

Floats = NDArray[np.float64]

# Of each row to each column.
Distances = Callable[[Sequence[Any], Sequence[Any]], Floats]


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a run scored, on the plane.

    Attributes:
        id: its id.
        x, y: 0 to 1, y upwards.
        total: its score.
        rank: its place among all, from 1 for the best.
        generation: in which it was bred; 0 is the first pool.
        words: what a listener notices first, such as ``sparse, dark, low``.
        is_kept: whether it is one of the run's survivors.
    """

    id: str
    x: float
    y: float
    total: float
    rank: int
    generation: int
    words: str
    is_kept: bool


def points_by_similarity(found: RunMap) -> list[Point]:
    """The best first; the nearer two lie, the more alike they are as music."""
    shown = _shown(found)
    genomes = [each.genome for each in shown]
    places = similarity_plane(genomes, found.recorded.run.genomes.distances)
    return _points(found, shown, places)


def points_by_features(found: RunMap, across: str, up: str) -> list[Point]:
    """The best first, by two features.

    Args:
        found: the map of the run.
        across: name of an axis of its stage.
        up: name of another.

    Raises:
        KeyError: if the stage has no such axis.
    """
    run, shown = found.recorded.run, _shown(found)
    axes = {axis.name: axis for axis in AXES[run.stage.name]}
    wanted = (axes[across], axes[up])
    parts = [found.recorded.part(each.id) for each in shown]
    values = measured(run.stage.name, parts, run.context, wanted)
    return _points(found, shown, values.astype(np.float64))


def similarity_plane(genomes: Sequence[Any], distances: Distances) -> Floats:
    """Places of genomes, ``(n, 2)``, whose distances are about those of the genomes.

    Classical scaling of some of them, by which the others are placed: V. de Silva and
    J. B. Tenenbaum, "Sparse multidimensional scaling using landmark points" (2004).
    """
    step = -(-len(genomes) // LANDMARKS)
    landmarks = genomes[::step]
    squares = np.square(distances(genomes, landmarks))
    among = squares[::step]
    mean = among.mean(axis=0)
    centred = -0.5 * (among - mean - mean[:, np.newaxis] + among.mean())
    values, vectors = np.linalg.eigh(centred)
    values, vectors = values[::-1][:2], vectors[:, ::-1][:, :2]
    kept = values > 1e-9 * max(1.0, float(values.max(initial=0.0)))
    roots = np.where(kept, np.sqrt(np.where(kept, values, 1.0)), np.inf)
    places = -0.5 * (squares - mean) @ (vectors / roots)
    return np.asarray(places * _signs(places))


def _signs(places: Floats) -> Floats:
    """Signs by which the outermost place of each column is positive, so that none is by chance."""
    outermost = np.abs(places).argmax(axis=0)
    return np.where(places[outermost, np.arange(places.shape[1])] < 0, -1.0, 1.0)


def _shown(found: RunMap) -> list[Individual]:
    """The best of all that was scored, and every survivor."""
    ranked = best_first(list(found.recorded.run.pool.scored.values()))
    kept = set(found.recorded.survivors)
    return [each for at, each in enumerate(ranked) if at < MAX_POINTS or each.id in kept]


def _points(found: RunMap, shown: Sequence[Individual], places: Floats) -> list[Point]:
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = (places - low) / np.where(high > low, high - low, 1.0)
    scaled[:, high <= low] = 0.5
    archive, kept = found.archive, set(found.recorded.survivors)
    return [
        Point(
            id=each.id,
            x=round(float(x), 4),
            y=round(float(y), 4),
            total=each.total,
            rank=rank,
            generation=each.generation,
            words=archive.words(archive.cells[each.id]),
            is_kept=each.id in kept,
        )
        for rank, (each, (x, y)) in enumerate(zip(shown, scaled, strict=True), start=1)
    ]
