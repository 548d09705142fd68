"""From a song's state to the context that a genome is rendered in."""

from __future__ import annotations

from typing import Any

from fitness.colours import Colour, find_colour
from genomes import Context, Key, Meter, Section
from store import events


def song_context(song: dict[str, Any], section: Section) -> Context:
    """The context of a section of a song before anything of it is approved."""
    return Context(
        Key.parse(song["key"]),
        Meter.parse(song["meter"]),
        float(song["tempo_bpm"]),
        section,
        genres=tuple(song["genres"]),
        singer=song["singer"] or "",
    )


def song_colour(song: dict[str, Any]) -> Colour:
    """The colour that a song is meant to have."""
    return find_colour(song["colour"])


def section_of(recorded: events.Section) -> Section:
    """A section as the log says it."""
    return Section(recorded.label, recorded.bars, recorded.energy)
