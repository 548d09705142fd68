"""The bass stage: lines whose genes are rhythm, tones of the chords, and touch.

Every context needs approved chords; approved drums are followed where there are any.
"""

from genomes.bass.genome import BassGenome
from genomes.bass.locks import with_locks
from genomes.bass.operators import OPERATORS, mate
from genomes.bass.rendering import describe, render
from genomes.bass.seeds import random_genome
from genomes.bass.similarity import distances
from genomes.stage import StageGenomes

__all__ = ["BASS", "BassGenome"]

BASS = StageGenomes(
    genome_type=BassGenome,
    seeds=random_genome,
    operators=OPERATORS,
    crossover=mate,
    lock=with_locks,
    renderer=render,
    description=describe,
    similarity=distances,
    operators_version="2",
    renderer_version="1",
)
