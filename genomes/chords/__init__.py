"""The chord stage: progressions whose genes are function, rhythm, voicing and comping."""

from genomes.chords.genome import ChordGenome
from genomes.chords.locks import with_locks
from genomes.chords.operators import OPERATORS, mate
from genomes.chords.rendering import describe, render
from genomes.chords.seeds import random_genome
from genomes.chords.similarity import distances
from genomes.stage import StageGenomes

__all__ = ["CHORDS", "ChordGenome"]

CHORDS = StageGenomes(
    genome_type=ChordGenome,
    seeds=random_genome,
    operators=OPERATORS,
    crossover=mate,
    lock=with_locks,
    renderer=render,
    description=describe,
    similarity=distances,
    operators_version="7",
    renderer_version="2",
)
