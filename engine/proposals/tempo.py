"""The tempo of a song, in beats per minute."""

from __future__ import annotations

from typing import Any

from documents import music
from documents.findings import Found, UnreadableError, written

FIELD = music.TEMPO_FIELD
A_TEMPO = f"{music.A_TEMPO}; --bpm overrides"


def read_tempo(document: dict[str, Any], override: float | None) -> Found[float]:
    """Beats per minute; unusual tempi are taken with a warning.

    Raises:
        UnreadableError: if there is no number, or none that can be played.
    """
    if override is not None:
        warning = f"bpm: {override:g} from --bpm instead of {written(document, FIELD)}"
        return Found(override, (warning,))
    try:
        return music.tempo_of(document.get(FIELD))
    except UnreadableError as error:
        raise UnreadableError(FIELD, written(document, FIELD), A_TEMPO) from error
