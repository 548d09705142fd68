"""The settings of a run: with the seed, they determine its result."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from engine.errors import Refused
from engine.evolution import GENERATIONS, KEEP, PATIENCE, POPULATION
from fitness.total import Weights

# Raise it when the same settings and seed breed or select other individuals.
EVOLUTION_VERSION = "8"

# What runs had that were made before there were these settings; left out of the log where they are
# these, so that those runs keep their ids.
UNSAID: dict[str, Any] = {
    "watched": True,
    "open_share": 0.0,
    "bred_per_child": 1,
    "patience": 0,
}
MAX_POPULATION = 5000
MAX_GENERATIONS = 1000
MAX_SEED = 2**64 - 1
MAX_BRED_PER_CHILD = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    Attributes:
        population: individuals kept after every generation, 4 to 5000.
        generations: generations bred after the first pool, 0 to 1000.
        keep: survivors handed to the gate, 1 to the population.
        mate_share: share of children with two parents.
        fresh_share: share of children that are new first genomes.
        tournament: individuals drawn to select one parent.
        weights: weight of each critic.
        axes: names of the axes of the run's map; empty for the first of its stage.
        watched: whether a fall of the judge stops the run.
        open_share: share of the population's places, and of the parents, for the best of all
            whatever their niche, 0 to 1. Finds good parts sooner, and fewer that differ.
        bred_per_child: genomes bred for each child, 1 to 8; of several the one with the best theory
            term is the child, and the others are never scored.
        patience: a run ends where so many generations gained little, see
            ``engine.evolution.watch.stands_still``; 0 for never.

    Raises:
        Refused: if a number is outside its range.
    """

    population: int = POPULATION
    generations: int = GENERATIONS
    keep: int = KEEP
    mate_share: float = 0.15
    fresh_share: float = 0.05
    tournament: int = 4
    weights: Weights = field(default_factory=Weights)
    axes: tuple[str, ...] = ()
    watched: bool = True
    open_share: float = 0.0
    bred_per_child: int = 1
    patience: int = 0

    def __post_init__(self) -> None:
        _check("--population", self.population, 4, MAX_POPULATION)
        _check("--generations", self.generations, 0, MAX_GENERATIONS)
        _check("--keep", self.keep, 1, self.population)
        _check("--open-share", self.open_share, 0, 1)
        _check("--bred-per-child", self.bred_per_child, 1, MAX_BRED_PER_CHILD)
        _check("patience", self.patience, 0, MAX_GENERATIONS)

    @classmethod
    def sized(
        cls, population: int | None, generations: int | None, keep: int | None = None, **others: Any
    ) -> Self:
        """The settings of a run as a person sizes it.

        Args:
            population: individuals; the usual number if None.
            generations: exactly so many; if None the usual number at most, fewer where they gain
                little.
            keep: survivors; the usual number if None.
            others: by name, as the class has them.
        """
        return cls(
            POPULATION if population is None else population,
            GENERATIONS if generations is None else generations,
            KEEP if keep is None else keep,
            patience=PATIENCE if generations is None else 0,
            **others,
        )

    @property
    def niches(self) -> int:
        """The number of niches: as many as survivors are kept, and less than the population.

        So there is always a place for the best individual, even if it is no leader.
        """
        return min(self.keep, self.population - 1)

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log; axes only where they aren't the stage's, without ``UNSAID``."""
        payload = asdict(self)
        axes = payload.pop("axes")
        payload |= {"axes": list(axes)} if axes else {}
        return {name: value for name, value in payload.items() if UNSAID.get(name) != value}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The settings that gave this payload.

        Raises:
            Refused: if it is of another version, or none gave it.
        """
        axes = tuple(payload.get("axes", ()))
        try:
            return cls(
                **UNSAID | payload | {"weights": Weights(**payload["weights"]), "axes": axes}
            )
        except (LookupError, TypeError, ValueError) as error:
            raise Refused(
                f"settings in the log can't be read: {error}", "see engine log"
            ) from error


def checked_seed(seed: int) -> int:
    """A seed that a person gave; raises Refused if it is out of range."""
    _check("--seed", seed, 0, MAX_SEED)
    return seed


def _check(option: str, value: float, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise Refused(f"{option} {value}: expected {lowest} to {highest}")
