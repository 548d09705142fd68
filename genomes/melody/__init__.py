"""The melody stage: phrases that a singer can sing, over the chords that sound."""

from genomes.melody.genome import MelodyGenome
from genomes.melody.locks import with_locks
from genomes.melody.operators import OPERATORS, applicable, mate
from genomes.melody.rendering import describe, render
from genomes.melody.seeds import random_genome
from genomes.melody.similarity import distances
from genomes.melody.singers import find_singer, known_singers, range_of
from genomes.stage import StageGenomes

__all__ = ["MELODY", "MelodyGenome", "find_singer", "known_singers", "range_of"]

MELODY = StageGenomes(
    genome_type=MelodyGenome,
    seeds=random_genome,
    operators=OPERATORS,
    applicable=applicable,
    crossover=mate,
    lock=with_locks,
    renderer=render,
    description=describe,
    similarity=distances,
    operators_version="3",
    renderer_version="4",
)
