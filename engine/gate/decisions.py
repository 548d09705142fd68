"""Decisions on candidates: approve, reject, label, note, undo. Each is appended as an event."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from engine.errors import EngineError, NotFound, Refused, quoted
from engine.gate.labels import as_named, file_label, free_label, section_label
from engine.gate.waiting import Entry
from engine.ids import short
from engine.state.latest import DECIDED
from engine.state.lineages import sections
from engine.state.songs import (
    APPROVED,
    REJECTED,
    Candidate,
    Song,
    Transposed,
    decisions_on,
    song_stream,
)
from engine.state.studio import Studio
from store import events
from store.records import NewEvent, Recorded

Make = Callable[[Entry], list[events.Payload]]


def find_entry(studio: Studio, prefix: str, song_id: str | None = None) -> Entry:
    """The candidate whose id is this or begins with it; see ``Studio.candidate``."""
    song, candidate = studio.candidate(prefix, song_id)
    return Entry(candidate, song, song.candidates[candidate])


def approve(
    studio: Studio,
    prefix: str,
    label: str | None = None,
    policy: str | None = None,
    note: str | None = None,
    song_id: str | None = None,
    section: str | None = None,
) -> Recorded:
    """Approve a candidate; the event holds its notes.

    Args:
        studio: the studio.
        prefix: beginning of the candidate's id.
        label: label of the part; by default the one it was given before, else its section's.
        policy: name of the rule that approves it, if it isn't a person.
        note: a comment to record with it.
        song_id: the song, if several have the same music.
        section: label of the section that it is approved for; the one it was made for if None.
            One candidate can be approved for several.

    Raises:
        Refused: if it is approved already for the section, or one of its parents isn't; then the
            note is not recorded.
    """

    def make(entry: Entry) -> list[events.Payload]:
        event = approval(studio, entry, label, policy, section=section)
        return [event] if note is None else [noting(entry, note), event]

    return decide(studio, prefix, make, song_id)


def known_approval(
    studio: Studio,
    prefix: str,
    label: str | None = None,
    note: str | None = None,
    song_id: str | None = None,
    section: str | None = None,
) -> Recorded | None:
    """The approval that an equal one would repeat; None if there is none. See ``approve``.

    The section, the label and the note must be those of the approval.
    """
    entry = find_entry(studio, prefix, song_id)
    wanted = entry.state.section.label if section is None else section
    known = entry.state.approval_for(wanted)
    if known is None or label not in {None, known.display_label}:
        return None
    if note is not None and note not in entry.state.notes:
        return None
    return studio.event(known.position)


class CandidateMusic(NamedTuple):
    """The notes and the genome of a candidate, as in the log; imported notes have no genome."""

    part: events.Plain
    genome: events.Plain


def approval(
    studio: Studio,
    entry: Entry,
    label: str | None = None,
    policy: str | None = None,
    music: CandidateMusic | None = None,
    section: str | None = None,
) -> events.CandidateApproved:
    """The event that approves a candidate; pass ``music`` if the log doesn't have it yet."""
    place = _approved_section(entry, section)
    default_label = entry.state.wanted_label if section is None else None
    display_label = (default_label or place.label) if label is None else label
    requested_label = section_label(display_label) if label is None else file_label(display_label)
    stage = entry.state.stage
    notes = music or music_of(studio, entry)
    return events.CandidateApproved(
        candidate=entry.id,
        run=entry.state.run,
        stage=stage,
        section=place,
        label=free_label(entry.song, stage, requested_label, entry.id),
        display_label=display_label,
        part=notes.part,
        genome=notes.genome,
        description=entry.state.description,
        context_position=entry.state.built_on,
        parents=list(entry.state.parents),
        policy=policy,
    )


