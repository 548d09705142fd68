"""How far each song has come: what is approved, what waits, what is stale, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.asking import leaves
from engine.errors import EngineError
from engine.ids import short
from engine.stages import STAGES
from engine.state.lineages import is_stale, sections
from engine.state.songs import APPROVED, PENDING, status

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage of one section has come.

    Attributes:
        stage: its name.
        approved: labels of what is approved and still stands.
        waiting: how many candidates nobody has decided.
        stale: labels of what is approved, but built on something that has changed since.
    """

    stage: str
    approved: tuple[str, ...]
    waiting: int
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """How far a section has come, stage by stage."""

    label: str
    stages: tuple[StageProgress, ...]


def progress(song: Document) -> list[SectionProgress]:
    """Every section of a song that has candidates, those with approved chords first."""
    labels = [known["section"]["label"] for known in song["candidates"].values()]
    ordered = dict.fromkeys([*sections(song), *labels])
    return [
        SectionProgress(label, tuple(_stage(song, label, stage) for stage in STAGES))
        for label in ordered
    ]


def _stage(song: Document, section: str, stage: str) -> StageProgress:
    here = [
        known
        for known in song["candidates"].values()
        if known["stage"] == stage and known["section"]["label"] == section
    ]
    kept = [known for known in here if status(known) == APPROVED]
    names = {True: [], False: []}  # type: dict[bool, list[str]]
    for known in kept:
        names[is_stale(song, known)].append(known["decisions"][-1]["label"])
    waiting = sum(status(known) == PENDING for known in here)
    return StageProgress(stage, tuple(names[False]), waiting, tuple(names[True]))


def next_step(song: Document) -> str:
    """The command that takes a song further, without ``engine`` before it."""
    found = progress(song)
    song_id = song["song_id"]
    for name, stage in STAGES.items():
        rows = [row for section in found for row in section.stages if row.stage == name]
        if any(row.waiting and not row.approved for row in rows):
            return f"review --song {song_id}"
        if not stage.needs and not any(row.approved for row in rows):
            return f"evolve --stage {name} --song {song_id}"
        if stage.needs and _can_stand(song, name) and not all(row.approved for row in rows):
            return f"evolve --stage {name} --song {song_id}"
    return f"arrange --song {song_id}"


def _can_stand(song: Document, stage: str) -> bool:
    try:
        return bool(leaves(song, STAGES[stage]))
    except EngineError:
        return False


def to_json(song: Document) -> Document:
    """Plain values for machines."""
    stale = [
        {"id": short(name), "stage": known["stage"]}
        for name, known in song["candidates"].items()
        if is_stale(song, known)
    ]
    return {
        "song": song["song_id"],
        "title": song["title"],
        "sections": [
            {
                "label": section.label,
                "stages": {
                    row.stage: {
                        "approved": list(row.approved),
                        "waiting": row.waiting,
                        "stale": list(row.stale),
                    }
                    for row in section.stages
                },
            }
            for section in progress(song)
        ],
        "stale": stale,
        "next": next_step(song),
    }
