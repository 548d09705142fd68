"""Undo and redo of any decision of a song, the last one or another.

Nothing is deleted: an event says that a decision no longer holds, another that it holds again.
What a later decision stands on is refused; parts that become stale are not, they are fresh again
when it is redone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from engine.errors import Ambiguous, NotFound, Refused, quoted
from engine.gate import decisions
from engine.gate.exports import proposal_at
from engine.gate.revising import restoring, with_transpositions
from engine.ids import resolve, short
from engine.state.latest import ARCHIVED_DECIDED, CHANGED, DECIDED, UNDONE
from engine.state.songs import (
    ARCHIVED,
    REVISED,
    Approved,
    Change,
    Rejected,
    Remark,
    Song,
    Stated,
    Undone,
    Use,
    decisions_on,
    song_stream,
)
from engine.state.studio import Studio
from store import events
from store.records import NewEvent, Recorded

UNDO, REDO = "undo", "redo"

# What the state keeps of a decision: it has the id and the position of its event.
Dated = Approved | Rejected | Use | Stated | Remark | Change


class Later(NamedTuple):
    """A later decision that keeps one from being undone or redone.

    Attributes:
        what: what it did, in words.
        position: position of its event.
        command: ``undo`` or ``redo``: what has to be done with it first.
    """

    what: str
    position: int
    command: str = UNDO


def undo(
    studio: Studio, prefix: str | None, song: str | None = None, event_id: str | None = None
) -> Recorded:
    """Take back the last decision: on a candidate, or on a song where that came later.

    Args:
        studio: the studio.
        prefix: beginning of a candidate's id, for the last decision on it; None for the last of
            all.
        song: only of this song, as a person names it.
        event_id: id of the event that takes it back; a new one if None.

    Raises:
        NotFound: if nothing was decided.
    """
    song_id = None if song is None else studio.song(song).song_id
    changed = last_changed(studio, song_id) if prefix is None else None
    if changed is None:
        return decisions.undo(studio, prefix, song_id, event_id)
    last = studio.song(changed).changes[-1]
    return undo_decision(studio, changed, last.event_id, event_id)[0]


def last_changed(studio: Studio, song_id: str | None = None) -> str | None:
    """Id of the song whose last change came after every decision on a candidate; else None.

    Args:
        studio: the studio.
        song_id: full id of the only song to look at; all songs if None.
    """
    anywhere = (CHANGED, DECIDED, ARCHIVED_DECIDED)
    songs = [studio.song(song_id)] if song_id else studio.latest(*anywhere)
    changes = [
        (song.changes[-1].position, song.began, song.song_id) for song in songs if song.changes
    ]
    decided = [
        position
        for song in songs
        for candidate in song.candidates
        for position, _ in decisions_on(song, candidate)
    ]
    position, _, changed = max(changes, default=(0, 0, None))
    return changed if position > max(decided, default=0) else None


def find_decision(studio: Studio, typed: str, song: str | None = None) -> tuple[str, str]:
    """The song and the event id of a decision that can be undone or redone.

    Args:
        studio: the studio.
        typed: position of the decision's event, or the beginning of its id.
        song: of this song, as a person names it.

    Raises:
        NotFound: if there is none.
        Ambiguous: if it could be several, or is common to a song and its branch.
    """
    songs = [studio.song(song)] if song else list(studio.all_songs().values())
    found = {
        (each.song_id, event_id): position
        for each in songs
        for event_id, position in decision_positions(each).items()
    }
    at = [key for key, position in found.items() if str(position) == typed]
    if not at:
        see = "see engine history" + (f" {songs[0].song_id}" if song else "")
        event_id = resolve(typed, (event for _, event in found), "decision", see)
        at = [key for key in found if key[1] == event_id]
    if len(at) > 1:
        owners = " and ".join(song_id for song_id, _ in at)
        raise Ambiguous(f"decision {typed} is common to {owners}", "name one with --song")
    return at[0]


def decision_positions(song: Song) -> dict[str, int]:
    """Event id and position of every decision that can be undone, or redone."""
    standing: list[Dated] = [
        *(decision for state in song.candidates.values() for decision in state.decisions),
        *song.uses,
        *song.preferences,
        *song.remarks,
        *song.changes,
    ]
    found = {each.event_id: each.position for each in standing}
    for event_id, undone in song.undone.items():
        parts = (undone.decision, undone.use, undone.stated, undone.remark, undone.change)
        position = next((part.position for part in parts if part is not None), None)
        if position is not None:
            found[event_id] = position
    return found


def undo_decision(
    studio: Studio, song_id: str, undoes: str, event_id: str | None = None
) -> list[Recorded]:
    """Take back a decision of a song, whenever it was taken.

    Args:
        studio: the studio.
        song_id: full id of the song.
        undoes: id of the decision's event.
        event_id: id of the event that takes it back; a new one if None.

    Returns:
        that event, and the transpositions that come with it.

    Raises:
        NotFound: if the song has no such decision.
        Refused: if it was undone already, or a later decision stands on it.
    """

    def undoing() -> list[NewEvent]:
        song = studio.song(song_id)
        if undoes in song.undone:
            position = song.undone[undoes].position
            raise Refused(f"that was undone already, at {position}", f"run {_redo(song, undoes)}")
        change = next((each for each in song.changes if each.event_id == undoes), None)
        if change is not None:
            return _undoing_change(studio, song, change, event_id)
        candidate = _candidate_of(song, undoes)
        if candidate is None:
            raise NotFound(
                f"{song_id} has no decision {undoes} that can be undone",
                f"see engine history {song_id}",
            )
        _refuse_if(song, _stands_on(song, candidate, undoes), "undo")
        undone = events.DecisionUndone(candidate=candidate, undoes=undoes)
        return [_new(studio, undone, event_id)]

    return studio.decide(song_stream(song_id), undoing)


def find_undone(
    studio: Studio, prefix: str | None = None, song: str | None = None
) -> tuple[str, str]:
    """The song and the event id of the decision that was undone last.

    Args:
        studio: the studio.
        prefix: beginning of the id of the candidate that it is about; None for any decision.
        song: of this song, as a person names it.

    Raises:
        NotFound: if nothing was undone.
    """
    candidate = None
    if prefix is not None:
        entry = decisions.find_entry(studio, prefix, song)
        songs, candidate = [entry.song], entry.id
    else:
        songs = [studio.song(song)] if song else studio.latest(UNDONE)
    found = [
        (undone.position, each.began, each.song_id, event_id)
        for each in songs
        for event_id, undone in each.undone.items()
        if candidate in {None, undone.candidate}
    ]
    if not found:
        raise NotFound("nothing was undone", "see engine history SONG")
    *_, song_id, event_id = max(found)
    return song_id, event_id


def redo_decision(
    studio: Studio, song_id: str, redoes: str, event_id: str | None = None
) -> list[Recorded]:
    """Let a decision that was undone hold again, in its old place among the others.

    Args:
        studio: the studio.
        song_id: full id of the song.
        redoes: id of the decision's event.
        event_id: id of the event that does it; a new one if None.

    Returns:
        that event, and the transpositions that come with it.

    Raises:
        Refused: if it wasn't undone, or another decision was taken in its place.
    """

    def redoing() -> list[NewEvent]:
        song = studio.song(song_id)
        undone = song.undone.get(redoes)
        if undone is None:
            raise Refused(f"{redoes} was not undone", f"see engine history {song_id}")
        if undone.change is not None and undone.change.kind == REVISED:
            return _redoing_revision(studio, song, undone, event_id)
        _refuse_if(song, _in_its_place(song, undone), "redo")
        redone = events.DecisionRedone(candidate=undone.candidate, redoes=redoes)
        return [_new(studio, redone, event_id)]

    return studio.decide(song_stream(song_id), redoing)


def _new(studio: Studio, payload: events.Payload, event_id: str | None) -> NewEvent:
    return NewEvent(payload, actor=studio.actor, event_id=event_id or uuid4().hex)


def _refuse_if(song: Song, later: Later | None, verb: str) -> None:
    if later is not None:
        first = f"engine {later.command} --event {later.position} --song {quoted(song.song_id)}"
        raise Refused(f"can't {verb} it: {later.what} (event {later.position})", f"run {first}")


def _redo(song: Song, event_id: str) -> str:
    return f"engine redo --event {event_id[:8]} --song {quoted(song.song_id)}"


def _candidate_of(song: Song, event_id: str) -> str | None:
    """The candidate that a decision which holds is about."""
    for each in song.remarks:
        if each.event_id == event_id:
            return each.candidate
    return next(
        (
            name
            for name in song.candidates
            if event_id in (known for _, known in decisions_on(song, name))
        ),
        None,
    )


def _stands_on(song: Song, candidate: str, event_id: str) -> Later | None:
    """A later decision on the same candidate that a decision can't be taken from under."""
    known = song.candidates[candidate]
    decision = next((each for each in known.decisions if each.event_id == event_id), None)
    if decision is None:
        return None
    used = None
    if isinstance(decision, Approved):
        label = decision.section.label
        used = _use_of(song, candidate, label, decision.position)
    return used or _overruled(song, candidate, decision, decision.position)


