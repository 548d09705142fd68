"""Tempi as people write them."""

from __future__ import annotations

import math
import re
from typing import Any

from documents.findings import Found, UnreadableError
from documents.wording import shown

FIELD = "bpm"
MIN_BPM, MAX_BPM = 10.0, 400.0
USUAL_BPM = (40.0, 220.0)
A_TEMPO = f"a number from {MIN_BPM:g} to {MAX_BPM:g}"

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,9})?")


def tempo_of(value: Any) -> Found[float]:
    """Beats per minute; unusual tempi are taken with a warning.

    Raises:
        UnreadableError: if it is no number, or none that can be played.
    """
    tempo_bpm = checked_tempo(value)
    slow, fast = USUAL_BPM
    if slow <= tempo_bpm <= fast:
        return Found(tempo_bpm)
    return Found(tempo_bpm, (f"bpm: {tempo_bpm:g} is outside the usual {slow:g} to {fast:g}",))


def checked_tempo(value: Any) -> float:
    """A tempo in range as a float; raises UnreadableError (a ValueError) for anything else."""
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    if not is_number or not math.isfinite(number) or not MIN_BPM <= number <= MAX_BPM:
        raise UnreadableError(FIELD, shown(value), A_TEMPO)
    return float(number)
