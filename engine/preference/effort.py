"""What it took to get each approved part, and how much a person agrees with themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import NormalDist
from typing import Any

from engine.preference.pairs import approvals_by_person
from engine.preference.showings import FILE
from engine.state.songs import LEAST, LESS, MORE, Song, song_stream
from engine.state.studio import Studio
from store import events
from store.records import Recorded

PRESENTED, PLAYED = "CandidatesPresented", "CandidatePlayed"
# What a person does about candidates besides looking and listening.
ACTS = ("CandidateApproved", "CandidateRejected", "PreferenceStated", "DecisionUndone")
KINDS = (PRESENTED, PLAYED, *ACTS)
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PartEffort:
    """What an approved part took, counted since the last approval of its stage and section.

    Attributes:
        song: id of the song.
        stage: such as ``chords``.
        section: label of the section that it was made for.
        candidate: id of the part.
        label: of its approval.
        shown: number of candidates of its stage and section that were shown.
        showings: how often any of them was shown.
        plays: how often any of them was played.
        seconds_played: how long they sounded.
        decisions: approvals, rejections, comparisons and undoings, with its own approval.
        wall_seconds: time from the first showing to the approval; None if it was never shown.
    """

    song: str
    stage: str
    section: str
    candidate: str
    label: str
    shown: int
    showings: int
    plays: int
    seconds_played: float
    decisions: int
    wall_seconds: float | None


def duration(seconds: float | None) -> str:
    """A time for people, such as ``2:05``, or ``3 d 4:00:00``; ``-`` where there is none."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours}:{minutes:02}:{rest:02}"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass(frozen=True, slots=True)
class Consistency:
    """How often a person judged a candidate as before when it was shown again.

    Attributes:
        repeats: number of judgements of a candidate that was judged and shown before.
        agreed: number of these that were as the one before.
        low: lower end of the 95 % interval of the share that agrees; None without repeats.
        high: upper end of it.
    """

    repeats: int
    agreed: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """Share of the repeats that agree, from 0 to 1; None without repeats."""
        return self.agreed / self.repeats if self.repeats else None

    @property
    def sentence(self) -> str:
        """It in words."""
        if self.share is None:
            return "nothing that you had judged was shown and judged again yet"
        return (
            f"judged again after another showing: {self.repeats}, as before: {self.agreed} "
            f"({self.share:.2f}, 95 % interval {self.low:.2f} to {self.high:.2f})"
        )


def efforts(studio: Studio, songs: Iterable[Song]) -> list[PartEffort]:
    """The effort of every part that a person approved, by song and in order of approval.

    What a branch has in common with its song counts for the song.
    """
    return [each for song in songs for each in _of_song(studio, song)]


def _of_song(studio: Studio, song: Song) -> list[PartEffort]:
    recorded = list(studio.song_events(song, KINDS))
    approved = sorted(
        (approvals[0].position, approvals[0].label, name)
        for name, state in song.candidates.items()
        if (approvals := approvals_by_person(state))
    )
    last: dict[tuple[str, str], int] = {}
    found = []
    for position, label, name in approved:
        place = _place(song, name)
        since = last.get(place, 0)
        window = [
            each for each in recorded if since < each.position <= position and not _is_file(each)
        ]
        if position > song.began:
            found.append(_effort(song, name, label, window))
        last[place] = position
    return found


def _place(song: Song, candidate: str) -> tuple[str, str]:
    state = song.candidates[candidate]
    return state.stage, state.section.label


def _is_file(recorded: Recorded) -> bool:
    """Whether an event shows only files of what was approved before."""
    event = recorded.payload
    return isinstance(event, events.CandidatesPresented) and event.where == FILE


