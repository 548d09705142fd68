"""Small compositions, and what equal ones have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from engine.composing.lineages import Member, ScoredLineage
from engine.state.runs import run_of
from engine.state.studio import Studio
from genomes import Part

SONG = "d-minor-in-4-4"
SECTIONS = ("verse", "chorus", "bridge")
WORDS_FILE = "words.txt"
SUNG = """\
[Verse]
The kettle hums for nobody
[Chorus]
Leave the light on
"""


def words(
    *, sections: str = "verse=2,chorus=2,bridge=2", population: int = 8, generations: int = 1,
    beam: int = 2, seed: int | None = 1, song: str = SONG, arrangements: int = 2,
) -> list[str]:  # fmt: skip
    """A command line that composes a small song."""
    return [
        *("compose", "--song", song, "--no-model", "--audio", "none", "--sections", sections),
        *("--population", str(population), "--generations", str(generations)),
        *("--beam", str(beam), "--arrangements", str(arrangements)),
        *([] if seed is None else ["--seed", str(seed)]),
    ]


WORDS = words()

# What says where in the log something is, or that it was done in two goes.
PLACES = ("positions_read", "context_position")
RUN_EVENTS = ("RunStarted", "GenerationScored", "RunFinished")


def streams(studio: Studio) -> dict[str, list[Any]]:
    """What every run's stream says, less where in the log things are and that it was resumed."""
    found: dict[str, list[Any]] = {}
    for event in studio.log.read():
        run = run_of(event.stream)
        if run is not None and event.kind in RUN_EVENTS:
            found.setdefault(run, []).append((event.kind, _without_places(event.payload)))
    return found


def decisions(studio: Studio) -> list[Any]:
    """What was decided, arranged and ranked, in order."""
    kinds = {
        "CompositionStarted", "CandidateApproved", "ArrangementAssembled", "CompositionFinished",
    }  # fmt: skip
    return [
        (event.kind, _without_places(event.payload))
        for event in studio.log.read()
        if event.kind in kinds
    ]


def _without_places(payload: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(payload)
    return {name: value for name, value in plain.items() if name not in PLACES}


def written(studio: Studio) -> dict[str, str]:
    """Every file that the log knows, by its path: its hash as it lies there."""
    from engine.state.files import file_sha256

    (song,) = studio.songs().values()
    found = {path: file_sha256(studio.folder / path) for path in song.exports}
    assert {path: known.sha256 for path, known in song.exports.items()} == found
    return {path: str(sha256) for path, sha256 in found.items()}


def member(
    name: str, stage: str = "melody", pitches: Sequence[int] = (60,), total: float | None = 0.5,
    length_ticks: int = 1920, genome: Any = None,
) -> Member:  # fmt: skip
    """A member by hand: a note for each pitch, one after the other."""
    step = length_ticks // max(1, len(pitches))
    rows = [(index * step, step, pitch, 80) for index, pitch in enumerate(pitches)]
    part = Part.of(np.array(rows).reshape(-1, 4).tolist(), length_ticks, is_drum=stage == "drums")
    return Member(name, stage, total, genome, part)


def lineage(*members: Member, section: str = "verse") -> ScoredLineage:
    """A lineage by hand."""
    return ScoredLineage(members, section)
