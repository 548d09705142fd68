"""What people are shown of a candidate at the gate, on a terminal or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.gate.decisions import music_of
from engine.gate.exports import proposal_at
from engine.gate.waiting import Entry
from engine.reports.reasons import reason
from engine.state.lineages import why_stale
from engine.state.songs import PENDING
from engine.state.studio import Studio
from genomes import Key, Meter, Part


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate as people read it.

    Attributes:
        part: its notes, in the key that it was transposed to.
        meter: of its bars.
        key: spells the names of its notes.
        why: what speaks for it and against it, beside the others of its run.
        stale: why it doesn't fit its section any more; empty if it does.
        decided: what was decided of it, or what it will be called; empty if nothing is.
        notes: what people wrote about it.
    """

    part: Part
    meter: Meter
    key: Key
    why: str
    stale: str
    decided: str
    notes: tuple[str, ...]

    @property
    def remarks(self) -> list[str]:
        """All but the music and why it was chosen, in lines."""
        stale = f"stale: {self.stale}" if self.stale else ""
        notes = [f"note: {text}" for text in self.notes]
        return [line for line in (self.decided, stale, *notes) if line]


def shown(studio: Studio, entry: Entry, beside: Sequence[Entry] | None = None) -> Shown:
    """What people are shown of a candidate.

    Args:
        studio: the studio.
        entry: the candidate.
        beside: what it is compared with; the others of its run if None.
    """
    state = entry.state
    song = proposal_at(studio, state.built_on)
    return Shown(
        part=Part.from_payload(music_of(studio, entry).part),
        meter=Meter.parse(song.meter),
        key=Key.parse(state.transposed.key if state.transposed else song.key),
        why=_why(entry, song.colour, _of_its_run(entry) if beside is None else beside),
        stale=why_stale(entry.song, state),
        decided=_decided(entry),
        notes=state.notes,
    )


def _decided(entry: Entry) -> str:
    """What was decided of a candidate, as what it was approved, and whether it is in use."""
    if entry.status == PENDING:
        return f"will be called {entry.label}" if entry.label else ""
    labels = [approval.label for approval in entry.state.approvals] or [entry.label or ""]
    label = f" as {' and '.join(labels)}" if entry.label else ""
    used = ", not in use" if entry.state.approvals and not entry.used_by else ""
    return f"{entry.status}{label}{used}"


def _of_its_run(entry: Entry) -> list[Entry]:
    """The candidates that the same run gave, with itself."""
    known = entry.song.candidates.items()
    return [Entry(name, entry.song, each) for name, each in known if each.run == entry.state.run]


def _why(entry: Entry, colour: str, beside: Sequence[Entry]) -> str:
    """What speaks for a candidate and against it, beside others."""
    state = entry.state
    if state.run is None:
        return f"made by hand, imported {state.description.get('imported', '')}"
    others = [other.state.terms for other in beside if other.id != entry.id and other.state.terms]
    sung = state.description.get("lyrics", ())
    return reason(state.stage, state.terms, others, state.heard, colour, sung)
