"""The meter of a song, which documents write in a field called ``tempo``; or a tempo marking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from documents import music
from documents.findings import Found, UnreadableError, shown, written
from genomes.time import Meter

FIELD = "tempo"
A_METER = f"{music.A_METER}, or a tempo word; --meter overrides"
DEFAULT_METER = Meter(4, 4)

# A document with none of these is the short form, written to hand a song over: it has no tempo
# field at all. Where the song is told in full, a meter that is not there was forgotten.
TOLD_IN_FULL = frozenset(
    {"concept", "mood", "moods", "genres", "iteration_id", "manifest_id", "agent_name"}
)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A meter and, where one was given, the tempo marking (``"Moderate driving"``)."""

    meter: Meter
    marking: str | None = None


def read_meter(document: dict[str, Any], override: Meter | None) -> Found[MeterReading]:
    """The meter; a tempo word leaves it at 4/4, with a warning.

    Raises:
        UnreadableError: if the field holds neither a meter nor a tempo word.
    """
    value = document.get(FIELD)
    marking = music.marking_of(value)
    if override is not None:
        warning = f"tempo: {override} from --meter instead of {written(document, FIELD)}"
        return Found(MeterReading(override, marking), (warning,))
    if marking is not None:
        warning = f"tempo: {shown(marking)} is a tempo marking; meter {DEFAULT_METER} assumed"
        return Found(MeterReading(DEFAULT_METER, marking), (warning,))
    if FIELD not in document and TOLD_IN_FULL.isdisjoint(document):
        return Found(MeterReading(DEFAULT_METER), (f"tempo: missing; {DEFAULT_METER} assumed",))
    meter = music.meter_of(value)
    if meter is None:
        raise UnreadableError(FIELD, written(document, FIELD), A_METER)
    return Found(MeterReading(meter))