def _use_of(song: Song, candidate: str, section: str, after: int) -> Later | None:
    """A later choice of a candidate for a section."""
    for use in song.uses:
        if (use.candidate, use.section) == (candidate, section) and use.position > after:
            return Later(f"{section} was made to stand on it", use.position)
    return None


def _overruled(
    song: Song, candidate: str, decision: Approved | Rejected, after: int
) -> Later | None:
    """A decision on a candidate that came after a position and says the opposite."""
    for other in song.candidates[candidate].decisions:
        if other.position > after and type(other) is not type(decision):
            return Later(f"{short(candidate)} was {other.status} later", other.position)
    return None


def _in_its_place(song: Song, undone: Undone) -> Later | None:
    """What else was decided, so that a decision can't hold again."""
    find: dict[str, Callable[[], Later | None]] = {
        "decision": lambda: _decided_again(song, undone),
        "use": lambda: _not_usable(song, undone.use),
        "stated": lambda: _stated_again(song, undone),
        "change": lambda: _archived_again(song, undone.change),
    }
    found = (look() for name, look in find.items() if getattr(undone, name) is not None)
    return next(found, None)


def _decided_again(song: Song, undone: Undone) -> Later | None:
    """A decision on the same candidate that says the same, or that was taken since the undo."""
    candidate, decision = undone.candidate or "", undone.decision
    if decision is None:
        return None
    known = song.candidates[candidate].decisions
    earlier = [each for each in reversed(known) if each.position < decision.position]
    later = [each for each in known if each.position > decision.position]
    for others in (earlier, later):
        same = _same_again(decision, others)
        if same is not None:
            return Later(f"{short(candidate)} is {_status(same)}", same.position)
    # What stood on it before it was undone is no obstacle: it comes back under that.
    return _overruled(song, candidate, decision, undone.position)


