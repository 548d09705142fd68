"""Progress of songs: approved, pending and stale candidates by section and stage; next steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import EngineError, quoted
from engine.gate.waiting import Entry
from engine.ids import short
from engine.runs.parents import leaves
from engine.stages import STAGES, Stage
from engine.state.lineages import approved, in_use, is_stale, sections
from engine.state.songs import APPROVED, PENDING, Approved, Candidate, Song, last_composition


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Progress of one stage of one section.

    Attributes:
        stage: name of the stage.
        in_use: label of the approved candidate that the section uses; None if there is none.
        approved: labels of approved candidates that aren't stale.
        waiting: number of candidates without a decision that aren't stale.
        stale: labels of approved candidates that are stale.
    """

    stage: str
    in_use: str | None
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
    return [SectionProgress(label, _stages(song, label)) for label in ordered]


def _stages(song: Song, section: str) -> tuple[StageProgress, ...]:
    used = in_use(song, section)
    return tuple(_stage(song, section, stage, used.get(stage)) for stage in STAGES)


def _stage(song: Song, section: str, stage: str, used: str | None) -> StageProgress:
    labels: dict[bool, list[str]] = {True: [], False: []}
    label_in_use = None
    for identifier in approved(song, stage, section):
        candidate = song.candidates[identifier]
        approval = candidate.approval_for(section)
        label = approval.label if approval else ""
        labels[is_stale(song, candidate, section)].append(label)
        label_in_use = label if identifier == used else label_in_use
    waiting = sum(
        (candidate.stage, candidate.section.label, candidate.status) == (stage, section, PENDING)
        and not is_stale(song, candidate)
        for candidate in song.candidates.values()
    )
    return StageProgress(stage, label_in_use, tuple(labels[False]), waiting, tuple(labels[True]))


def next_step(song: Song) -> str:
    """The next command for a song, without ``engine``."""
    return " ".join(map(quoted, next_words(song)))


def next_words(song: Song) -> list[str]:
    """The words of the next command for a song: its name, then options, each with its value."""
    of_song = ["--song", song.song_id]
    if _is_being_composed(song):
        return ["compose", *of_song]
    found = progress(song)
    for name, stage in STAGES.items():
        rows = {
            section.label: row for section in found for row in section.stages if row.stage == name
        }
        if any(map(is_wanted, rows.values())):
            return ["review", *of_song]
        tune = [] if stage.needs else _tune_without_chords(song, rows)
        if tune:
            return ["evolve", "--stage", name, *of_song, *tune]
        buildable = [label for label in rows if _has_parents(song, stage, label)]
        lacking = [label for label in buildable if rows[label].in_use is None]
        if lacking or not (stage.needs or any(row.in_use for row in rows.values())):
            narrowed = ["--section", lacking[0]] if len(lacking) < len(buildable) else []
            return ["evolve", "--stage", name, *of_song, *narrowed]
    return ["export" if _is_arranged(song) else "arrange", *of_song]


def _tune_without_chords(song: Song, labels: Iterable[str]) -> list[str]:
    """The options that have chords made for the first melody whose section has none."""
    for label in labels:
        used = in_use(song, label)
        if "melody" in used and "chords" not in used:
            return ["--section", label, "--under", short(used["melody"])]
    return []


def after_arranging(song_id: str) -> str:
    """The next command for a song that is arranged, without ``engine``."""
    return f"export --song {song_id}"


def _is_being_composed(song: Song) -> bool:
    """Whether a composition of the song was stopped, and nobody has decided anything since."""
    composition = last_composition(song)
    if composition is None or composition.ranking is not None:
        return False
    return _last_decision(song, by_people=True) < composition.position


def _is_arranged(song: Song) -> bool:
    """Whether the song was arranged since the last decision, of parts that hold as they are."""
    arrangements = song.arrangements.values()
    last = max(arrangements, key=lambda each: each.position, default=None)
    if last is None or last.position < max(song.position, _last_decision(song)):
        return False
    parts = [song.candidates[each] for each in last.parts]
    return all(each.status == APPROVED and not _is_stale_anywhere(song, each) for each in parts)


def _last_decision(song: Song, *, by_people: bool = False) -> int:
    """Position of the last decision that was not undone; 0 if there is none."""
    decisions = [
        decision
        for candidate in song.candidates.values()
        for decision in candidate.decisions
        if not (by_people and isinstance(decision, Approved) and decision.policy)
    ]
    return max((each.position for each in (*decisions, *song.uses)), default=0)


def other_stages(song: Song) -> list[str]:
    """Other stages that could be evolved instead of the one in ``next_step``."""
    command, *words = next_words(song)
    if command != "evolve":
        return []
    found = {
        row.stage
        for section in progress(song)
        for row in section.stages
        if row.in_use is None and _has_parents(song, STAGES[row.stage], section.label)
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


def places_wanted(song: Song) -> list[tuple[str, str]]:
    """Stages and sections of a song whose candidates wait for a decision, in stage order."""
    rows = [(row, section.label) for section in progress(song) for row in section.stages]
    places = [(row.stage, label) for row, label in rows if is_wanted(row)]
    return sorted(places, key=lambda place: list(STAGES).index(place[0]))


def is_wanted(row: StageProgress) -> bool:
    """Whether a stage of a section has candidates waiting for a decision."""
    return bool(row.waiting) and row.in_use is None


def _has_parents(song: Song, stage: Stage, section: str) -> bool:
    """Whether a section has approved candidates that a later stage can build on."""
    try:
        return bool(stage.needs) and bool(leaves(song, stage, section))
    except EngineError:
        return False


def _is_stale_anywhere(song: Song, candidate: Candidate) -> bool:
    """Whether a candidate is stale for a section that it is approved for, or was made for."""
    labels = [each.section.label for each in candidate.approvals] or [candidate.section.label]
    return any(is_stale(song, candidate, label) for label in labels)


def to_json(song: Song) -> dict[str, Any]:
    """Plain values for machines."""
    stale = [
        {"id": short(name), "stage": candidate.stage}
        for name, candidate in song.candidates.items()
        if _is_stale_anywhere(song, candidate)
    ]
    return {
        "song": song.song_id,
        "title": song.title,
        "sections": [
            {
                "label": section.label,
                "stages": {
                    row.stage: {
                        "in_use": row.in_use,
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
