"""What leads from a file back to its song: an index of what was written, and of arrangements."""

from __future__ import annotations

import msgspec

from engine.state.listing import SONGS
from engine.state.songs import Song
from store.indexes import Index


class Origin(msgspec.Struct, frozen=True):
    """A song that something comes from.

    Attributes:
        song_id: the song.
    """

    song_id: str


def _origins(key: str, song: Song) -> dict[str, Origin]:
    names = [
        *(written.sha256 for written in song.exports.values()),
        *song.exports,
        *song.arrangements,
    ]
    return {f"{name} {key}": Origin(key) for name in names}


# By the SHA-256 of a file, its path from the studio's folder, or the id of an arrangement.
ORIGINS = Index("origins of files", 1, Origin, SONGS, _origins)
