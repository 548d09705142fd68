"""What was shown of a song: when, where, and which candidates beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.state.songs import Song
from engine.state.studio import Studio
from store import events

# Where music is shown as files of what was decided before: that tells nothing of a choice.
FILE = "file"


@dataclass(frozen=True, slots=True)
class Showing:
    """Candidates that were shown at once.

    Attributes:
        position: position of its event in the log.
        at: time of its event.
        where: such as ``terminal``; see ``engine.gate.waiting.present``.
        command: the command that showed them; None in old logs.
        candidates: their ids, in the order in which they were shown.
        order_seed: of which that order was made; None where they were ranked.
    """

    position: int
    at: datetime
    where: str
    command: str | None
    candidates: tuple[str, ...]
    order_seed: int | None = None


def showings(studio: Studio, song: Song) -> list[Showing]:
    """Everything that was shown of a song, oldest first."""
    found = []
    for recorded in studio.song_events(song, ("CandidatesPresented",)):
        event = recorded.payload
        assert isinstance(event, events.CandidatesPresented)  # noqa: S101 - the kind that was read
        found.append(
            Showing(
                position=recorded.position,
                at=datetime.fromisoformat(recorded.recorded_at),
                where=event.where,
                command=event.command,
                candidates=tuple(event.candidates),
                order_seed=event.order_seed,
            )
        )
    return found


def beside(song: Song, candidate: str, shown: Sequence[str]) -> list[str]:
    """Those of the shown candidates that a candidate competes with: of its stage and section."""
    mine = song.candidates[candidate]
    return [
        each
        for each in dict.fromkeys(shown)
        if each != candidate
        and song.candidates[each].stage == mine.stage
        and song.candidates[each].section.label == mine.section.label
    ]


def last_shown_beside(
    song: Song, shown: Sequence[Showing], candidate: str, before: int | None = None
) -> list[str]:
    """The candidates of its stage and section that were shown with it most recently.

    Args:
        song: state of the song.
        shown: its showings, oldest first.
        candidate: id of the candidate.
        before: position in the log that the showing came before; None: the last of all.
    """
    for showing in reversed(shown):
        if before is not None and showing.position >= before:
            continue
        if candidate in showing.candidates and (
            others := beside(song, candidate, showing.candidates)
        ):
            return others
    return []
