"""Key, meter and tempo of a song; documents write the meter in a field called ``tempo``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from documents import music
from documents.findings import Found, UnreadableError, shown, written
from documents.music import KEY_FIELD, TEMPO_FIELD
from genomes.keys import Key
from genomes.time import Meter

A_KEY = f"{music.A_KEY}; --key overrides"


def read_key(document: dict[str, Any], override: Key | None) -> Found[tuple[Key, str | None]]:
    """The key and how it was written.

    Raises:
        UnreadableError: if it names no key.
    """
    if override is not None:
        warning = f"key: {override} from --key instead of {written(document, KEY_FIELD)}"
        return Found((override, str(override)), (warning,))
    try:
        found = music.key_of(document.get(KEY_FIELD))
    except UnreadableError as error:
        raise UnreadableError(KEY_FIELD, written(document, KEY_FIELD), A_KEY) from error
    return Found(found.value, found.warnings)


METER_FIELD = "tempo"
A_METER = f"{music.A_METER}, or a tempo word; --meter overrides"
DEFAULT_METER = Meter(4, 4)

# A document with none of these is in the short form, which has no tempo field; in the full form a
# missing meter is an error.
FIELDS_OF_FULL_FORM = frozenset(
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
    value = document.get(METER_FIELD)
    marking = music.marking_of(value)
    if override is not None:
        warning = f"tempo: {override} from --meter instead of {written(document, METER_FIELD)}"
        return Found(MeterReading(override, marking), (warning,))
    if marking is not None:
        warning = f"tempo: {shown(marking)} is a tempo marking; meter {DEFAULT_METER} assumed"
        return Found(MeterReading(DEFAULT_METER, marking), (warning,))
    if METER_FIELD not in document and FIELDS_OF_FULL_FORM.isdisjoint(document):
        return Found(MeterReading(DEFAULT_METER), (f"tempo: missing; {DEFAULT_METER} assumed",))
    meter = music.meter_of(value)
    if meter is None:
        raise UnreadableError(METER_FIELD, written(document, METER_FIELD), A_METER)
    return Found(MeterReading(meter))


A_TEMPO = f"{music.A_TEMPO}; --bpm overrides"


def read_tempo(document: dict[str, Any], override: float | None) -> Found[float]:
    """Beats per minute; unusual tempi are taken with a warning.

    Raises:
        UnreadableError: if there is no number, or none that can be played.
    """
    if override is not None:
        warning = f"bpm: {override:g} from --bpm instead of {written(document, TEMPO_FIELD)}"
        return Found(override, (warning,))
    try:
        return music.tempo_of(document.get(TEMPO_FIELD))
    except UnreadableError as error:
        raise UnreadableError(TEMPO_FIELD, written(document, TEMPO_FIELD), A_TEMPO) from error
