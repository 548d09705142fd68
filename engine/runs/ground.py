"""The ground of a run: everything that it read from the log at its start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from engine.runs.contexts import section_of, song_context
from engine.stages import Stage
from engine.state.songs import APPROVED, REJECTED
from genomes import Context, Kept, Part
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from genomes.stage import LockedGenomes, StageGenomes
from store import events

Read = Sequence[events.Payload]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on.

    Attributes:
        song: its song as it was proposed.
        context: what its genomes are rendered in.
        genomes: its stage's, held to what is locked.
        decided: candidates of its stage -> how they had been decided.
    """

    song: dict[str, Any]
    context: Context
    genomes: StageGenomes[Any]
    decided: dict[str, str]


def ground_of(started: events.RunStarted, read: Read, stage: Stage) -> Ground:
    """Rebuild the ground of a run.

    Args:
        started: how it began.
        read: what lies at the positions that it read, the song's proposal first.
        stage: its stage.
    """
    song: dict[str, Any] = msgspec.to_builtins(read[0])
    origin = _origin(started, read, stage)
    return Ground(
        song,
        _context(started, song, read, origin),
        stage.genomes if origin is None else LockedGenomes.of(stage.genomes, *origin[:2]),
        _decisions(read[1:], stage.name),
    )


def _context(
    started: events.RunStarted,
    song: dict[str, Any],
    read: Read,
    origin: tuple[Any, Locks, Part] | None,
) -> Context:
    approved = {e.candidate: e for e in read if isinstance(e, events.CandidateApproved)}
    parents = [approved[candidate] for candidate in started.parents]
    plain = song_context(song, section_of(started.section))
    return replace(
        plain,
        parts=tuple((event.stage, Part.from_payload(event.part)) for event in parents),
        singer=started.singer or plain.singer,
        lyrics=Lyrics.from_payload(started.lyrics) if started.lyrics else None,
        before=Part.from_payload(approved[started.follows].part) if started.follows else None,
        kept=Kept(origin[2], origin[1].bars) if origin else None,
    )


def _origin(started: events.RunStarted, read: Read, stage: Stage) -> tuple[Any, Locks, Part] | None:
    """Genome and part of the candidate that a run starts from, and what of it stays."""
    if started.source is None:
        return None
    brought = next(
        survivor
        for event in read
        if isinstance(event, events.RunFinished)
        for survivor in event.survivors
        if survivor.id == started.source
    )
    told = started.locks
    locks = Locks(tuple(told.bars), told.rhythm, told.pitch) if told else Locks()
    return stage.genomes.from_payload(brought.genome), locks, Part.from_payload(brought.part)


def _decisions(read: Read, stage: str) -> dict[str, str]:
    decided = {}
    for event in read:
        if isinstance(event, events.CandidateApproved) and event.stage == stage:
            decided[event.candidate] = APPROVED
        elif isinstance(event, events.CandidateRejected) and event.stage == stage:
            decided[event.candidate] = REJECTED
    return decided