def _same_again(
    decision: Approved | Rejected, others: Iterable[Approved | Rejected]
) -> Approved | Rejected | None:
    """The first of other decisions that says the same, with nothing that says the opposite before.

    Approvals for several sections don't say the same.
    """
    for other in others:
        if type(other) is not type(decision):
            return None
        if isinstance(decision, Rejected) or _section(other) == _section(decision):
            return other
    return None


def _section(decision: Approved | Rejected) -> str | None:
    return decision.section.label if isinstance(decision, Approved) else None


def _status(decision: Approved | Rejected) -> str:
    if isinstance(decision, Approved):
        return f"approved as {decision.label}"
    return decision.status


def _not_usable(song: Song, use: Use | None) -> Later | None:
    if use is None or song.candidates[use.candidate].approval_for(use.section) is not None:
        return None
    for undone in song.undone.values():
        decision = undone.decision
        if (
            undone.candidate == use.candidate
            and isinstance(decision, Approved)
            and decision.section.label == use.section
            and decision.position < use.position
        ):
            what = f"{short(use.candidate)} is not approved for {use.section} any more"
            return Later(what, decision.position, REDO)
    rejected = song.candidates[use.candidate].decided_at
    return Later(f"{short(use.candidate)} was rejected", rejected)


def _stated_again(song: Song, undone: Undone) -> Later | None:
    stated = undone.stated
    for each in song.preferences:
        if stated is not None and (each.candidate, each.preference, set(each.among)) == (
            stated.candidate,
            stated.preference,
            set(stated.among),
        ):
            return Later("the same was said again", each.position)
    return None


def _archived_again(song: Song, change: Change | None) -> Later | None:
    archived = [each for each in song.changes if each.kind == ARCHIVED]
    if change is None or change.kind != ARCHIVED or not archived:
        return None
    return Later("it was archived again", archived[-1].position)


def _undoing_change(
    studio: Studio, song: Song, change: Change, event_id: str | None
) -> list[NewEvent]:
    if change.kind == ARCHIVED:
        return restoring(studio, song, event_id)
    if change.kind != REVISED:
        return [_new(studio, events.WordsTakenBack(takes_back=change.event_id), event_id)]
    later = [each for each in _revisions(song) if each.position > change.position]
    if later:
        _refuse_if(song, Later("the song was revised again", later[-1].position), "undo")
    earlier = studio.song_at(song.song_id, change.position - 1)
    assert earlier is not None  # noqa: S101 - a revision comes after the song
    event = replace(
        _in_branch(song, proposal_at(studio, earlier.position), change),
        revision=song.revision + 1,
        copied_from=None,
        takes_back=change.event_id,
        redoes=None,
    )
    return with_transpositions(studio, song, event, event_id or uuid4().hex, earlier)


def _redoing_revision(
    studio: Studio, song: Song, undone: Undone, event_id: str | None
) -> list[NewEvent]:
    change = undone.change
    assert change is not None  # noqa: S101 - the caller's own
    earlier = studio.song_at(song.song_id, change.position - 1)
    then = {each.event_id for each in _revisions(earlier)} if earlier else set()
    now = {each.event_id for each in _revisions(song)}
    for each in reversed(_revisions(song)):
        if each.event_id not in then:
            _refuse_if(song, Later("the song was revised since", each.position), "redo")
    for each in _revisions(earlier) if earlier else ():
        if each.event_id not in now:
            what = "it was a revision of an earlier one, which was undone too"
            _refuse_if(song, Later(what, each.position, REDO), "redo")
    event = replace(
        _in_branch(song, proposal_at(studio, change.position), change),
        revision=song.revision + 1,
        copied_from=None,
        takes_back=None,
        redoes=change.event_id,
    )
    before = studio.song_at(song.song_id, undone.position - 1)
    return with_transpositions(studio, song, event, event_id or uuid4().hex, before)


def _revisions(song: Song) -> list[Change]:
    return [each for each in song.changes if each.kind == REVISED]


def _in_branch(song: Song, event: events.SongProposed, change: Change) -> events.SongProposed:
    """A proposal from before a song's own events keeps the name that the branch has."""
    if change.position > song.began:
        return event
    edited = sorted({*event.edited, "title"})
    return replace(event, song_id=song.song_id, title=song.title, edited=edited)
