"""Candidates that wait for a decision, and the record of which were shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.reports.readings import with_most_likely
from engine.stages import STAGES
from engine.state import listing
from engine.state.lineages import in_use, is_stale
from engine.state.songs import PENDING, Candidate, Song, song_stream
from engine.state.studio import Studio
from store.events import CandidatePlayed, CandidatesPresented
from store.records import NewEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate with its song.

    Attributes:
        id: candidate id.
        song: state of its song.
        state: state of the candidate.
    """

    id: str
    song: Song
    state: Candidate

    @property
    def status(self) -> str:
        """``pending``, ``approved`` or ``rejected``."""
        return self.state.status

    @property
    def label(self) -> str | None:
        """The label of its approval; else the one a person gave it; else None."""
        approval = self.state.approval
        return approval.label if approval else self.state.wanted_label

    @property
    def used_by(self) -> list[str]:
        """Labels of the sections that use it."""
        labels = [approval.section.label for approval in self.state.approvals]
        return [
            label for label in labels if in_use(self.song, label).get(self.state.stage) == self.id
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            "id": self.id,
            "song": self.song.song_id,
            "title": self.song.title,
            "stage": self.state.stage,
            "parents": self.state.parents,
            "section": self.state.section,
            "run": self.state.run,
            "rank": self.state.rank,
            "status": self.status,
            "label": self.label,
            "stale": is_stale(self.song, self.state),
            "used_by": self.used_by,
            "total": self.state.total,
            "terms": self.state.terms,
            "heard": with_most_likely(self.state.heard),
            "notes": self.state.notes,
            **self.state.description,
        }


def entries(songs: Iterable[Song]) -> list[Entry]:
    """All candidates of these songs, by run and then by rank."""
    return [
        Entry(candidate, song, state)
        for song in songs
        for candidate, state in sorted(song.candidates.items(), key=_order)
    ]


def _order(item: tuple[str, Candidate]) -> tuple[int, int]:
    return item[1].position, item[1].rank


def entries_in_use(song: Song, section: str) -> list[Entry]:
    """What a section of a song uses, in stage order."""
    used = in_use(song, section)
    return [Entry(used[stage], song, song.candidates[used[stage]])
            for stage in STAGES if stage in used]  # fmt: skip


def waiting(songs: Iterable[Song]) -> list[Entry]:
    """The candidates without a decision."""
    return [entry for entry in entries(songs) if entry.status == PENDING]


def newest_waiting(studio: Studio, limit: int | None = None) -> list[Song]:
    """The songs in which candidates wait that weren't passed over, the newest first.

    Args:
        studio: the studio.
        limit: as many songs as have so many of these candidates; None: all.
    """
    names: list[str] = []
    found = 0
    entries = ((name, each) for name, each in studio.waiting().items() if each.candidates)
    for name, each in sorted(entries, key=lambda item: -item[1].newest):
        if limit is not None and found >= limit:
            break
        names.append(name)
        found += each.candidates
    songs = studio.some_songs(names)
    return [songs[name] for name in names]


def newest_first(shown: Iterable[Entry]) -> list[Entry]:
    """Candidates by run, the newest first, and then by rank."""
    found = list(shown)
    newest: dict[tuple[str, str], int] = {}
    for entry in found:
        made = made_together(entry)
        newest[made] = max(newest.get(made, 0), entry.state.position)
    return sorted(found, key=lambda entry: (-newest[made_together(entry)], entry.state.rank))


def made_together(entry: Entry) -> tuple[str, str]:
    """Song and run of a candidate, which those that were made together have in common."""
    return entry.song.song_id, entry.state.run or entry.id


def is_passed_over(entry: Entry) -> bool:
    """Whether a candidate was left undecided when another of its section and stage was approved."""
    return listing.is_passed_over(entry.state, listing.last_approvals(entry.song))


def without_passed_over(shown: Sequence[Entry]) -> list[Entry]:
    """Those that weren't left undecided when another of their section and stage was approved."""
    approvals: dict[str, dict[tuple[str, str], int]] = {}
    for entry in shown:
        if entry.song.song_id not in approvals:
            approvals[entry.song.song_id] = listing.last_approvals(entry.song)
    return [
        entry
        for entry in shown
        if not listing.is_passed_over(entry.state, approvals[entry.song.song_id])
    ]


def entries_of(studio: Studio, song_id: str, candidates: Iterable[str]) -> list[Entry]:
    """The candidates of a song with these ids, in this order, each once."""
    song = studio.song(song_id)
    known = [each for each in dict.fromkeys(candidates) if each in song.candidates]
    return [Entry(each, song, song.candidates[each]) for each in known]


def present(
    studio: Studio,
    shown: Sequence[Entry],
    where: str,
    command: str,
    arrangements: Sequence[str] = (),
    order_seed: int | None = None,
) -> None:
    """Record which candidates were shown, in which order, where, and beside which others.

    Each song records its own; a studio that can't be written records nothing.

    Args:
        studio: the studio.
        shown: the candidates, in the order in which they were shown at once.
        where: ``terminal``, ``json``, ``yaml``, ``sound``, ``file``, ``arrangement`` or ``page``.
        command: the command that showed them.
        arrangements: ids of the arrangements that they were shown in, best first.
        order_seed: of which their order is made, see ``engine.gate.looks``; None if by rank.
    """
    for song_id in dict.fromkeys(entry.song.song_id for entry in shown):
        of_song = [
            (place, entry.id)
            for place, entry in enumerate(shown, start=1)
            if entry.song.song_id == song_id
        ]
        event = CandidatesPresented(
            candidates=[identifier for _, identifier in of_song],
            where=where,
            command=command,
            places=[place for place, _ in of_song],
            shown=len(shown),
            arrangements=list(arrangements),
            order_seed=order_seed,
        )
        studio.append_if_possible(song_stream(song_id), [NewEvent(event, actor=studio.actor)])


def record_play(studio: Studio, entry: Entry, seconds: float, command: str, *, alone: bool) -> None:
    """Record that a candidate was heard; a studio that can't be written records nothing.

    Args:
        studio: the studio.
        entry: the candidate.
        seconds: how long it sounded.
        command: the command that played it.
        alone: whether it was heard without what it is built on.
    """
    event = CandidatePlayed(candidate=entry.id, seconds=seconds, where=command, alone=alone)
    new = NewEvent(event, actor=studio.actor)
    studio.append_if_possible(song_stream(entry.song.song_id), [new])
