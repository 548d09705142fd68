"""What can be composed: notes, keys, meters, contexts, and one genome per stage.

A genome knows music and nothing of files, models or databases. Rendered in a context it
becomes a part, and that part is what is heard, what is scored and what is written.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genomes.bass import BASS
    from genomes.chords import CHORDS
    from genomes.context import Context, LockedBars, Section
    from genomes.drums import DRUMS
    from genomes.harmony import HARMONY
    from genomes.keys import Key
    from genomes.locks import Locks
    from genomes.lyrics import Line, Lyrics, Syllable
    from genomes.melody import MELODY
    from genomes.notes import ChordSpan, Part
    from genomes.stage import Genome, LockedGenomes, StageGenomes
    from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

    STAGE_GENOMES: dict[str, StageGenomes[Any]]

# Module -> the names of this package's public face, loaded when one is used: what a command says
# of a key needs no NumPy, and all stages take as long to import as everything else.
_MODULES = {
    "context": ("Context", "LockedBars", "Section"),
    "keys": ("Key",),
    "locks": ("Locks",),
    "lyrics": ("Line", "Lyrics", "Syllable"),
    "notes": ("ChordSpan", "Part"),
    "stage": ("Genome", "LockedGenomes", "StageGenomes"),
    "time": ("TICKS_PER_QUARTER", "Meter", "TempoMap"),
}
# Stages in the order in which a song is composed; each is a package that holds its StageGenomes.
_STAGES = ("chords", "drums", "bass", "melody", "harmony")
_HOMES = {name: module for module, names in _MODULES.items() for name in names} | {
    stage.upper(): stage for stage in _STAGES
}

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


def __getattr__(name: str) -> Any:
    if name == "STAGE_GENOMES":
        return {stage: __getattr__(stage.upper()) for stage in _STAGES}
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
