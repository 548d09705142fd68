"""Taking a decision out of a song's state, and putting it back in its old place.

What a song is depends only on which decisions hold, not on the order in which they were undone and
redone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from engine.state.songs import Candidate, GivenWords, Remark, Song, Undone
from store.records import Recorded


class _Placed(Protocol):
    @property
    def position(self) -> int:
        """Position of its event in the log."""


PlacedT = TypeVar("PlacedT", bound=_Placed)


def without_decision(song: Song, event_id: str, recorded: Recorded, candidate: str) -> Song:
    """The song after a decision on a candidate was undone.

    Args:
        song: its state before.
        event_id: id of the decision's event.
        recorded: the event that undoes it.
        candidate: id of the candidate.
    """
    known = song.candidates[candidate]
    undone = Undone(
        position=recorded.position,
        candidate=candidate,
        decision=_of(event_id, known.decisions),
        use=_of(event_id, song.uses),
        kept={
            name: kept
            for name, each in song.candidates.items()
            if (kept := _of(event_id, each.kept)) is not None
        },
        stated=_of(event_id, song.preferences),
        remark=_of(event_id, song.remarks),
    )
    if undone == Undone(position=recorded.position, candidate=candidate):
        return song  # it was undone before
    song = replace(song, undone={**song.undone, event_id: undone})
    if undone.decision is not None:
        left = _but(event_id, known.decisions)
        song = _changed(song, candidate, replace(known, decisions=left))
    if undone.remark is not None:
        song = _with_remarks(song, candidate, _but(event_id, song.remarks))
    for name in undone.kept:
        state = song.candidates[name]
        song = _changed(song, name, replace(state, kept=_but(event_id, state.kept)))
    return replace(
        song,
        uses=_but(event_id, song.uses),
        preferences=_but(event_id, song.preferences),
    )


def without_change(song: Song, event_id: str, recorded: Recorded) -> Song:
    """The song after a decision on itself was undone; its values come with the event that did.

    Args:
        song: its state before.
        event_id: id of the decision's event.
        recorded: the event that undoes it.
    """
    change = _of(event_id, song.changes)
    given = (*song.earlier_words, *([song.words] if song.words else []))
    words = next((each for each in given if change and each.position == change.position), None)
    undone = Undone(position=recorded.position, change=change, words=words)
    song = replace(
        song,
        changes=_but(event_id, song.changes),
        undone={**song.undone, event_id: undone},
    )
    return song if words is None else _with_words(song, [w for w in given if w != words])


def with_decision(song: Song, event_id: str) -> Song:
    """The song after a decision was redone."""
    undone = song.undone[event_id]
    left = {name: each for name, each in song.undone.items() if name != event_id}
    song = replace(song, undone=left)
    if undone.decision is not None and undone.candidate is not None:
        known = song.candidates[undone.candidate]
        decisions = _in_place((*known.decisions, undone.decision))
        song = _changed(song, undone.candidate, replace(known, decisions=decisions))
    if undone.use is not None:
        song = replace(song, uses=_in_place((*song.uses, undone.use)))
        song = _keeping(song, undone)
    if undone.stated is not None:
        song = replace(song, preferences=_in_place((*song.preferences, undone.stated)))
    if undone.remark is not None:
        remarks = _in_place((*song.remarks, undone.remark))
        song = _with_remarks(song, undone.remark.candidate, remarks)
    if undone.change is not None:
        song = replace(song, changes=_in_place((*song.changes, undone.change)))
    return song if undone.words is None else with_words(song, undone.words)


def with_remark(song: Song, remark: Remark) -> Song:
    """The song after a person wrote of a candidate."""
    return _with_remarks(song, remark.candidate, (*song.remarks, remark))


def with_words(song: Song, words: GivenWords) -> Song:
    """The song with words that it was given."""
    given = (*song.earlier_words, *([song.words] if song.words else []), words)
    return _with_words(song, _in_place(given))


def _with_words(song: Song, given: Iterable[GivenWords]) -> Song:
    *earlier, last = (None, *given)
    return replace(song, words=last, earlier_words=tuple(each for each in earlier if each))


def _with_remarks(song: Song, candidate: str, remarks: tuple[Remark, ...]) -> Song:
    """The song with these remarks, and a candidate with those of them that are about it."""
    own = [each for each in remarks if each.candidate == candidate]
    labels = [each.label for each in own if each.label is not None]
    state = replace(
        song.candidates[candidate],
        notes=tuple(each.note for each in own if each.note is not None),
        wanted_label=labels[-1] if labels else None,
    )
    return _changed(replace(song, remarks=remarks), candidate, state)


def _keeping(song: Song, undone: Undone) -> Song:
    """The song with what a choice kept, in the order of the choices."""
    order = {use.event_id: use.position for use in song.uses}
    for name, kept in undone.kept.items():
        state = song.candidates[name]
        every = sorted((*state.kept, kept), key=lambda each: order.get(each.event_id, 0))
        song = _changed(song, name, replace(state, kept=tuple(every)))
    return song


def _changed(song: Song, identifier: str, candidate: Candidate) -> Song:
    return replace(song, candidates={**song.candidates, identifier: candidate})


class _Named(Protocol):
    @property
    def event_id(self) -> str:
        """Id of its event."""


NamedT = TypeVar("NamedT", bound=_Named)


def _of(event_id: str, decisions: Iterable[NamedT]) -> NamedT | None:
    return next((each for each in decisions if each.event_id == event_id), None)


def _but(event_id: str, decisions: Iterable[NamedT]) -> tuple[NamedT, ...]:
    return tuple(each for each in decisions if each.event_id != event_id)


def _in_place(decisions: Iterable[PlacedT]) -> tuple[PlacedT, ...]:
    return tuple(sorted(decisions, key=lambda each: each.position))
