"""Stages: what a genome is, and how a stage of composition makes, changes and plays genomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, Self, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.locks import Locks
from genomes.notes import Part
from genomes.splicing import spliced
from genomes.variation import pick

# How many operators are tried until one changes something.
MAX_TRIES = 16

# Share of first genomes that are mutations of a locked source; the others are new where nothing
# is locked.
FROM_SOURCE_SHARE = 0.75
MOST_MUTATIONS = 4

_JSON = msgspec.json.Encoder()


def plain_values(genes: msgspec.Struct) -> dict[str, Any]:
    """Genes as JSON has them: objects, arrays (never tuples), texts, numbers, truth values."""
    payload: dict[str, Any] = msgspec.json.decode(_JSON.encode(genes))
    return payload


class Genome(msgspec.Struct, frozen=True):
    """The genes of one part: an immutable value without files, models or databases.

    A stage's genome lists its genes as fields, and raises ValueError for genes outside their
    tables.
    """

    def to_payload(self) -> dict[str, Any]:
        """Plain JSON values for the log; ``from_payload`` gives back an equal genome."""
        return plain_values(self)

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload; raises ValueError naming the gene that is wrong."""
        return msgspec.convert(payload, cls)


G = TypeVar("G", bound=Genome)

Operator = Callable[[G, Context, np.random.Generator], G]


def named(*operators: Operator[G]) -> dict[str, Operator[G]]:
    """A table of operators by their names."""
    return {operator.__name__: operator for operator in operators}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageGenomes(Generic[G]):
    """How a stage makes, changes, plays and compares genomes.

    Every genome it gives is playable, in range and whole in every bar. All chance comes from the
    generator that is passed in.

    Attributes:
        genome_type: its genomes' class.
        seeds: a first genome, and the name of the source it came from.
        operators: one small musical change each, by name; what finds nothing to do returns the
            genome itself.
        crossover: a child that takes whole bars or phrases from either parent.
        lock: a copy of a genome in which what is locked is as in the source; see ``locks``.
        renderer: the notes of a genome in a context; raises ValueError in a context that it
            wasn't made for.
        description: what a person reads about a genome and its part, as plain values.
        similarity: distances of each row to each column; see ``distances``.
        operators_version: raised whenever the same generator state would give another genome.
        renderer_version: raised whenever the same genome would give another part.
        applicable: the operators that can be heard on a genome; all of them where it is None.
        max_tries: how many operators are tried until one changes something.
    """

    genome_type: type[G]
    seeds: Callable[[Context, np.random.Generator], tuple[G, str]]
    operators: Mapping[str, Operator[G]]
    crossover: Callable[[G, G, Context, np.random.Generator], G]
    lock: Callable[[G, G, Locks, Context], G]
    renderer: Callable[[G, Context], Part]
    description: Callable[[G, Part, Context], dict[str, Any]]
    similarity: Callable[[Sequence[G], Sequence[G]], NDArray[np.float64]]
    operators_version: str
    renderer_version: str
    applicable: Callable[[G], Mapping[str, Operator[G]]] | None = None
    max_tries: int = MAX_TRIES

    def random(self, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A first genome, and the name of the source it came from."""
        return self.seeds(context, rng)

    def mutate(self, genome: G, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A changed copy, and the name of the operator that changed it.

        Where ``max_tries`` operators find nothing to do it is the genome itself, and ``"none"``.
        """
        operators = self.applicable(genome) if self.applicable else self.operators
        names = tuple(operators)
        for _ in range(self.max_tries):
            name = pick(rng, names)
            changed = operators[name](genome, context, rng)
            if changed != genome:
                return changed, name
        return genome, "none"

    def mate(self, first: G, second: G, context: Context, rng: np.random.Generator) -> G:
        """A child that takes whole bars or phrases from either parent."""
        return self.crossover(first, second, context, rng)

    def render(self, genome: G, context: Context) -> Part:
        """The part of a genome, whole bars long; bars that the context keeps are as they were.

        Raises:
            ValueError: in a context that the genome wasn't made for.
        """
        part = self.renderer(genome, context)
        if context.locked is None:
            return part
        return spliced(part, context.locked.part, context.locked.bars, context.meter.bar_ticks)

    def describe(self, genome: G, context: Context) -> dict[str, Any]:
        """What a person reads about a genome, as plain values."""
        return self.description(genome, self.render(genome, context), context)

    def distances(self, rows: Sequence[G], columns: Sequence[G]) -> NDArray[np.float64]:
        """How different genomes are as music, transposing or re-voicing being nothing.

        Returns:
            Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.
        """
        return self.similarity(rows, columns)

    def distance(self, first: G, second: G) -> float:
        """How different two genomes are as music, 0 to 1."""
        return float(self.distances([first], [second])[0, 0])

    def from_payload(self, payload: dict[str, Any]) -> G:
        """The genome that a payload stands for; raises ValueError naming the gene that is wrong."""
        return self.genome_type.from_payload(payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedGenomes(StageGenomes[G]):
    """A stage's genomes evolved from a source: every one keeps what is locked of it.

    Attributes:
        source: the genome to start from.
        locks: what of it stays.
    """

    source: G
    locks: Locks

    @classmethod
    def of(cls, genomes: StageGenomes[G], source: G, locks: Locks) -> Self:
        """The genomes of a stage that keep what is locked of a source."""
        own = {field.name: getattr(genomes, field.name) for field in fields(genomes)}
        return cls(**own, source=source, locks=locks)

    def random(self, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A mutation of the source, or a new genome where nothing is locked."""
        if rng.random() >= FROM_SOURCE_SHARE:
            genome, origin = self.seeds(context, rng)
            return self.lock(genome, self.source, self.locks, context), origin
        genome = self.source
        for _ in range(int(rng.integers(MOST_MUTATIONS + 1))):
            genome, _ = self.mutate(genome, context, rng)
        return genome, "source"

    def mutate(self, genome: G, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A changed copy in which what is locked stays, and the operator's name."""
        changed, operator = StageGenomes.mutate(self, genome, context, rng)
        return self.lock(changed, self.source, self.locks, context), operator

    def mate(self, first: G, second: G, context: Context, rng: np.random.Generator) -> G:
        """A child in which what is locked stays."""
        child = self.crossover(first, second, context, rng)
        return self.lock(child, self.source, self.locks, context)
