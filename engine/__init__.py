"""Who does what, when: songs, stages, runs, the gate, arrangements and the command line.

What the command line does can be done in Python, on the same log::

    from pathlib import Path
    from engine import EvolveOptions, Studio, add_songs, approve, evolve, read_proposals, verify_run

    with Studio.open(Path("studio")) as studio:
        (song,) = add_songs(studio, read_proposals([Path("ferry.yml")]).proposals).added
        (run,) = evolve(studio, song, EvolveOptions("chords", bars=8), seed=1)
        best = run.finished.survivors[0]
        approve(studio, best.id, label="verse")
        assert verify_run(studio, run.run).holds

What can't be done raises an `EngineError`, whose text is one line with the next command to run.
Each name below loads its module when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.version import __version__ as __version__

if TYPE_CHECKING:
    from engine.errors import Ambiguous, EngineError, NotFound, Refused
    from engine.evolution.settings import Settings
    from engine.gate.choices import use
    from engine.gate.decisions import approve, label_candidate, note, reject, undo
    from engine.gate.exports import export_song, update_exports
    from engine.gate.waiting import waiting
    from engine.proposals import Proposal, Reading
    from engine.proposals import read as read_proposals
    from engine.proposals.lyrics import LyricSheet, read_lyrics
    from engine.proposals.songs import add_songs
    from engine.reports.summary import Summary, summarise
    from engine.runs.evolve import evolve
    from engine.runs.lifecycle import abandon, carry_on, resume
    from engine.runs.replay import Verification, verify_run
    from engine.runs.requests import EvolveOptions
    from engine.state.songs import Candidate, Song
    from engine.state.studio import Studio

# Module -> the names of its public face.
_MODULES = {
    "errors": ("Ambiguous", "EngineError", "NotFound", "Refused"),
    "evolution.settings": ("Settings",),
    "gate.choices": ("use",),
    "gate.decisions": ("approve", "label_candidate", "note", "reject", "undo"),
    "gate.exports": ("export_song", "update_exports"),
    "gate.waiting": ("waiting",),
    "proposals": ("Proposal", "Reading", "read_proposals"),
    "proposals.lyrics": ("LyricSheet", "read_lyrics"),
    "proposals.songs": ("add_songs",),
    "reports.summary": ("Summary", "summarise"),
    "runs.evolve": ("evolve",),
    "runs.lifecycle": ("abandon", "carry_on", "resume"),
    "runs.replay": ("Verification", "verify_run"),
    "runs.requests": ("EvolveOptions",),
    "state.songs": ("Candidate", "Song"),
    "state.studio": ("Studio",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Ambiguous",
    "Candidate",
    "EngineError",
    "EvolveOptions",
    "LyricSheet",
    "NotFound",
    "Proposal",
    "Reading",
    "Refused",
    "Settings",
    "Song",
    "Studio",
    "Summary",
    "Verification",
    "abandon",
    "add_songs",
    "approve",
    "carry_on",
    "evolve",
    "export_song",
    "label_candidate",
    "note",
    "read_lyrics",
    "read_proposals",
    "reject",
    "resume",
    "summarise",
    "undo",
    "update_exports",
    "use",
    "verify_run",
    "waiting",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(
        import_module(f"{__name__}.{_HOMES[name]}"), name.replace("read_proposals", "read")
    )
