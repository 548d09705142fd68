"""Decisions on songs themselves: revise, copy, archive."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from documents.findings import slug
from documents.lyrics import LyricSheet
from engine.errors import Refused
from engine.gate.decisions import CandidateMusic, music_of
from engine.gate.exports import proposal_at
from engine.gate.transposing import Transposer
from engine.gate.waiting import Entry, is_passed_over
from engine.ids import digest
from engine.runs.contexts import SongFacts
from engine.state.listing import ListedSong
from engine.state.songs import (
    APPROVED,
    ARCHIVED,
    PENDING,
    Song,
    song_stream,
    why_revised,
)
from engine.state.studio import Studio
from genomes import Key
from store import events
from store.records import NewEvent, Recorded

# Groups of fields that a person sets at once, by the name that they have in ``edited``.
FIELD_GROUPS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "colour": ("colour",),
    "key": ("key", "tonic_pitch_class", "mode"),
    "meter": ("meter", "tempo_marking"),
    "tempo_bpm": ("tempo_bpm",),
    "concept": ("concept",),
    "singer": ("singer",),
}
FACTS = (
    *(field for fields in FIELD_GROUPS.values() for field in fields),
    *("moods", "genres"),
)

ID_HEX_DIGITS = 8

# Decisions on candidates that a copy of a song takes over.
COPIED = (
    *(events.CandidateApproved, events.CandidateUsed),
    *(events.CandidateNoted, events.CandidateLabelled),
    events.PreferenceStated,
)


def facts_of(song: SongFacts) -> dict[str, Any]:
    """The fields of a song whose changes make a revision."""
    facts = {name: getattr(song, name) for name in FACTS}
    return facts | {name: tuple(facts[name]) for name in ("moods", "genres")}


def propose(
    studio: Studio, song_id: str, make: Callable[[Song | None], events.SongProposed | None]
) -> list[Recorded]:
    """Append a new song, or a revision of one with the transpositions that its key asks for.

    Args:
        studio: the studio.
        song_id: full id of the song.
        make: the event from the state of the song, None for a new one; None if nothing changes.

    Returns:
        the proposal and the transpositions; empty if nothing changed.
    """

    def revision() -> list[NewEvent]:
        song = studio.some_songs([song_id]).get(song_id)
        event = make(song)
        if event is None:
            return []
        return with_transpositions(studio, song, event) if song else [new_proposal(studio, event)]

    return studio.decide(song_stream(song_id), revision)


def new_proposal(
    studio: Studio, event: events.SongProposed, event_id: str | None = None
) -> NewEvent:
    """A proposal to append; the same one has the same event id, unless it is given another."""
    identifier = event_id or digest(msgspec.to_builtins(event))
    return NewEvent(event, actor=studio.actor, event_id=identifier)


def with_transpositions(
    studio: Studio,
    song: Song,
    event: events.SongProposed,
    event_id: str | None = None,
    earlier: Song | None = None,
) -> list[NewEvent]:
    """A revision of a song to append, with the transpositions that its key asks for.

    Args:
        studio: the studio.
        song: the song before.
        event: the revision.
        event_id: id of its event; see ``new_proposal``.
        earlier: the song as it was, where the candidates go back to the keys that they were in.
    """
    proposed = new_proposal(studio, event, event_id)
    moved = Transposer(studio, song, Key.parse(event.key), earlier).transpositions()
    return [
        proposed,
        *(
            NewEvent(each, actor="engine", event_id=digest(proposed.event_id, each.candidate))
            for each in moved
        ),
    ]


def edit(studio: Studio, song_id: str, values: Mapping[str, Any]) -> list[Recorded]:
    """Give a song other values; those of its document no longer count where they were typed.

    Args:
        studio: the studio.
        song_id: full id of the song.
        values: fields of ``FACTS`` and their new values.

    Returns:
        what was appended; empty if the song has these values.
    """

    def edited(song: Song | None) -> events.SongProposed | None:
        assert song is not None  # noqa: S101 - songs stay in the log
        changed = {name for name, value in values.items() if getattr(song, name) != value}
        if not changed:
            return None
        groups = [group for group, fields in FIELD_GROUPS.items() if changed.intersection(fields)]
        return replace(
            proposal_at(studio, song.position),
            **_as_event(dict(values)),
            revision=song.revision + 1,
            edited=sorted({*song.edited, *groups}),
            copied_from=None,
            takes_back=None,
            redoes=None,
        )

    return propose(studio, song_id, edited)


def _as_event(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: list(each) if isinstance(each, tuple) else each for name, each in facts.items()}


def archive(studio: Studio, song_id: str) -> list[Recorded]:
    """Put a song away; raises Refused if it is."""

    def archiving() -> list[NewEvent]:
        if studio.song(song_id).is_archived:
            raise Refused(
                f"{song_id} is archived already", f"engine undo --song {song_id} brings it back"
            )
        return [NewEvent(events.SongArchived(song_id=song_id), actor=studio.actor)]

    return studio.decide(song_stream(song_id), archiving)


def restore(studio: Studio, song_id: str) -> list[Recorded]:
    """Bring an archived song back; nothing is appended for any other."""
    return studio.decide(song_stream(song_id), lambda: restoring(studio, studio.song(song_id)))


def restoring(studio: Studio, song: Song, event_id: str | None = None) -> list[NewEvent]:
    """The event that brings an archived song back; none for any other."""
    archived = [change.event_id for change in song.changes if change.kind == ARCHIVED]
    if not archived:
        return []
    restored = events.SongRestored(song_id=song.song_id, takes_back=archived[-1])
    return [NewEvent(restored, actor=studio.actor, event_id=event_id or uuid4().hex)]


def duplicate(studio: Studio, song_id: str, title: str | None = None) -> str:
    """Copy a song with its approved parts that fit it, and the candidates that wait on them.

    Its words are copied too, and notes and labels. What was passed over or rejected isn't.

    Args:
        studio: the studio.
        song_id: full id of the song.
        title: title of the copy; by default a new one made of the song's.

    Returns:
        id of the copy.
    """
    song, songs = studio.song(song_id), studio.listed()
    named = title or _free_title(song.title, songs.values())
    version = studio.log.version(song_stream(song_id))
    copy_id = free_id(f"{slug(named) or 'song'}", [song_id, version, named], songs)
    proposed = replace(
        proposal_at(studio, song.position),
        song_id=copy_id,
        revision=1,
        title=named,
        edited=sorted({*song.edited, "title"}),
        copied_from=events.Fork(song_id=song_id, version=version),
        takes_back=None,
        redoes=None,
    )
    approved, waiting = _copied(song)
    # What waits comes after the approvals, so that these don't pass it over.
    copies = (*_copies(studio, song, approved), *_copies(studio, song, waiting))
    batch = [
        new_proposal(studio, proposed),
        *(NewEvent(event, actor=studio.actor) for event in (*_words(song), *copies)),
    ]
    studio.append(song_stream(copy_id), batch, 0)
    return copy_id


def _copied(song: Song) -> tuple[list[Entry], list[Entry]]:
    """The candidates that a copy of a song has: those approved, and those that wait on them."""
    fitting = [
        Entry(name, song, state)
        for name, state in song.candidates.items()
        if not why_revised(song, state)
    ]
    approved = [entry for entry in fitting if entry.status == APPROVED]
    names = {entry.id for entry in approved}
    waiting = [
        entry
        for entry in fitting
        if entry.status == PENDING
        and not is_passed_over(entry)
        and names.issuperset(entry.state.parents)
    ]
    return approved, waiting


def _copies(studio: Studio, song: Song, copied: Sequence[Entry]) -> Iterator[events.Payload]:
    """Candidates as parts of a copy of their song, and the decisions on them."""
    music = {entry.id: music_of(studio, entry) for entry in copied}
    yield from (_part_copied(song, entry, music[entry.id]) for entry in copied)
    yield from _decisions(studio, song, music)


def _free_title(title: str, songs: Iterable[ListedSong]) -> str:
    taken = {song.title.casefold() for song in songs}
    number, named = 1, f"{title} (copy)"
    while named.casefold() in taken:
        number += 1
        named = f"{title} (copy {number})"
    return named


def free_id(name: str, identity: Any, songs: Container[str]) -> str:
    """A readable id that no song has."""
    number = 0
    while (found := f"{name}-{digest(identity, number)[:ID_HEX_DIGITS]}") in songs:
        number += 1
    return found


def _words(song: Song) -> Iterator[events.WordsGiven]:
    """The event that gives a copy the words of a song, if it has any."""
    if song.words is not None:
        sheet = LyricSheet.of_words(song.words.sections, song.words.repeats)
        yield events.WordsGiven(file=song.song_id, lyrics=sheet.rows())


def _part_copied(song: Song, entry: Entry, music: CandidateMusic) -> events.PartCopied:
    state = entry.state
    run = song.runs.get(state.run or "")
    return events.PartCopied(
        candidate=entry.id,
        run=state.run,
        rank=state.rank,
        stage=state.stage,
        section=state.section,
        parents=list(state.parents),
        total=state.total,
        terms=state.terms,
        heard=state.heard,
        description=state.description,
        part=music.part,
        genome=music.genome,
        lyrics=run.lyrics if run else None,
        singer=run.singer if run else None,
        under=run.under if run else None,
    )


def _decisions(
    studio: Studio, song: Song, music: Mapping[str, CandidateMusic]
) -> Iterator[events.Payload]:
    """The decisions on copied candidates that hold, oldest first, with the notes of today."""
    holding = {
        *(use.event_id for use in song.uses),
        *(stated.event_id for stated in song.preferences),
        *(approval.event_id for name in music for approval in song.candidates[name].approvals),
    }
    for recorded in studio.song_events(song):
        event = recorded.payload
        if not isinstance(event, COPIED) or event.candidate not in music:
            continue
        if isinstance(event, events.CandidateNoted | events.CandidateLabelled):
            yield event
        elif recorded.event_id not in holding:
            continue
        elif isinstance(event, events.CandidateApproved):
            yield replace(event, part=music[event.candidate].part)
        elif isinstance(event, events.PreferenceStated):
            yield replace(event, among=[each for each in event.among if each in music])
        else:
            yield replace(event, keeps=[each for each in event.keeps if each.candidate in music])
