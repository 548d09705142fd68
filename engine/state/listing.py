"""What is listed and looked up of songs without reading all of their state: indexes of it."""

from __future__ import annotations

import msgspec

from engine.state.song_events import SongProjection
from engine.state.songs import PENDING, Candidate, Song
from store.indexes import Index

SONGS = SongProjection()


class ListedSong(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts by which a song is listed and found.

    Attributes:
        branch_of: the song that it is a branch of, and the last event of their common past.
    """

    song_id: str
    title: str
    colour: str
    key: str
    meter: str
    tempo_bpm: float
    revision: int
    is_archived: bool = False
    branch_of: tuple[str, int] | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a decision in a song.

    Attributes:
        candidates: how many do, without those passed over.
        passed_over: how many of those there are.
        newest: position of the event that brought the newest that isn't passed over; 0 without one.
    """

    candidates: int
    passed_over: int
    newest: int


class OfSong(msgspec.Struct, frozen=True):
    """That a song has a candidate; the key is the candidate's id and the song's."""


def listed_song(song: Song) -> ListedSong:
    """The facts by which a song is listed and found."""
    past = song.past[-1] if song.past else None
    return ListedSong(
        song_id=song.song_id,
        title=song.title,
        colour=song.colour,
        key=song.key,
        meter=song.meter,
        tempo_bpm=song.tempo_bpm,
        revision=song.revision,
        is_archived=song.is_archived,
        branch_of=None if past is None else (past.song_id, past.until),
    )


def last_approvals(song: Song) -> dict[tuple[str, str], int]:
    """Stage and section -> position of the last approval for it that holds."""
    found: dict[tuple[str, str], int] = {}
    for candidate in song.candidates.values():
        for approval in candidate.approvals:
            place = candidate.stage, approval.section.label
            found[place] = max(found.get(place, 0), approval.position)
    return found


def is_passed_over(candidate: Candidate, approvals: dict[tuple[str, str], int]) -> bool:
    """Whether it was left undecided when another of its section and stage was approved.

    Args:
        candidate: its state.
        approvals: the song's ``last_approvals``.
    """
    last = approvals.get((candidate.stage, candidate.section.label), 0)
    return candidate.status == PENDING and candidate.position < last


def _waiting(key: str, song: Song) -> dict[str, Waiting]:
    if song.is_archived:
        return {}
    approvals = last_approvals(song)
    pending = [each for each in song.candidates.values() if each.status == PENDING]
    shown = [each.position for each in pending if not is_passed_over(each, approvals)]
    if not pending:
        return {}
    passed_over = len(pending) - len(shown)
    newest = max(shown, default=0)
    return {key: Waiting(candidates=len(shown), passed_over=passed_over, newest=newest)}


def _candidates(key: str, song: Song) -> dict[str, OfSong]:
    return {f"{candidate} {key}": OfSong() for candidate in song.candidates}


def outline(song: Song) -> Song:
    """A song with what proposals and people said of it, without any part, run, file or lyrics."""
    return msgspec.structs.replace(
        song, bases={}, candidates={}, runs={}, labels={}, uses=(), preferences=(), remarks=(),
        undone={}, exports={}, compositions={}, arrangements={}, words=None, earlier_words=(),
        touched=0,
    )  # fmt: skip


LISTED = Index("song list", 1, ListedSong, SONGS, lambda key, song: {key: listed_song(song)})
WAITING = Index("songs waiting", 1, Waiting, SONGS, _waiting)
CANDIDATES = Index("candidates of songs", 1, OfSong, SONGS, _candidates)
OUTLINES = Index("song outlines", 1, Song, SONGS, lambda key, song: {key: outline(song)})
