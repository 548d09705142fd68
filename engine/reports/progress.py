"""How far each song has come: what is approved, what waits, what is stale, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import EngineError, quoted
from engine.gate.waiting import Entry
from engine.ids import short
from engine.runs.parents import leaves
from engine.stages import STAGES, Stage
from engine.state.lineages import is_stale, sections
from engine.state.songs import PENDING, Song


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage of one section has come.

    Attributes:
        stage: its name.
        approved: labels of what is approved and still stands.
        waiting: how many candidates have no decision and are not stale.
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


def progress(song: Song) -> list[SectionProgress]:
    """Every section of a song that has candidates, those with approved chords first."""
    labels = [known.section.label for known in song.candidates.values()]
    ordered = dict.fromkeys([*sections(song), *labels])
    return [
        SectionProgress(label, tuple(_stage(song, label, stage) for stage in STAGES))
        for label in ordered
    ]


def _stage(song: Song, section: str, stage: str) -> StageProgress:
    here = [
        known
        for known in song.candidates.values()
        if known.stage == stage and known.section.label == section
    ]
    labels: dict[bool, list[str]] = {True: [], False: []}
    for known in here:
        if known.approval is not None:
            labels[is_stale(song, known)].append(known.approval.label)
    waiting = sum(known.status == PENDING and not is_stale(song, known) for known in here)
    return StageProgress(stage, tuple(labels[False]), waiting, tuple(labels[True]))


def next_step(song: Song) -> str:
    """The command that takes a song further, without ``engine`` before it."""
    found = progress(song)
    song_id = song.song_id
    for name, stage in STAGES.items():
        rows = {
            section.label: row for section in found for row in section.stages if row.stage == name
        }
        if any(map(is_wanted, rows.values())):
            return f"review --song {song_id}"
        standing = [label for label in rows if _can_stand(song, stage, label)]
        lacking = [label for label in standing if not rows[label].approved]
        if lacking or not (stage.needs or any(row.approved for row in rows.values())):
            narrowed = f" --section {quoted(lacking[0])}" if len(lacking) < len(standing) else ""
            return f"evolve --stage {name} --song {song_id}{narrowed}"
    return f"arrange --song {song_id}"


def other_stages(song: Song) -> list[str]:
    """Stages that could be evolved as well in the place of the one that ``next_step`` names."""
    command, *words = next_step(song).split()
    if command != "evolve":
        return []
    found = {
        row.stage
        for section in progress(song)
        for row in section.stages
        if not row.approved and _can_stand(song, STAGES[row.stage], section.label)
    }
    return [stage for stage in STAGES if stage in found and stage not in words]


def after_review(songs: Sequence[Song], shown: Sequence[Entry]) -> str:
    """The command that follows a look at candidates: the first that a stage waits for is heard."""
    wanted = {
        (song.song_id, section.label, row.stage)
        for song in songs
        for section in progress(song)
        for row in section.stages
        if is_wanted(row)
    }
    for entry in shown:
        place = (entry.song.song_id, entry.state.section.label, entry.state.stage)
        if place in wanted and entry.status == PENDING and not is_stale(entry.song, entry.state):
            return f"approve {short(entry.id)}"
    if len(songs) == 1:
        return next_step(songs[0])
    return "status" if songs else "songs add FILE"


def is_wanted(row: StageProgress) -> bool:
    """Whether a stage of a section has candidates waiting for a decision."""
    return bool(row.waiting) and not row.approved


def _can_stand(song: Song, stage: Stage, section: str) -> bool:
    """Whether there is something in a section that a later stage can stand on."""
    try:
        return bool(stage.needs) and bool(leaves(song, stage, section))
    except EngineError:
        return False


def to_json(song: Song) -> dict[str, Any]:
    """Plain values for machines."""
    stale = [
        {"id": short(name), "stage": known.stage}
        for name, known in song.candidates.items()
        if is_stale(song, known)
    ]
    return {
        "song": song.song_id,
        "title": song.title,
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