def _effort(song: Song, candidate: str, label: str, window: Sequence[Recorded]) -> PartEffort:
    place = _place(song, candidate)
    shown: list[tuple[str, datetime]] = []
    plays: list[float] = []
    decisions = 0
    for each in window:
        event: Any = each.payload
        names = event.candidates if each.kind == PRESENTED else [event.candidate]
        of_place = [name for name in names if _place(song, name) == place]
        if each.kind == PRESENTED:
            at = datetime.fromisoformat(each.recorded_at)
            shown += [(name, at) for name in of_place]
        elif each.kind == PLAYED:
            plays += [event.seconds] * len(of_place)
        else:
            decisions += len(of_place)
    approved_at = datetime.fromisoformat(window[-1].recorded_at)
    return PartEffort(
        song=song.song_id,
        stage=place[0],
        section=place[1],
        candidate=candidate,
        label=label,
        shown=len({name for name, _ in shown}),
        showings=len(shown),
        plays=len(plays),
        seconds_played=sum(plays),
        decisions=decisions,
        wall_seconds=(approved_at - shown[0][1]).total_seconds() if shown else None,
    )


def total_sentence(parts: Sequence[PartEffort]) -> str:
    """What some parts took together, in words; at least one."""
    count = len(parts)
    decisions = sum(part.decisions for part in parts)
    listened = duration(sum(part.seconds_played for part in parts))
    shown = sum(part.shown for part in parts)
    return (
        f"{count} part{'s' * (count > 1)}: {shown} candidates shown, {decisions} decisions, "
        f"{listened} listened; per part {shown / count:.1f} and {decisions / count:.1f}"
    )


def consistency(studio: Studio, songs: Iterable[Song]) -> Consistency:
    """How often a person judged what was shown again as they had judged it before.

    The same music in two songs, in the same key, meter and tempo, is one thing shown twice, unless
    one song is a copy or a branch of the other.
    A judgement that was undone counts as one if the candidate was shown again before the next: it
    is then no slip that was mended.
    """
    outcomes = list(_repeats(studio, songs))
    low, high = _wilson(sum(outcomes), len(outcomes)) if outcomes else (None, None)
    return Consistency(len(outcomes), sum(outcomes), low, high)


def _repeats(studio: Studio, songs: Iterable[Song]) -> Iterator[bool]:
    """Of each judgement of a candidate that was shown since the last one: whether they agree."""
    streams = {song_stream(song.song_id) for song in songs if song.is_original}
    before: dict[str, bool] = {}
    approved_for: dict[str, tuple[str, str]] = {}
    shown_since: set[str] = set()
    for recorded in studio.log.read(kinds=(PRESENTED, *ACTS)):
        event: Any = recorded.payload
        if recorded.stream not in streams or _is_file(recorded):
            continue
        if recorded.kind == PRESENTED:
            shown_since |= set(event.candidates)
            continue
        is_good = _judgement(recorded)
        if is_good is None:
            continue
        name, place = event.candidate, (recorded.stream, _section(event))
        if name in before and name in shown_since and not _reuses(approved_for.get(name), place):
            yield before[name] == is_good
        before[name] = is_good
        approved_for[name] = place
        shown_since.discard(name)


def _section(event: events.Payload) -> str:
    """The section that an approval is for; empty for any other judgement."""
    return event.section.label if isinstance(event, events.CandidateApproved) else ""


def _reuses(last: tuple[str, str] | None, place: tuple[str, str]) -> bool:
    """Whether an approval only has another section of the song use what is approved."""
    if last is None or not last[1] or not place[1]:
        return False
    return last[0] == place[0] and last[1] != place[1]


def _judgement(recorded: Recorded) -> bool | None:
    """Whether a person called a candidate good, or not good; None if the event says neither."""
    event = recorded.payload
    if isinstance(event, events.CandidateApproved):
        return True if event.policy is None else None
    if isinstance(event, events.CandidateRejected):
        return False
    if isinstance(event, events.PreferenceStated):
        return {MORE: True, LESS: False, LEAST: False}.get(event.preference)
    return None


def _wilson(agreed: int, repeats: int) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927), at 95 %."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    share, spread = agreed / repeats, z * z / repeats
    middle = share + spread / 2
    half = z * sqrt(share * (1 - share) / repeats + spread / (4 * repeats))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))
