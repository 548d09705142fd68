"""The harmony stage: pads, counter-lines and doublings around an approved melody."""

from genomes.harmony.genome import HarmonyGenome
from genomes.harmony.locks import with_locks
from genomes.harmony.operators import OPERATORS, mate
from genomes.harmony.rendering import describe, render
from genomes.harmony.seeds import random_genome
from genomes.harmony.similarity import distances
from genomes.stage import StageGenomes

__all__ = ["HARMONY", "HarmonyGenome"]

HARMONY = StageGenomes(
    genome_type=HarmonyGenome,
    seeds=random_genome,
    operators=OPERATORS,
    crossover=mate,
    lock=with_locks,
    renderer=render,
    description=describe,
    similarity=distances,
    operators_version="2",
    renderer_version="1",
    max_tries=24,
)
