"""Songs: proposals accepted into the studio."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from engine.ids import digest
from engine.proposals import Proposal
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from store.events import SongProposed, Source
from store.records import NewEvent

ADDED, REVISED, UNCHANGED = "added", "revised", "unchanged"


@dataclass(slots=True)
class AddedSongs:
    """The result of adding proposals.

    Attributes:
        added: ids of new songs.
        revised: ids of songs that changed.
        unchanged: ids of songs that did not change.
        superseded: files with a version of a song that a later file replaces.
    """

    added: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)


def add_songs(studio: Studio, proposals: tuple[Proposal, ...]) -> AddedSongs:
    """Append an event for every new or changed proposal.

    An unchanged proposal appends nothing; a changed one is a revision of its song.
    """
    last = {proposal.song_id: proposal for proposal in proposals}
    outcome = AddedSongs(superseded=[p.file for p in proposals if last[p.song_id] is not p])
    known = studio.songs()
    for proposal in last.values():
        result = _add(studio, proposal, known.get(proposal.song_id))
        getattr(outcome, result).append(proposal.song_id)
    return outcome


def _add(studio: Studio, proposal: Proposal, song: Song | None) -> str:
    if _is_unchanged(proposal, song):
        return UNCHANGED

    def proposed() -> list[NewEvent]:
        fresh = studio.songs().get(proposal.song_id)
        return [] if _is_unchanged(proposal, fresh) else [_proposed(studio, proposal, fresh)]

    if not studio.decide(song_stream(proposal.song_id), proposed):
        return UNCHANGED
    return ADDED if song is None else REVISED


def _is_unchanged(proposal: Proposal, song: Song | None) -> bool:
    facts = _facts(proposal)
    return song is not None and all(getattr(song, name) == value for name, value in facts.items())


def _proposed(studio: Studio, proposal: Proposal, song: Song | None) -> NewEvent:
    event = SongProposed(
        song_id=proposal.song_id,
        revision=1 if song is None else song.revision + 1,
        source=Source(
            file=proposal.file,
            thread_id=proposal.thread_id,
            iteration_id=proposal.iteration_id,
            content_sha256=proposal.content_sha256,
        ),
        raw=proposal.raw,
        warnings=list(proposal.warnings),
        **_facts(proposal) | {"moods": list(proposal.moods), "genres": list(proposal.genres)},
    )
    return NewEvent(event, actor=studio.actor, event_id=digest(msgspec.to_builtins(event)))


def _facts(proposal: Proposal) -> dict[str, Any]:
    """The fields whose changes make a revision."""
    return {
        "title": proposal.title,
        "colour": proposal.colour.name,
        "key": str(proposal.key),
        "tonic_pitch_class": proposal.key.tonic_pitch_class,
        "mode": proposal.key.mode,
        "meter": str(proposal.meter),
        "tempo_bpm": float(proposal.tempo_bpm),
        "tempo_marking": proposal.tempo_marking,
        "concept": proposal.concept,
        "moods": tuple(proposal.moods),
        "genres": tuple(proposal.genres),
        "singer": proposal.singer,
    }
