"""What can be composed: notes, keys, meters, contexts, and one genome per stage.

A genome knows music and nothing of files, models or databases. Rendered in a context it
becomes a part, and that part is what is heard, what is scored and what is written.
"""

from genomes.base import Genome, StageGenomes
from genomes.context import Context, Kept, Section
from genomes.keys import Key
from genomes.notes import ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

__all__ = [
    "TICKS_PER_QUARTER",
    "ChordSpan",
    "Context",
    "Genome",
    "Kept",
    "Key",
    "Meter",
    "Part",
    "Section",
    "StageGenomes",
    "TempoMap",
]
