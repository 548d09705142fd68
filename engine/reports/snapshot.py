"""A song as of a moment, in plain values."""

from __future__ import annotations

from typing import Any

from engine.reports.progress import to_json
from engine.state.lineages import in_use, sections
from engine.state.songs import Song, last_arrangement


def listed(song: Song) -> dict[str, Any]:
    """The facts by which a song is listed; of a branch, where it began."""
    facts = {
        "id": song.song_id,
        "title": song.title,
        "colour": song.colour,
        "key": song.key,
        "meter": song.meter,
        "tempo_bpm": song.tempo_bpm,
        "revision": song.revision,
    }
    return facts | ({"branch_of": branch_of(song)} if song.past else {})


def branch_of(song: Song) -> dict[str, Any] | None:
    """The song that this one is a branch of, and the last event of their common past."""
    if not song.past:
        return None
    return {"song": song.past[-1].song_id, "event": song.past[-1].until}


def snapshot(song: Song, position: int) -> dict[str, Any]:
    """A song for machines.

    Args:
        song: its state as of the moment.
        position: of the moment in the log.
    """
    arrangement = last_arrangement(song)
    approvals: list[dict[str, Any]] = [
        {
            "candidate": name,
            "stage": state.stage,
            "section": approval.section.label,
            "label": approval.label,
            "event": approval.position,
        }
        for name, state in song.candidates.items()
        for approval in state.approvals
    ]
    return (
        listed(song)
        | {
            "at": position,
            "event": song.touched,
            "archived": song.is_archived,
            "concept": song.concept,
            "approved": sorted(approvals, key=lambda each: each["event"]),
            "in_use": {label: in_use(song, label) for label in sections(song)},
            "words": song.words,
            "plan": arrangement.plan if arrangement else None,
        }
        | {"progress": to_json(song)}
    )
