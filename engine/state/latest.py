"""Which song had something happen to it last: an index, so that no other song is read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.state.listing import SONGS
from engine.state.songs import Song
from store.indexes import Index

# What may have happened to a song: a decision on a candidate, a change of the song, an undo, any
# event. Decisions in archived songs stand apart.
DECIDED, ARCHIVED_DECIDED, CHANGED, UNDONE, TOUCHED = (
    "decided", "archived decided", "changed", "undone", "touched",
)  # fmt: skip

_MOST = 10**15  # more than any position


class Happened(msgspec.Struct, frozen=True):
    """When something happened to a song last.

    Attributes:
        song_id: the song.
        position: of the event.
    """

    song_id: str
    position: int


def _latest(key: str, song: Song) -> dict[str, Happened]:
    return {
        f"{what} {_MOST - position:015} {_MOST - song.began:015} {key}": Happened(key, position)
        for what, position in _positions(song)
        if position
    }


def _positions(song: Song) -> Iterator[tuple[str, int]]:
    """What happened to a song, and the position of the last event of it that holds; 0 without."""
    decided = [
        *(each for state in song.candidates.values() for each in state.decisions),
        *(use for use in song.uses if use.candidate in song.candidates),
        *song.preferences,
    ]
    yield (
        ARCHIVED_DECIDED if song.is_archived else DECIDED,
        max((each.position for each in decided), default=0),
    )
    yield CHANGED, song.changes[-1].position if song.changes else 0
    yield UNDONE, max((each.position for each in song.undone.values()), default=0)
    yield TOUCHED, song.touched


# The last comes first; of a song and its branch, which have events in common, the branch.
LATEST = Index("songs by what came last", 1, Happened, SONGS, _latest)
