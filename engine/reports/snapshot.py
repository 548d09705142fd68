"""A song as of a moment, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.reports.progress import to_json
from engine.state.lineages import in_use, sections
from engine.state.listing import ListedSong, listed_song
from engine.state.songs import Song, last_arrangement

if TYPE_CHECKING:
    from engine.state.studio import Studio


def listed(song: Song) -> dict[str, Any]:
    """The facts by which a song is listed; of a branch, where it began."""
    return facts(listed_song(song))


def facts(song: ListedSong) -> dict[str, Any]:
    """The facts by which a song is listed, for machines."""
    found = {
        "id": song.song_id,
        "title": song.title,
        "colour": song.colour,
        "key": song.key,
        "meter": song.meter,
        "tempo_bpm": song.tempo_bpm,
        "revision": song.revision,
    }
    if song.branch_of is None:
        return found
    origin, until = song.branch_of
    return found | {"branch_of": {"song": origin, "event": until}}


def songs_page(
    studio: Studio, after: str | None, limit: int, *, archived: bool
) -> list[ListedSong]:
    """At most so many songs that are archived, or that aren't, in the order of their ids.

    Args:
        studio: the studio.
        after: the id to start behind.
        limit: at most so many.
        archived: which of both.
    """
    found: list[ListedSong] = []
    while len(found) < limit:
        page = studio.listed(after, limit)
        found += (song for song in page.values() if song.is_archived == archived)
        if len(page) < limit:
            break
        after = list(page)[-1]
    return found[:limit]


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