def _approved_section(entry: Entry, label: str | None) -> events.Section:
    """The section that a candidate is to be approved for."""
    made_for = entry.state.section
    if label is not None and not label.strip():
        raise Refused("--section: expected a label, such as verse")
    label = as_named((made_for.label, *sections(entry.song)), label or made_for.label)
    place = made_for if label == made_for.label else replace(made_for, label=label)
    known = entry.state.approval_for(place.label)
    if known is not None:
        raise Refused(
            f"{short(entry.id)} is approved already as {known.label}",
            f"run engine undo {short(entry.id)} to take that back, or engine approve "
            f"{short(entry.id)} --section LABEL to have another section use it too",
        )
    for parent in entry.state.parents:
        state = entry.song.candidates.get(parent)
        if place is not made_for and (state is None or state.approval_for(place.label) is None):
            raise Refused(
                f"{short(entry.id)} stands on {short(parent)}, not approved for {place.label}",
                f"run engine approve {short(parent)} --section {quoted(place.label)} first",
            )
    return place


def music_of(studio: Studio, entry: Entry) -> CandidateMusic:
    """The notes of a candidate, in the key that it was transposed to, and its genome."""
    music = composed_music(studio.event(entry.state.position).payload, entry.id)
    if entry.state.transposed is None:
        return music
    return CandidateMusic(_transposed_notes(studio, entry.state.transposed), music.genome)


def approved_notes(
    studio: Studio, state: Candidate, approved: events.CandidateApproved
) -> events.Plain:
    """The notes of an approved candidate, in the key that it was transposed to."""
    if state.transposed is None:
        return approved.part
    return _transposed_notes(studio, state.transposed)


def _transposed_notes(studio: Studio, transposed: Transposed) -> events.Plain:
    event = studio.event(transposed.position).payload
    assert isinstance(event, events.PartTransposed)  # noqa: S101 - the candidate's state says so
    return event.part


def composed_music(added: events.Payload, candidate: str) -> CandidateMusic:
    """The notes and the genome of a candidate as the event that added it has them."""
    if isinstance(added, events.PartImported | events.PartCopied):
        return CandidateMusic(added.part, added.genome)
    if isinstance(added, events.CandidateBrought):
        return CandidateMusic(added.survivor.part, added.survivor.genome)
    assert isinstance(added, events.RunFinished)  # noqa: S101 - nothing else adds candidates
    found = next(survivor for survivor in added.survivors if survivor.id == candidate)
    return CandidateMusic(found.part, found.genome)


def reject(
    studio: Studio, prefix: str, reason: str | None = None, song_id: str | None = None
) -> Recorded:
    """Reject a candidate.

    Raises:
        Refused: if it is rejected already.
    """
    return decide(studio, prefix, lambda entry: [rejection(entry, reason)], song_id)


def rejection(entry: Entry, reason: str | None = None) -> events.CandidateRejected:
    """The event that rejects a candidate."""
    if entry.status == REJECTED:
        raise Refused(
            f"{short(entry.id)} is rejected already",
            f"run engine undo {short(entry.id)} to take that back",
        )
    return events.CandidateRejected(
        candidate=entry.id, run=entry.state.run, stage=entry.state.stage, reason=reason
    )


def note(
    studio: Studio,
    prefix: str,
    text: str,
    song_id: str | None = None,
    event_id: str | None = None,
) -> Recorded:
    """Write a note about a candidate; its event gets ``event_id``, or a new one."""
    return decide(studio, prefix, lambda entry: [noting(entry, text)], song_id, event_id)


def noting(entry: Entry, text: str) -> events.CandidateNoted:
    """The event that notes something about a candidate."""
    if not text.strip():
        raise Refused("the note is empty")
    return events.CandidateNoted(candidate=entry.id, text=text)


def label_candidate(
    studio: Studio, prefix: str, label: str, song_id: str | None = None
) -> Recorded:
    """Record the label that a candidate gets when it is approved."""
    return decide(studio, prefix, lambda entry: [labelling(entry, label)], song_id)


def labelling(entry: Entry, label: str) -> events.CandidateLabelled:
    """The event that labels a candidate; an approved part is never renamed."""
    file_label(label)
    if entry.status == APPROVED:
        raise Refused(
            f"{short(entry.id)} is approved as {entry.label}; approved parts are not renamed",
            f"run engine undo {short(entry.id)} first",
        )
    return events.CandidateLabelled(candidate=entry.id, label=label)


