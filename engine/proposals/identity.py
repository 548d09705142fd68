"""Which song of the studio a proposal is a new version of, if it is one of any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.proposals.proposal import Proposal
from engine.state.finding import words_of
from engine.state.songs import Song


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of the song that a proposal is a version of.

    Attributes:
        song: id of the song that it revises; None if it is new or unclear.
        choices: ids of the songs that it could revise, where that is unclear.
    """

    song: str | None = None
    choices: tuple[str, ...] = ()


NEW = Identity()

Rule = Callable[[Proposal, Sequence[Song]], Identity | None]


def identities(proposals: Sequence[Proposal], songs: Mapping[str, Song]) -> list[Identity]:
    """The identity of each proposal, in their order.

    A song is known by thread and iteration or by an earlier document, else by the file that it
    came from, else by its title. Each rule takes its turn with all proposals, so that none takes
    the song that a better rule finds for another. An archived song is found only by thread and
    iteration, or by an earlier document; a copy of a song only by its title.

    Args:
        proposals: of one reading.
        songs: all songs of the studio, by id.
    """
    found: dict[int, Identity] = {}
    for rule in RULES:
        for index, proposal in enumerate(proposals):
            if index in found:
                continue
            # Several versions of one song in a reading are that song, and the last counts.
            taken = set() if rule is _by_id else {each.song for each in found.values()}
            free = [song for song in songs.values() if song.song_id not in taken]
            identity = rule(proposal, free)
            if identity is not None:
                found[index] = identity
    return [found.get(index, NEW) for index in range(len(proposals))]


def _by_id(proposal: Proposal, songs: Sequence[Song]) -> Identity | None:
    originals = [song for song in songs if song.is_original]
    thread = [song for song in originals if _same_iteration(proposal, song)]
    document = [song for song in originals if song.source.content_sha256 == proposal.content_sha256]
    same_id = [song for song in originals if song.song_id == proposal.song_id]
    for matches in (same_id, thread, document):
        if len(matches) == 1:
            return Identity(matches[0].song_id)
    return None


def _by_file_and_title(proposal: Proposal, songs: Sequence[Song]) -> Identity | None:
    return _only([song for song in _of_file(proposal, songs) if _same_title(proposal, song)])


def _by_file(proposal: Proposal, songs: Sequence[Song]) -> Identity | None:
    """By the file alone; unclear where nothing else is the same or there are several."""
    matches = [
        song
        for song in _of_file(proposal, songs)
        if not _other_iteration(proposal, song) or _alike(proposal, song)
    ]
    if not matches:
        return None
    alike = [song for song in matches if _alike(proposal, song)]
    plain = [song for song in alike if not _other_iteration(proposal, song)]
    return _only(plain) or Identity(choices=_ids(alike or matches))


def _by_title(proposal: Proposal, songs: Sequence[Song]) -> Identity | None:
    matches = [
        song
        for song in songs
        if not song.is_archived
        if _same_title(proposal, song) and not _other_iteration(proposal, song)
    ]
    if not matches:
        return None
    return _only(matches) or Identity(choices=_ids(matches))


RULES: tuple[Rule, ...] = (_by_id, _by_file_and_title, _by_file, _by_title)


def _only(songs: Sequence[Song]) -> Identity | None:
    return Identity(songs[0].song_id) if len(songs) == 1 else None


def _ids(songs: Iterable[Song]) -> tuple[str, ...]:
    return tuple(song.song_id for song in songs)


def _of_file(proposal: Proposal, songs: Sequence[Song]) -> list[Song]:
    return [
        song
        for song in songs
        if not song.is_archived and song.is_original
        if same_file(proposal.file, song.source.file)
    ]


def same_file(first: str, second: str) -> bool:
    """Whether two names can be of one file: read by itself, a file has no folder in its name."""
    one, other = (PurePosixPath(file).parts for file in (first, second))
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]


def _same_iteration(proposal: Proposal, song: Song) -> bool:
    ids = (proposal.thread_id, proposal.iteration_id)
    return all(ids) and ids == (song.source.thread_id, song.source.iteration_id)


def _other_iteration(proposal: Proposal, song: Song) -> bool:
    """Whether both say which iteration of which thread they are, and that differs."""
    ids = (proposal.thread_id, proposal.iteration_id)
    known = (song.source.thread_id, song.source.iteration_id)
    return all(ids) and all(known) and ids != known


def _same_title(proposal: Proposal, song: Song) -> bool:
    return words_of(proposal.title) == words_of(song.title) != ()


def _alike(proposal: Proposal, song: Song) -> bool:
    """Whether a file still has the same song: its title or concept, unless they were typed."""
    same_concept = proposal.concept and proposal.concept == song.concept
    return _same_title(proposal, song) or bool(same_concept) or "title" in song.edited
