"""Progress of songs: approved, pending and stale candidates by section and stage; next steps."""

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
    """Progress of one stage of one section.

    Attributes:
        stage: name of the stage.
        approved: labels of approved candidates that aren't stale.
        waiting: number of candidates without a decision that aren't stale.
        stale: labels of approved candidates that are stale.
    """

    stage: str
    approved: tuple[str, ...]
    waiting: int
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """Progress of a section, stage by stage."""

    label: str
    stages: tuple[StageProgress, ...]


def progress(song: Song) -> list[SectionProgress]:
    """The sections of a song that have candidates; those with approved chords first."""
    labels = [candidate.section.label for candidate in song.candidates.values()]
    ordered = dict.fromkeys([*sections(song), *labels])
    return [
        SectionProgress(label, tuple(_stage(song, label, stage) for stage in STAGES))
        for label in ordered
    ]


def _stage(song: Song, section: str, stage: str) -> StageProgress:
    here = [
        candidate
        for candidate in song.candidates.values()
        if candidate.stage == stage and candidate.section.label == section
    ]
    labels: dict[bool, list[str]] = {True: [], False: []}
    for candidate in here:
        if candidate.approval is not None:
            labels[is_stale(song, candidate)].append(candidate.approval.label)
    waiting = sum(
        candidate.status == PENDING and not is_stale(song, candidate) for candidate in here
    )
    return StageProgress(stage, tuple(labels[False]), waiting, tuple(labels[True]))


def next_step(song: Song) -> str:
    """The next command for a song, without ``engine``."""
    found = progress(song)
    song_id = song.song_id
    for name, stage in STAGES.items():
        rows = {
            section.label: row for section in found for row in section.stages if row.stage == name
        }
        if any(map(is_wanted, rows.values())):
            return f"review --song {song_id}"
        buildable = [label for label in rows if _has_parents(song, stage, label)]
        without_approved = [label for label in buildable if not rows[label].approved]
        if without_approved or not (stage.needs or any(row.approved for row in rows.values())):
            narrowed = (
                f" --section {quoted(without_approved[0])}"
                if len(without_approved) < len(buildable)
                else ""
            )
            return f"evolve --stage {name} --song {song_id}{narrowed}"
    return f"arrange --song {song_id}"


def other_stages(song: Song) -> list[str]:
    """Other stages that could be evolved instead of the one in ``next_step``."""
    command, *words = next_step(song).split()
    if command != "evolve":
        return []
    found = {
        row.stage
        for section in progress(song)
        for row in section.stages
        if not row.approved and _has_parents(song, STAGES[row.stage], section.label)
    }
    return [stage for stage in STAGES if stage in found and stage not in words]


def after_review(songs: Sequence[Song], shown: Sequence[Entry]) -> str:
    """The next command after a review: approve the first shown candidate that a stage needs."""
    wanted = {
        (song.song_id, section.label, row.stage)
        for song in songs
        for section in progress(song)
        for row in section.stages
        if is_wanted(row)
    }
    for entry in shown:
        key = (entry.song.song_id, entry.state.section.label, entry.state.stage)
        if key in wanted and entry.status == PENDING and not is_stale(entry.song, entry.state):
            return f"approve {short(entry.id)}"
    if len(songs) == 1:
        return next_step(songs[0])
    return "status" if songs else "songs add FILE"


def is_wanted(row: StageProgress) -> bool:
    """Whether a stage of a section has candidates waiting for a decision."""
    return bool(row.waiting) and not row.approved


def _has_parents(song: Song, stage: Stage, section: str) -> bool:
    """Whether a section has approved candidates that a later stage can build on."""
    try:
        return bool(stage.needs) and bool(leaves(song, stage, section))
    except EngineError:
        return False


def to_json(song: Song) -> dict[str, Any]:
    """Plain values for machines."""
    stale = [
        {"id": short(name), "stage": candidate.stage}
        for name, candidate in song.candidates.items()
        if is_stale(song, candidate)
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
