"""What a change of a song came to: its new values, and what became of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.gate.revising import FACTS
from engine.state.songs import APPROVED, PENDING, Song, why_revised

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
        return {
            name: (getattr(self.before, name), getattr(self.after, name))
            for name in FACTS
            if name not in HIDDEN
            if getattr(self.before, name) != getattr(self.after, name)
        }

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
        lines = [
            f"{SHOWN[name]}: {shown_value(old)} → {shown_value(new)}"
            if name in SHOWN
            else f"{name} changed"
            for name, (old, new) in self.values.items()
        ]
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


def shown_value(value: Any) -> str:
    """A value of a song for a person."""
    return f"{value:g}" if isinstance(value, float) else str(value or "none")
