"""Songs: proposals accepted into the studio."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.findings import Refusal, slug
from engine.gate.revising import (
    FIELD_GROUPS,
    facts_of,
    free_id,
    propose,
    restore,
)
from engine.proposals import Proposal
from engine.proposals.identity import Identity, identities
from engine.proposals.proposal import parse_proposal
from engine.state.songs import Song
from engine.state.studio import Studio
from store.events import SongProposed, Source

ADDED, REVISED, UNCHANGED = "added", "revised", "unchanged"

# Which song an unclear proposal revises, or that it is a new one, or neither (None).
Choose = Callable[[Proposal, tuple[str, ...]], Identity | None]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A proposal that was not added, because it could be a revision or a new song.

    Attributes:
        proposal: the proposal.
        choices: ids of the songs that it could revise.
    """

    proposal: Proposal
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A value that was typed and stays, because the document didn't change there.

    Attributes:
        song: id of the song.
        field: name of the field.
        value: the song's value.
        in_document: the document's value.
    """

    song: str
    field: str
    value: Any
    in_document: Any


@dataclass(slots=True)
class AddedSongs:
    """The result of adding proposals.

    Attributes:
        added: ids of new songs.
        revised: ids of songs that changed.
        unchanged: ids of songs that did not change.
        superseded: files with a version of a song that a later file replaces.
        unclear: proposals that were not added.
        kept: typed values that differ from the document's.
        ids: ids of the songs of the proposals, in their order; None if it was not added.
        before: songs that were known, as they were before.
    """

    added: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    kept: list[KeptValue] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    before: dict[str, Song] = field(default_factory=dict)


def add_songs(
    studio: Studio,
    proposals: tuple[Proposal, ...],
    choose: Choose = lambda *_: None,
    typed: Collection[str] = (),
) -> AddedSongs:
    """Append an event for every new or changed proposal.

    An unchanged proposal appends nothing; a changed one is a revision of its song. An archived
    song whose proposal is added again is back.

    Args:
        studio: the studio.
        proposals: of one reading.
        choose: asked about each unclear proposal, with the ids of the songs that it could revise.
        typed: names of the fields that were typed instead of the documents'.
    """
    known = studio.outlines()
    outcome = AddedSongs()
    last: dict[str, Proposal] = {}
    for proposal, found in zip(proposals, identities(proposals, known), strict=True):
        identity = choose(proposal, found.choices) if found.choices else found
        outcome.ids.append(None if identity is None else identity.song or proposal.song_id)
        if identity is None:
            outcome.unclear.append(Unclear(proposal, found.choices))
            continue
        song_id = outcome.ids[-1] or ""
        if song_id in last:
            outcome.superseded.append(last[song_id].file)
        last[song_id] = proposal
    for song_id, proposal in last.items():
        result = _add(studio, proposal, song_id, outcome, typed, is_known=song_id in known)
        getattr(outcome, result).append(song_id)
    return outcome


def add_as(
    studio: Studio, proposal: Proposal, song_id: str | None, typed: Collection[str] = ()
) -> AddedSongs:
    """Add a proposal as a revision of a song, or as a new song whatever is known of it.

    Args:
        studio: the studio.
        proposal: the proposal.
        song_id: full id of the song that it revises; None for a new song.
        typed: names of the fields that were typed instead of the document's.
    """
    known = studio.listed()
    target = song_id
    if target is None:
        target = proposal.song_id
        if target in known:
            name = slug(proposal.iteration_id or "") or slug(proposal.title) or "song"
            target = free_id(name, [proposal.song_id], known)
    outcome = AddedSongs(ids=[target])
    result = _add(studio, proposal, target, outcome, typed, is_known=target in known)
    getattr(outcome, result).append(target)
    return outcome


def new_song(proposal: Proposal) -> SongProposed:
    """The event by which a proposal becomes a new song."""
    return _proposed(proposal, proposal.song_id, 1, _facts(proposal), ())


def _add(
    studio: Studio,
    proposal: Proposal,
    song_id: str,
    outcome: AddedSongs,
    typed: Collection[str],
    *,
    is_known: bool,
) -> str:
    """Add or revise one song; returns what became of it."""
    if is_known:
        outcome.before[song_id] = studio.song(song_id)
    restored = restore(studio, song_id) if is_known else []

    def revision(song: Song | None) -> SongProposed | None:
        if song is None:
            return _proposed(proposal, song_id, 1, _facts(proposal), typed)
        facts, edited, kept = _merged(studio, proposal, song, typed)
        outcome.kept = [*(each for each in outcome.kept if each.song != song_id), *kept]
        if facts == facts_of(song):
            return None
        return _proposed(proposal, song_id, song.revision + 1, facts, {*edited, *typed})

    if not propose(studio, song_id, revision) and not restored:
        return UNCHANGED
    return REVISED if is_known else ADDED


def _merged(
    studio: Studio, proposal: Proposal, song: Song, typed: Collection[str]
) -> tuple[dict[str, Any], list[str], list[KeptValue]]:
    """The facts of a revision, the names of those that were typed, and what stays of them.

    A typed value stays until the document has another value there than it had.
    """
    facts = _facts(proposal)
    if not song.edited:
        return facts, [], []
    before = _document_facts(studio, song)
    now = facts_of(song)
    edited, kept = [], []
    for name in set(song.edited) - set(typed):
        fields = FIELD_GROUPS[name]
        if before is None or any(before[each] != facts[each] for each in fields):
            continue
        edited.append(name)
        if now[name] != facts[name]:
            kept.append(KeptValue(song.song_id, name, now[name], facts[name]))
        facts |= {each: now[each] for each in fields}
    return facts, edited, kept


def _document_facts(studio: Studio, song: Song) -> dict[str, Any] | None:
    """The facts of a song's last document; None if it could be read only with overrides."""
    event = studio.event(song.position).payload
    assert isinstance(event, SongProposed)  # noqa: S101 - the song's state says so
    read = parse_proposal(event.raw, event.source.file)
    return None if isinstance(read, Refusal) else _facts(read)


def _proposed(
    proposal: Proposal, song_id: str, revision: int, facts: Mapping[str, Any], edited: Iterable[str]
) -> SongProposed:
    return SongProposed(
        song_id=song_id,
        revision=revision,
        source=Source(
            file=proposal.file,
            thread_id=proposal.thread_id,
            iteration_id=proposal.iteration_id,
            content_sha256=proposal.content_sha256,
        ),
        raw=proposal.raw,
        warnings=list(proposal.warnings),
        edited=sorted(edited),
        **{**facts, "moods": list(facts["moods"]), "genres": list(facts["genres"])},
    )


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
