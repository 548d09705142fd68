"""What can be composed: notes, keys, meters, contexts, and one genome per stage.

A genome knows music and nothing of files, models or databases. Rendered in a context it
becomes a part, and that part is what is heard, what is scored and what is written.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from genomes.context import Context, LockedBars, Section
from genomes.keys import Key
from genomes.locks import Locks
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.notes import ChordSpan, Part
from genomes.stage import Genome, LockedGenomes, StageGenomes
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

__all__ = [
    "BASS",
    "CHORDS",
    "DRUMS",
    "HARMONY",
    "MELODY",
    "STAGE_GENOMES",
    "TICKS_PER_QUARTER",
    "ChordSpan",
    "Context",
    "Genome",
    "Key",
    "Line",
    "LockedBars",
    "LockedGenomes",
    "Locks",
    "Lyrics",
    "Meter",
    "Part",
    "Section",
    "StageGenomes",
    "Syllable",
    "TempoMap",
]

# Stages in the order in which a song is composed; each is a package that holds its StageGenomes.
_STAGES = ("chords", "drums", "bass", "melody", "harmony")

if TYPE_CHECKING:
    from genomes.bass import BASS
    from genomes.chords import CHORDS
    from genomes.drums import DRUMS
    from genomes.harmony import HARMONY
    from genomes.melody import MELODY

    STAGE_GENOMES: dict[str, StageGenomes[Any]]


def __getattr__(name: str) -> Any:
    """Load stages when they are used: importing all of them takes as long as all the rest."""
    if name == "STAGE_GENOMES":
        return {stage: __getattr__(stage.upper()) for stage in _STAGES}
    if name.lower() in _STAGES and name.isupper():
        return getattr(import_module(f"genomes.{name.lower()}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
