"""Preferences from a person's decisions, as the state and the log of a studio have them.

A decision that was undone gives none, nor does one that a rule took, such as a composition's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.preference.showings import FILE, Showing, last_shown_beside, showings
from engine.state.songs import (
    LEAST,
    LESS,
    MORE,
    PENDING,
    REJECTED,
    Approved,
    Candidate,
    Song,
    Stated,
)
from engine.state.studio import Studio
from fitness.preference.examples import Preference

# What a decision between two candidates says: a person who approves one has not always compared
# it with each that waited beside it, and "more like this" is said of one, not of two.
REJECTED_WEIGHT = 1.0
PASSED_BY_WEIGHT = 0.3
LEAST_WEIGHT = 1.0
LIKE_WEIGHT = 0.5

APPROVED_OVER_REJECTED = "approved over rejected"
APPROVED_OVER_PASSED_BY = "approved over passed by"
LEAST_GOOD, MORE_LIKE, LESS_LIKE = "least good", "more like", "less like"


def preferences(studio: Studio, songs: Iterable[Song] | None = None) -> list[Preference]:
    """The preferences that a person's decisions tell, in the order in which they were taken.

    Of two candidates each order counts once, with the reason of the greatest weight.

    Args:
        studio: the studio.
        songs: only of these songs; all, archived ones too, if None.
    """
    wanted = studio.all_songs().values() if songs is None else songs
    found = [
        each
        for song in wanted
        for each in of_song(song, showings(studio, song))
        if each.decided_at > song.began  # what a branch has in common counts for its song
    ]
    return sorted(found, key=lambda each: (each.decided_at, each.song))


def of_song(song: Song, shown: Sequence[Showing]) -> list[Preference]:
    """The preferences that the decisions on a song's candidates tell.

    Args:
        song: state of the song.
        shown: its showings, oldest first.
    """
    choices = [showing for showing in shown if showing.where != FILE]
    strongest: dict[tuple[str, str], Preference] = {}
    for each in (*_decided(song, choices), *_compared(song, choices)):
        key = (each.preferred, each.other)
        known = strongest.get(key)
        if known is None or each.weight > known.weight:
            strongest[key] = each
    return sorted(strongest.values(), key=lambda each: each.decided_at)


def approvals_by_person(candidate: Candidate) -> list[Approved]:
    """The approvals that hold and that no rule took, oldest first."""
    return [approval for approval in candidate.approvals if approval.policy is None]


def _decided(song: Song, shown: Sequence[Showing]) -> Iterator[Preference]:
    """Approved over rejected, and over what was shown beside it and left undecided."""
    for preferred, state in song.candidates.items():
        approvals = approvals_by_person(state)
        if not approvals:
            continue
        approved_at = approvals[0].position
        passed_by = _passed_by(song, preferred, approved_at, shown)
        for other, its_state in song.candidates.items():
            if not _compete(state, its_state):
                continue
            if its_state.status == REJECTED:
                decided_at = max(approved_at, its_state.decided_at)
                weight, reason = REJECTED_WEIGHT, APPROVED_OVER_REJECTED
            elif its_state.status == PENDING and other in passed_by:
                decided_at, weight, reason = approved_at, PASSED_BY_WEIGHT, APPROVED_OVER_PASSED_BY
            else:
                continue
            yield _preference(song, preferred, other, weight, reason, decided_at)


def _compete(one: Candidate, other: Candidate) -> bool:
    return (one.stage, one.section.label) == (other.stage, other.section.label)


def _passed_by(song: Song, candidate: str, approved_at: int, shown: Sequence[Showing]) -> set[str]:
    """The candidates that were shown together with one before it was approved."""
    return {
        other
        for showing in shown
        if showing.position < approved_at and candidate in showing.candidates
        for other in showing.candidates
        if other != candidate and other in song.candidates
    }


def _compared(song: Song, shown: Sequence[Showing]) -> Iterator[Preference]:
    """What was said of candidates beside others that had been shown before."""
    seen_at = _first_seen(shown)
    for stated in song.preferences:
        others = stated.among or last_shown_beside(song, shown, stated.candidate, stated.position)
        for other in others:
            known = max(seen_at.get(each, stated.position) for each in (other, stated.candidate))
            if known < stated.position and other in song.candidates:
                yield from _of_statement(song, stated, other)


def _first_seen(shown: Sequence[Showing]) -> dict[str, int]:
    """Position of the event that showed each candidate first."""
    seen: dict[str, int] = {}
    for showing in shown:
        for candidate in showing.candidates:
            seen.setdefault(candidate, showing.position)
    return seen


def _of_statement(song: Song, stated: Stated, other: str) -> Iterator[Preference]:
    """What a comparison says of two; a decision says more than "more like this" does."""
    said, its_status = stated.candidate, song.candidates[other].status
    at = stated.position
    if stated.preference == LEAST:
        yield _preference(song, other, said, LEAST_WEIGHT, LEAST_GOOD, at)
    elif stated.preference == MORE and its_status == PENDING:
        yield _preference(song, said, other, LIKE_WEIGHT, MORE_LIKE, at)
    elif stated.preference == LESS and its_status == PENDING:
        yield _preference(song, other, said, LIKE_WEIGHT, LESS_LIKE, at)


def _preference(
    song: Song, preferred: str, other: str, weight: float, reason: str, decided_at: int
) -> Preference:
    state = song.candidates[preferred]
    return Preference(
        song=song.song_id,
        stage=state.stage,
        section=state.section.label,
        preferred=preferred,
        other=other,
        weight=weight,
        reason=reason,
        decided_at=decided_at,
    )
