"""The drum stage: patterns of strokes on the beat groups of any meter, and how they are played."""

from genomes.drums.genome import DrumGenome
from genomes.drums.locks import with_locks
from genomes.drums.operators import OPERATORS, mate
from genomes.drums.rendering import describe, render
from genomes.drums.seeds import random_genome
from genomes.drums.similarity import distances
from genomes.drums.templates import every_template, render_template, templates_for
from genomes.stage import StageGenomes

__all__ = ["DRUMS", "DrumGenome", "every_template", "render_template", "templates_for"]

DRUMS = StageGenomes(
    genome_type=DrumGenome,
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
