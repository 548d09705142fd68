"""Comparisons: more or less like a candidate, the least good of some, no difference to tell."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Refused
from engine.gate.decisions import decide, find_entry
from engine.gate.waiting import Entry
from engine.ids import short
from engine.preference.showings import last_shown_beside, showings
from engine.state.songs import CANT_TELL, LEAST
from engine.state.studio import Studio
from store import events
from store.records import Recorded

# What needs something to be compared with.
NEEDS_OTHERS = (LEAST, CANT_TELL)


def compare(
    studio: Studio, prefixes: Sequence[str], preference: str, song_id: str | None = None
) -> Recorded:
    """Record how a candidate compares with others; it still waits for a decision.

    Args:
        studio: the studio.
        prefixes: beginning of the candidate's id, and of those of the others it is compared with;
            if there is only one, the others are those last shown beside it.
        preference: ``more``, ``less``, ``least`` or ``cant-tell``.
        song_id: the song, if several have the same music.

    Raises:
        Refused: if it was said already, or nothing is there to compare it with.
        NotFound: if there is no such candidate.
    """
    first, *named = dict.fromkeys(find_entry(studio, each, song_id).id for each in prefixes)

    def make(entry: Entry) -> list[events.Payload]:
        others = _named(entry, named) if named else shown_beside(studio, entry)
        return [statement(entry, preference, others)]

    return decide(studio, first, make, song_id)


def statement(entry: Entry, preference: str, others: Sequence[str]) -> events.PreferenceStated:
    """The event that compares a candidate with others."""
    if preference in NEEDS_OTHERS and not others:
        raise Refused(
            f"no other was shown beside {short(entry.id)}",
            f"see engine review --all --song {entry.song.song_id}",
        )
    same = (entry.id, preference, frozenset(others))
    stated = entry.song.preferences
    if same in ((each.candidate, each.preference, frozenset(each.among)) for each in stated):
        raise Refused(
            f"that was said of {short(entry.id)} already",
            f"run engine undo {short(entry.id)} to take that back",
        )
    return events.PreferenceStated(
        candidate=entry.id, stage=entry.state.stage, preference=preference, among=list(others)
    )


def _named(entry: Entry, others: Sequence[str]) -> list[str]:
    for other in others:
        known = entry.song.candidates.get(other)
        if known is None or known.stage != entry.state.stage:
            raise Refused(
                f"{short(other)} and {short(entry.id)} are not of one song and stage",
                "compare candidates that were composed for the same place",
            )
    return list(others)


def shown_beside(studio: Studio, entry: Entry) -> list[str]:
    """The candidates of its stage and section that were shown with one most recently."""
    return last_shown_beside(entry.song, showings(studio, entry.song), entry.id)
