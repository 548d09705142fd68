"""What was decided about a song: every decision in order, in words, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.gate.undoing import decision_positions
from engine.ids import short
from engine.reports.changes import changed_values, value_lines
from engine.state.songs import Song, song_of
from engine.state.studio import Studio
from store import events
from store.records import Recorded

PREFERENCE_WORDS = {
    "more": "more like this",
    "less": "less like this",
    "least": "the least good of these",
    "cant-tell": "no difference to tell",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a song.

    Attributes:
        position: position of its event in the log.
        event: id of its event.
        at: when; ISO 8601, UTC.
        by: who took it, or the rule that did.
        command: the command that records such decisions, without ``engine``.
        song: id of the song that it was taken in: of a branch, the song that it began from for
            what both have in common.
        kind: the kind of its event.
        candidate: id of the candidate that it is about; None if it is about the song.
        stage: of the candidate.
        section: label of the section that it is about.
        what: what was decided, in words.
        can_be_undone: whether it is of a kind that can be.
        undone_at: position of the event that took it back; None if it holds.
    """

    position: int
    event: str
    at: str
    by: str
    command: str
    song: str
    kind: str
    candidate: str | None
    stage: str | None
    section: str | None
    what: str
    can_be_undone: bool
    undone_at: int | None

    @property
    def holds(self) -> bool:
        """Whether it was not undone."""
        return self.undone_at is None

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return asdict(self) | {"holds": self.holds}


def history(studio: Studio, song: Song) -> tuple[Decided, ...]:
    """Every decision about a song, oldest first; of a branch, with those before it began."""
    found: list[Decided] = []
    undoable = decision_positions(song)
    before: events.SongProposed | None = None
    own = {each.began + 1 for each in song.past} | {song.began + 1}
    for recorded in _decisions(studio, song):
        event = recorded.payload
        if isinstance(event, events.SongProposed):
            is_name = before is not None and recorded.position in own
            if _is_decision(event, is_name=is_name):
                found.append(_decided(song, recorded, before, undoable))
            before = event
        else:
            found.append(_decided(song, recorded, before, undoable))
    return tuple(found)


def in_words(event: events.Payload) -> str:
    """What a decision says, in a few words; empty for an event that is no decision."""
    found = _WORDS.get(type(event))
    return found(event) if found else ""


def decision_words(studio: Studio, recorded: Recorded) -> str:
    """What a decision says; of one that takes back or redoes another, also what that said."""
    event = recorded.payload
    if isinstance(event, events.DecisionUndone):
        return f"decision taken back: {_other(studio, recorded, event.undoes)}"
    if isinstance(event, events.DecisionRedone):
        return f"decided again: {_other(studio, recorded, event.redoes)}"
    return in_words(event)


def _other(studio: Studio, recorded: Recorded, event_id: str) -> str:
    """What a decision of the same song says."""
    song = studio.song(song_of(recorded.stream) or "")
    positions = decision_positions(song)
    return in_words(studio.event(positions[event_id]).payload) if event_id in positions else ""


def _decisions(studio: Studio, song: Song) -> Iterator[Recorded]:
    """The events of decisions, those of runs among them that say what is wanted."""
    streams = studio.song_events(song, [kind.__name__ for kind in _WORDS])
    found = {event.event_id: event for event in streams}
    stated = [*song.preferences, *(each.stated for each in song.undone.values() if each.stated)]
    for each in stated:
        if each.event_id not in found:
            found[each.event_id] = studio.event(each.position)
    yield from sorted(found.values(), key=lambda event: event.position)


def _is_decision(event: events.SongProposed, *, is_name: bool) -> bool:
    """Whether a proposal takes or brings no other back, and isn't only the name of a branch."""
    return event.takes_back is None and event.redoes is None and not is_name


