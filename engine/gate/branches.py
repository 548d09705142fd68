"""Branches: a song goes on in another way from any moment, and both live on.

A branch has the song's events up to that moment in common with it; nothing of them is copied. What
is decided in one of the two afterwards, or undone, changes nothing in the other.
"""

from __future__ import annotations

from msgspec.structs import replace

from documents.findings import slug
from engine.errors import Refused
from engine.gate.edits import edited_values
from engine.gate.exports import proposal_at
from engine.gate.revising import free_id, new_proposal
from engine.state.finding import named, words_of
from engine.state.moments import song_as_of
from engine.state.songs import Song, song_stream
from engine.state.studio import DECIDING_PATIENCE_S, Studio
from store import events
from store.errors import StaleStream
from store.log import pauses
from store.records import NewEvent


def fork(studio: Studio, song_id: str, name: str, position: int | None = None) -> str:
    """Begin a branch of a song.

    Args:
        studio: the studio.
        song_id: full id of the song, which may be a branch itself.
        name: title of the branch.
        position: of the last event that both have; by default the song's last.

    Returns:
        id of the branch.

    Raises:
        Refused: if the name is none, or another song has it.
        NotFound: if the song wasn't there yet.
    """
    song = studio.song(song_id)
    then = song if position is None else song_as_of(studio, song, position)
    title = edited_values(song, title=name)["title"]
    _refuse_taken(studio, title)
    for _ in pauses(DECIDING_PATIENCE_S):
        branch = free_id(slug(title) or "song", [song_id, then.touched, title], studio.listed())
        try:
            studio.append(song_stream(branch), _beginning(studio, then, branch, title), 0)
        except StaleStream:  # another process began one just so
            continue
        return branch
    raise Refused(f"branches called {title} are being made all the time", "try again")


def branches_of(songs: list[Song], song_id: str) -> list[Song]:
    """The branches that began from a song, in the order in which they did."""
    found = [song for song in songs if song.past and song.past[-1].song_id == song_id]
    return sorted(found, key=lambda song: song.began)


def _refuse_taken(studio: Studio, title: str) -> None:
    for other in studio.listed().values():
        if not other.is_archived and words_of(other.title) == words_of(title):
            raise Refused(f"there is {named(other)} already", "choose another name with --as")


def _beginning(studio: Studio, then: Song, branch: str, title: str) -> list[NewEvent]:
    """The events that begin a branch: what it is one of, and its own title."""
    forked = events.SongForked(song_id=branch, origin=then.song_id, position=then.touched)
    own = replace(
        proposal_at(studio, then.position),
        song_id=branch,
        title=title,
        revision=then.revision,
        edited=sorted({*then.edited, "title"}),
        copied_from=None,
        takes_back=None,
        redoes=None,
    )
    return [NewEvent(forked, actor=studio.actor), new_proposal(studio, own)]
