"""Behaviour: the cells that the parts of a run fall into, by what a listener notices first.

Three plain features are the axes of a stage, each cut into thirds at the terciles of what a run
scored. The bests of the cells are the elites of MAP-Elites: J.-B. Mouret and J. Clune,
"Illuminating search spaces by mapping elites" (2015). Terciles of the run spread the parts that
may be shown over more cells than those of its first pool; thirds of the range of real music leave
most of them in one, for a search stays in the middle of that range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from fitness.drum_measures import DRUM_FEATURE_NAMES
from fitness.features import FEATURE_NAMES
from fitness.total import role_features
from genomes import Context, Part

LEVELS = 3
DRUMS = "drums"

Cell = tuple[int, ...]  # of each axis the third, 0 the lowest


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the behaviour space of a stage.

    Attributes:
        name: in a word or two.
        feature: the column of ``feature_matrix``, or for drums of ``drum_feature_matrix``.
        words: what a part in each third is called, the lowest first.
    """

    name: str
    feature: str
    words: tuple[str, str, str]


DENSITY = Axis("density", "onsets_per_quarter", ("sparse", "medium dense", "dense"))
REGISTER = Axis("register", "pitch_mean", ("low", "mid-register", "high"))
BRIGHTNESS = Axis("brightness", "major_third_share", ("dark", "mixed light", "bright"))
TENSION = Axis("tension", "dissonant_share", ("consonant", "some tension", "tense"))
BASS_MOTION = Axis("motion", "bass_interval", ("stepping", "moderate moves", "leaping"))
TOP_MOTION = Axis("motion", "top_interval", ("stepping", "moderate moves", "leaping"))
DYNAMICS = Axis("dynamics", "velocity_sd", ("even", "some accents", "accented"))
REPETITION = Axis("repetition", "strokes_again_share", ("changing", "half repeating", "repeating"))
SYNCOPATION = Axis(
    "syncopation", "off_beat_share", ("on the beat", "some off-beats", "off the beat")
)
SPACE = Axis("space", "silence_share", ("filled", "some rests", "many rests"))

# Stage -> its axes. The first three are used; the others are there for a person whose choices vary
# along them. Chosen on eleven songs by how many cells the parts that may be shown fill.
AXES: dict[str, tuple[Axis, ...]] = {
    "chords": (DENSITY, BRIGHTNESS, REGISTER, TENSION, TOP_MOTION, SYNCOPATION),
    DRUMS: (DENSITY, DYNAMICS, REPETITION, SYNCOPATION),
    "bass": (DENSITY, BASS_MOTION, REGISTER, SYNCOPATION, SPACE),
    "melody": (DENSITY, TOP_MOTION, REGISTER, SYNCOPATION, SPACE),
    "harmony": (DENSITY, TOP_MOTION, REGISTER, SYNCOPATION, SPACE),
}
AXES_USED = 3


def axes_of(stage: str, names: Sequence[str] = ()) -> tuple[Axis, ...]:
    """The axes of a stage with these names, in the order of the table; by default its first."""
    table = AXES[stage]
    return tuple(axis for axis in table if axis.name in names) if names else table[:AXES_USED]


def measured(
    stage: str, parts: Sequence[Part], context: Context, axes: Sequence[Axis]
) -> NDArray[np.float32]:
    """Where parts lie on each axis, ``(parts, axes)``.

    Args:
        stage: of the parts.
        parts: of one run.
        context: of the run.
        axes: of the stage.
    """
    return places(stage, role_features(stage, parts, context), axes)


def places(stage: str, features: NDArray[np.float32], axes: Sequence[Axis]) -> NDArray[np.float32]:
    """Where measured parts lie on each axis, ``(parts, axes)``.

    Args:
        stage: of the parts.
        features: of the parts, as ``fitness.total.role_features``.
        axes: of the stage.
    """
    names = DRUM_FEATURE_NAMES if stage == DRUMS else FEATURE_NAMES
    return np.asarray(features[:, [names.index(axis.feature) for axis in axes]])


def terciles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values that end the lower thirds of each column, ``(LEVELS - 1, axes)``.

    They are values of parts, not means of two, so that no rounding moves a part to another cell.
    """
    shares = [level / LEVELS for level in range(1, LEVELS)]
    return np.asarray(np.quantile(values, shares, axis=0, method="lower"))


def cells_of(values: NDArray[np.float32], bounds: NDArray[np.float32]) -> list[Cell]:
    """The cell of each row: of each axis, how many bounds it lies above."""
    above = (values[:, None, :] > bounds[None]).sum(axis=1)
    known: dict[Cell, Cell] = {}  # one of each: a run may have a hundred thousand parts
    return [known.setdefault(cell, cell) for cell in map(tuple, above.tolist())]


@dataclass(frozen=True, eq=False)
class Archive:
    """The map of a run: every part that it scored, by its cell.

    Attributes:
        axes: of its cells.
        bounds: ``(LEVELS - 1, axes)``, see ``terciles``.
        values: ``(parts, axes)``, where each part lies on each axis.
        cells: id of a part -> its cell, in the order of ``values``.
        ranked: cell -> its parts, the best first; cells without parts are missing.
    """

    axes: tuple[Axis, ...]
    bounds: NDArray[np.float32]
    values: NDArray[np.float32]
    cells: dict[str, Cell]
    ranked: dict[Cell, list[Individual]]

    @classmethod
    def of(
        cls,
        individuals: Sequence[Individual],
        axes: tuple[Axis, ...],
        values: NDArray[np.float32],
    ) -> Archive:
        """The map of individuals, at least one.

        Args:
            individuals: all that a run scored.
            axes: of its cells.
            values: ``(individuals, axes)``, as ``measured``.
        """
        bounds = terciles(values)
        names = [individual.id for individual in individuals]
        cells = dict(zip(names, cells_of(values, bounds), strict=True))
        ranked: dict[Cell, list[Individual]] = {}
        for individual in best_first(individuals):
            ranked.setdefault(cells[individual.id], []).append(individual)
        return cls(axes, bounds, values, cells, ranked)

    @cached_property
    def places(self) -> dict[str, tuple[float, ...]]:
        """Id of a part -> where it lies on each axis."""
        return dict(zip(self.cells, map(tuple, self.values.tolist()), strict=True))

    @property
    def elites(self) -> dict[Cell, Individual]:
        """The best of each cell."""
        return {cell: members[0] for cell, members in self.ranked.items()}

    def words(self, cell: Cell) -> str:
        """A cell in words, such as ``sparse, dark, low``."""
        return ", ".join(axis.words[level] for axis, level in zip(self.axes, cell, strict=True))
