"""What a change of a song came to: its new values, and what became of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.gate.revising import FACTS
from engine.state.lineages import why_stale
from engine.state.songs import APPROVED, PENDING, GivenWords, Song, why_revised
from store.events import SongProposed

Facts = Song | SongProposed

# Fields that are said with their values, and their words; of the others only that they changed.
# Tonic and mode are in the key.
SHOWN = {
    **{name: name for name in ("title", "colour", "key", "meter", "singer")},
    "tempo_bpm": "tempo",
}
HIDDEN = ("tonic_pitch_class", "mode")

STATUS_WORDS = {APPROVED: "approved", PENDING: "waiting"}


@dataclass(frozen=True, slots=True)
class SongChanges:
    """The differences between two states of a song.

    Attributes:
        before: the song before.
        after: the song after.
    """

    before: Song
    after: Song

    @property
    def values(self) -> dict[str, tuple[Any, Any]]:
        """Name of each field that changed -> its values before and after."""
        return changed_values(self.before, self.after)

    @property
    def transposed(self) -> tuple[str, ...]:
        """Ids of the candidates that were transposed."""
        return tuple(
            name
            for name, state in self.after.candidates.items()
            if state.transposed is not None
            and state.transposed != self.before.candidates[name].transposed
        )

    @property
    def outdated(self) -> dict[str, str]:
        """Id of each candidate that fitted the song and doesn't any more -> the reason."""
        return {
            name: why_revised(self.after, state)
            for name, state in self.after.candidates.items()
            if why_revised(self.after, state)
            and not why_revised(self.before, self.before.candidates[name])
        }

    @property
    def fitting_again(self) -> tuple[str, ...]:
        """Ids of the candidates that didn't fit the song and do again."""
        return tuple(
            name
            for name, state in self.after.candidates.items()
            if why_revised(self.before, self.before.candidates[name])
            and not why_revised(self.after, state)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            "song": self.after.song_id,
            "title": self.after.title,
            "revision": self.after.revision,
            "archived": self.after.is_archived,
            "changed": {name: list(values) for name, values in self.values.items()},
            "transposed": list(self.transposed),
            "stale": self.outdated,
            "fitting_again": list(self.fitting_again),
        }

    def lines(self) -> list[str]:
        """The changes for a person, one line each."""
        lines = value_lines(self.values)
        lines += words_lines(self.before.words, self.after.words)
        if self.transposed:
            lines.append(f"transposed to {self.after.key}: {self._counted(self.transposed)}")
        for why in dict.fromkeys(self.outdated.values()):
            names = [name for name, reason in self.outdated.items() if reason == why]
            lines.append(f"stale: {self._counted(names)}; {why}")
        if self.fitting_again:
            lines.append(f"fitting again: {self._counted(self.fitting_again)}")
        if self.before.is_archived != self.after.is_archived:
            lines.append("archived" if self.after.is_archived else "back from the archive")
        return lines

    def _counted(self, names: tuple[str, ...] | list[str]) -> str:
        """How many candidates these are, by their status."""
        statuses = [self.after.candidates[name].status for name in names]
        return ", ".join(
            f"{statuses.count(status)} {STATUS_WORDS.get(status, status)}"
            for status in dict.fromkeys(sorted(statuses))
        )


class PartAt(NamedTuple):
    """A part that is approved for a section.

    Attributes:
        candidate: its id.
        section: label of the section.
    """

    candidate: str
    section: str


@dataclass(frozen=True, slots=True)
class Staleness:
    """What became of approved parts by a decision on another.

    Attributes:
        stale: parts that fitted, and don't any more -> the reason.
        fresh: parts that fit again.
    """

    stale: dict[PartAt, str]
    fresh: tuple[PartAt, ...]


def staleness(before: Song, after: Song) -> Staleness:
    """Which approved parts became stale between two states of a song, and which fit again."""
    then, now = _reasons(before), _reasons(after)
    return Staleness(
        {part: why for part, why in now.items() if why and not then.get(part)},
        tuple(part for part, why in then.items() if why and now.get(part) == ""),
    )


def _reasons(song: Song) -> dict[PartAt, str]:
    """Why each approved part is stale; empty for one that isn't."""
    return {
        PartAt(name, approval.section.label): why_stale(song, state, approval.section.label)
        for name, state in song.candidates.items()
        for approval in state.approvals
    }


def changed_values(before: Facts, after: Facts) -> dict[str, tuple[Any, Any]]:
    """Name of each field of a proposal that differs -> its values before and after."""
    return {
        name: (getattr(before, name), getattr(after, name))
        for name in FACTS
        if name not in HIDDEN
        if getattr(before, name) != getattr(after, name)
    }


def value_lines(values: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """Changed values for a person, one line each."""
    return [
        f"{SHOWN[name]}: {shown_value(old)} → {shown_value(new)}"
        if name in SHOWN
        else f"{name} changed"
        for name, (old, new) in values.items()
    ]


def words_lines(before: GivenWords | None, after: GivenWords | None) -> list[str]:
    """What of a song's words changed for a person: which of their sections, one line for each."""
    old, new = (dict(each.sections) if each else {} for each in (before, after))
    found = {
        "added": [label for label in new if label not in old],
        "removed": [label for label in old if label not in new],
        "changed": [label for label in new if label in old and new[label] != old[label]],
    }
    return [
        f"words {how}: {', '.join(label or 'all' for label in labels)}"
        for how, labels in found.items()
        if labels
    ]


def shown_value(value: Any) -> str:
    """A value of a song for a person."""
    return f"{value:g}" if isinstance(value, float) else str(value or "none")