def undo(
    studio: Studio,
    prefix: str | None = None,
    song_id: str | None = None,
    event_id: str | None = None,
) -> Recorded:
    """Take back the last decision on a candidate, or the last one in the studio.

    Args:
        studio: the studio.
        prefix: beginning of the candidate's id; None for the candidate that was decided last.
        song_id: the song, if several have the same music.
        event_id: id of the event that takes it back; a new one if None.

    Raises:
        Refused: if there is nothing to take back.
    """
    if prefix is None:
        prefix, song_id = _last_decided(studio, song_id)
    return decide(studio, prefix, lambda entry: [undoing(entry)], song_id, event_id)


def undoing(entry: Entry) -> events.DecisionUndone:
    """The event that takes back the last decision on a candidate."""
    decided = undoing_all(entry)
    if not decided:
        raise Refused(f"nothing was decided about {short(entry.id)}", "see engine review --all")
    return decided[0]


def undoing_all(entry: Entry) -> list[events.DecisionUndone]:
    """The events that take back every decision on a candidate, the last one first."""
    return [
        events.DecisionUndone(candidate=entry.id, undoes=event_id)
        for _, event_id in reversed(decisions_on(entry.song, entry.id))
    ]


def withdrawing(entry: Entry) -> list[events.DecisionUndone]:
    """The events that make a candidate pending again; what was said of it beside others stays."""
    stated = {each.event_id for each in entry.song.preferences}
    return [event for event in undoing_all(entry) if event.undoes not in stated]


def _last_decided(studio: Studio, song_id: str | None) -> tuple[str, str]:
    """The candidate that was decided last, and its song."""
    songs = [studio.song(song_id)] if song_id else studio.latest(DECIDED)
    latest = [
        (position, song.began, candidate, song.song_id)
        for song in songs
        for candidate in song.candidates
        for position, _ in decisions_on(song, candidate)[-1:]
    ]
    if not latest:
        raise NotFound("nothing has been decided yet", "see engine review")
    *_, candidate, owner = max(latest)
    return candidate, owner


def decide(
    studio: Studio,
    prefix: str,
    make: Make,
    song_id: str | None,
    event_id: str | None = None,
) -> Recorded:
    """Append the events of a decision; made again from new state if another process wrote first.

    Args:
        studio: the studio.
        prefix: beginning of the candidate's id.
        make: the events, from the candidate's state.
        song_id: the song, if several have the same music.
        event_id: id of the last of the events; a new one if None.

    Returns:
        the last of the events.
    """
    found = find_entry(studio, prefix, song_id)
    owner = found.song.song_id
    named = {} if event_id is None else {"event_id": event_id}

    def decision() -> list[NewEvent]:
        entry = find_entry(studio, found.id, owner)
        try:
            *first, last = make(entry)
        except EngineError as error:
            error.advice = with_song(studio, entry.song, error.advice)
            raise
        return [
            *(NewEvent(event, actor=studio.actor) for event in first),
            NewEvent(last, actor=studio.actor, **named),
        ]

    return studio.decide(song_stream(owner), decision)[-1]


# A command about a candidate that names no song.
_COMMAND = re.compile(r"\b[a-z-]+ ([0-9a-f]{8})\b(?! --song)")


def with_song(studio: Studio, song: Song, text: str) -> str:
    """A text in whose commands candidates are those of a song.

    A song and its branches or copies have candidates in common. Where without ``--song`` a
    command would mean another song's, it names the song.

    Args:
        studio: the studio.
        song: the song that is meant.
        text: such as ``run engine approve 3f9c81d0 first``.
    """

    def named(command: re.Match[str]) -> str:
        try:
            meant, _ = studio.candidate(command[1])
        except EngineError:  # it is no candidate
            return command[0]
        return (
            command[0] if meant.song_id == song.song_id else f"{command[0]} --song {song.song_id}"
        )

    return _COMMAND.sub(named, text)