def _decided(
    song: Song,
    recorded: Recorded,
    before: events.SongProposed | None,
    undoable: Collection[str],
) -> Decided:
    event: Any = recorded.payload
    likeness = event.likeness if isinstance(event, events.RunStarted) else None
    candidate = likeness.candidate if likeness else getattr(event, "candidate", None)
    state = song.candidates.get(candidate or "")
    undone = song.undone.get(recorded.event_id)
    section = getattr(event, "section", None)
    return Decided(
        position=recorded.position,
        event=recorded.event_id,
        at=recorded.recorded_at,
        by=getattr(event, "policy", None) or recorded.actor,
        command=_command(event),
        song=song_of(recorded.stream) or event.song_id,
        kind=recorded.kind,
        candidate=candidate,
        stage=state.stage if state else None,
        section=getattr(section, "label", section) or (state.section.label if state else None),
        what=_what(event, before),
        can_be_undone=recorded.event_id in undoable,
        undone_at=undone.position if undone else None,
    )


def _what(event: events.Payload, before: events.SongProposed | None) -> str:
    """What a decision says; a revision, which values it changed."""
    if isinstance(event, events.SongProposed) and before is not None:
        lines = value_lines(changed_values(before, event))
        return ", ".join(lines) or f"revision {event.revision}"
    return in_words(event)


def _command(event: Any) -> str:
    if isinstance(event, events.CandidateApproved) and event.policy:
        return "compose"
    if isinstance(event, events.PreferenceStated):
        return str(event.preference)
    if isinstance(event, events.SongProposed):
        return "songs add" if event.revision == 1 or not event.edited else "songs edit"
    if isinstance(event, events.PartImported) and event.genome:
        return "chords"
    return _COMMANDS[type(event)]


_COMMANDS: dict[type[events.Payload], str] = {
    events.SongArchived: "songs archive",
    events.SongForked: "fork",
    events.PartImported: "import",
    events.PartCopied: "songs duplicate",
    events.CandidateBrought: "bring",
    events.CandidateApproved: "approve",
    events.CandidateRejected: "reject",
    events.CandidateUsed: "use",
    events.CandidateLabelled: "label",
    events.CandidateNoted: "note",
    events.WordsGiven: "words",
    events.RunStarted: "evolve",
    events.ArrangementAssembled: "arrange",
}


def _proposed(event: events.SongProposed) -> str:
    if event.copied_from is not None:
        return f"begun as {event.title}, a copy of {event.copied_from.song_id}"
    return f"added as {event.title}" if event.revision == 1 else f"revision {event.revision}"


def _noted(event: events.CandidateNoted) -> str:
    return f"noted: {event.text}"


def _rejected(event: events.CandidateRejected) -> str:
    return f"rejected: {event.reason}" if event.reason else "rejected"


def _likeness(event: events.RunStarted) -> str:
    """What a run that was to be like a candidate, or unlike it, says of the candidate."""
    if event.likeness is None:
        return ""
    return PREFERENCE_WORDS["more" if event.likeness.within else "less"]


_WORDS: dict[type[events.Payload], Callable[[Any], str]] = {
    events.SongProposed: _proposed,
    events.SongForked: lambda event: f"a branch of {event.origin} from event {event.position}",
    events.SongArchived: lambda _: "archived",
    events.WordsGiven: lambda event: f"words given: {event.file}",
    events.PartImported: lambda event: f"taken in: {event.file}",
    events.PartCopied: lambda _: "copied with its song",
    events.CandidateBrought: lambda event: f"brought from run {event.run}",
    events.CandidateApproved: lambda event: f"approved as {event.label}",
    events.CandidateRejected: _rejected,
    events.CandidateLabelled: lambda event: f"will be called {event.label}",
    events.CandidateNoted: _noted,
    events.CandidateUsed: lambda event: f"in use for {event.section}",
    events.PreferenceStated: lambda event: PREFERENCE_WORDS[event.preference],
    events.ArrangementAssembled: lambda event: f"arranged: {event.name}",
    events.RunStarted: _likeness,
}


def about(decided: Decided) -> str:
    """What a decision is about: the candidate with its stage and section, or the song."""
    if decided.candidate is None:
        return "song"
    return f"{short(decided.candidate)} {decided.stage}"
