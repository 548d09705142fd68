"""How two songs differ: two moments of one, two branches, or any two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from documents.findings import UnreadableError
from engine.arrangement.drift import drift
from engine.arrangement.plan_text import parse_plan
from engine.gate.decisions import music_of
from engine.gate.exports import proposal_at
from engine.gate.waiting import Entry
from engine.ids import short
from engine.reports.changes import changed_values, value_lines, words_lines
from engine.reports.explanation import bars_in_words
from engine.reports.glance import notes_by_bar
from engine.runs.contexts import section_of, song_context
from engine.stages import STAGES
from engine.state.lineages import in_use, sections
from engine.state.songs import Song, last_arrangement
from engine.state.studio import Studio
from genomes import Part
from store import events


@dataclass(frozen=True, slots=True)
class PartDifference:
    """Two parts of one stage that a section uses in the one song and in the other.

    Attributes:
        section: label of the section.
        stage: name of the stage.
        before: id of the candidate in use in the first song; None if there is none.
        after: that of the second song.
        labels: the labels of both; empty where there is none.
        bars: numbers of the bars in which their notes or what is sung differ, 1 the first; empty
            where one is missing.
        bar_count: how many bars the longer one has.
    """

    section: str
    stage: str
    before: str | None
    after: str | None
    labels: tuple[str, str]
    bars: tuple[int, ...]
    bar_count: int

    def line(self) -> str:
        """The difference for a person."""
        names = (
            " ".join(filter(None, [label, f"({short(candidate)})"])) if candidate else "none"
            for candidate, label in zip((self.before, self.after), self.labels, strict=True)
        )
        said = f"{self.section} {self.stage}: {' → '.join(names)}"
        if self.before is None or self.after is None:
            return said
        if not self.bars:
            return f"{said}; the same notes"
        if len(self.bars) == self.bar_count:
            return f"{said}; every bar differs"
        verb = "differs" if len(self.bars) == 1 else "differ"
        return f"{said}; {bars_in_words(self.bars)} {verb}"


@dataclass(frozen=True, slots=True)
class SongDifference:
    """How two songs, or two moments of one, differ.

    Attributes:
        before: the first.
        after: the second.
        parts: what their sections use, where that differs; of one candidate in two keys too.
        plan: differences of the plans that they were arranged by last; None if they don't differ.
    """

    before: Song
    after: Song
    parts: tuple[PartDifference, ...]
    plan: dict[str, Any] | None

    @property
    def values(self) -> dict[str, tuple[Any, Any]]:
        """Name of each field of the proposal that differs -> both values."""
        return changed_values(self.before, self.after)

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            "songs": [self.before.song_id, self.after.song_id],
            "changed": {name: list(values) for name, values in self.values.items()},
            "parts": [
                {
                    "section": part.section,
                    "stage": part.stage,
                    "before": part.before,
                    "after": part.after,
                    "labels": list(part.labels),
                    "bars": list(part.bars),
                }
                for part in self.parts
            ],
            "words": words_lines(self.before.words, self.after.words),
            "plan": self.plan,
        }

    def lines(self) -> list[str]:
        """The differences for a person, one line each; none if nothing differs."""
        return [
            *value_lines(self.values),
            *(part.line() for part in self.parts),
            *words_lines(self.before.words, self.after.words),
            *_plan_lines(self.plan),
        ]


def difference(studio: Studio, before: Song, after: Song) -> SongDifference:
    """How two songs differ, of which each may be as of a moment.

    Args:
        studio: the studio.
        before: the first.
        after: the second.
    """
    labels = dict.fromkeys((*sections(before), *sections(after), *_used_labels(before, after)))
    parts = [part for label in labels for part in _parts(studio, before, after, label)]
    return SongDifference(before, after, tuple(parts), _plan(before, after))


def _used_labels(*songs: Song) -> Iterator[str]:
    """Sections of approved parts, without chords too."""
    for song in songs:
        for state in song.candidates.values():
            yield from (approval.section.label for approval in state.approvals)


def _parts(studio: Studio, before: Song, after: Song, section: str) -> Iterator[PartDifference]:
    used = in_use(before, section), in_use(after, section)
    for stage in STAGES:
        first, second = used[0].get(stage), used[1].get(stage)
        if first is None and second is None:
            continue
        found = _between(studio, section, stage, (before, first), (after, second))
        if first != second or found.bars:
            yield found


def entry_difference(studio: Studio, before: Entry, after: Entry) -> PartDifference:
    """In which bars two candidates differ."""
    place = before.state.section.label, before.state.stage
    return _between(studio, *place, (before.song, before.id), (after.song, after.id))


def _between(
    studio: Studio,
    section: str,
    stage: str,
    before: tuple[Song, str | None],
    after: tuple[Song, str | None],
) -> PartDifference:
    """How two candidates differ, each with its song."""
    bars = _bars(studio, *before), _bars(studio, *after)
    differing = tuple(
        number
        for number, (one, other) in enumerate(zip_longest(*bars), start=1)
        if one != other and before[1] is not None and after[1] is not None
    )
    labels = _label(*before, section), _label(*after, section)
    count = max(map(len, bars))
    return PartDifference(section, stage, before[1], after[1], labels, differing, count)


def _label(song: Song, candidate: str | None, section: str) -> str:
    approval = song.candidates[candidate].approval_for(section) if candidate else None
    return approval.label if approval else ""


Bar = tuple[tuple[Any, ...], ...]


def _bars(studio: Studio, song: Song, candidate: str | None) -> list[Bar]:
    """The notes of each bar of a candidate from the bar's beginning, with what is sung on them."""
    if candidate is None:
        return []
    state = song.candidates[candidate]
    part = Part.from_payload(music_of(studio, Entry(candidate, song, state)).part)
    meter = song_context(proposal_at(studio, state.built_on), section_of(state.section)).meter
    sung = dict(part.lyrics or ())
    return [
        tuple((onset - number * meter.bar_ticks, *rest, sung.get(onset)) for onset, *rest in notes)
        for number, notes in enumerate(notes_by_bar(part, meter))
    ]


def _plan(before: Song, after: Song) -> dict[str, Any] | None:
    """How the plans differ that both were arranged by last."""
    plans = [each.plan if (each := last_arrangement(song)) else None for song in (before, after)]
    documents = [_without_title(plan) for plan in plans]
    if documents[0] == documents[1]:
        return None
    if documents[0] is None or documents[1] is None:
        return {"arranged": [each is not None for each in documents]}
    try:
        return drift(*(parse_plan(each) for each in documents))
    except UnreadableError:  # a plan of another release
        return {}


def _without_title(plan: events.Plain | None) -> events.Plain | None:
    """A plan without what says whose it is: branches have names of their own."""
    if plan is None:
        return None
    return {name: value for name, value in plan.items() if name != "title"}


def _plan_lines(plan: dict[str, Any] | None) -> list[str]:
    if plan is None:
        return []
    if "arranged" in plan:
        return [f"arranged: {' → '.join('yes' if each else 'no' for each in plan['arranged'])}"]
    deltas = {label: row for label, row in plan.get("bar_deltas", {}).items() if row["delta"]}
    lines = [
        *(f"plan, {name}: {', '.join(plan[name])}"
          for name in ("removed", "added", "reordered") if plan.get(name)),
        *(f"plan, {label}: {row['proposed']} → {row['actual']} bars"
          for label, row in deltas.items()),
    ]  # fmt: skip
    return lines or ["plan: its parts, energies or instruments differ"]
