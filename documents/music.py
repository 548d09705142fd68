"""Keys, meters and tempos in all the ways that people and programs have written them."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from documents.findings import Found, UnreadableError, one_line, shown
from genomes.keys import Key
from genomes.time import DENOMINATORS, MAX_NUMERATOR, Meter

KEY_FIELD, TEMPO_FIELD = "key", "bpm"
A_KEY = "a note and a mode, such as F# minor"

# How an accidental is spelled after its letter; in dict forms it stands in a field of its own.
ACCIDENTAL_WORDS = {"sharp": "#", "flat": "b", "natural": ""}
SIGNS = str.maketrans({"♭": "b", "♯": "#", "♮": None, "_": " "})

# Beyond the modes and aliases of a Key. "M" and "m" are distinguished before case is folded.
MODE_WORDS = {"": "major", "natural minor": "minor", "mi": "minor", "ma": "major"}

_KEY = re.compile(r"([A-Ga-g])(?:[\s-]*(#|b|(?i:sharp|flat|natural)\b))?(.*)")


def key_of(value: Any) -> Found[tuple[Key, str]]:
    """The key that a field holds, a text or a dict, and how it was written.

    Raises:
        UnreadableError: if it names no key; ``All Keys`` and the like never become a default.
    """
    text = _key_text(value) if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise UnreadableError(KEY_FIELD, shown(value), A_KEY)
    found = key_from_text(text)
    return Found((found.value, one_line(text)), found.warnings)


def key_from_text(text: str) -> Found[Key]:
    """Read ``"A ♭ major"``, ``"Gb  minor"``, ``"F#m"`` or ``"C major (resolving …)"``.

    Raises:
        UnreadableError: if the words before any "(" are not a note and a mode.
    """
    tidy = unicodedata.normalize("NFKC", text).translate(SIGNS).partition("(")[0].strip()
    match = _KEY.fullmatch(tidy)
    if match is None:
        raise UnreadableError(KEY_FIELD, shown(text), A_KEY)
    letter, accidental, mode = match.groups(default="")
    accidental = ACCIDENTAL_WORDS.get(accidental.casefold(), accidental)
    try:
        key = Key.parse(f"{letter}{accidental} {_mode_name(mode)}")
    except ValueError as error:
        raise UnreadableError(KEY_FIELD, shown(text), A_KEY) from error
    return Found(key, () if mode else (f"key: {shown(text)} names no mode; read as {key}",))


def _mode_name(written_mode: str) -> str:
    if written_mode.strip() == "M":
        return "major"
    words = written_mode.casefold().replace("-", " ").split()
    mode = " ".join(words) or written_mode  # "A-" is A minor to some: a lone dash is no mode
    return MODE_WORDS.get(mode, mode)


def _key_text(value: dict[str, Any]) -> str | None:
    """``{note: {pitch_name, accidental}, mode: {name}}`` or ``{tonic, mode}`` as text."""
    note = value.get("note", value.get("tonic"))
    mode = value.get("mode")
    pitch = note.get("pitch_name") if isinstance(note, dict) else note
    accidental = note.get("accidental") if isinstance(note, dict) else None
    name = mode.get("name") if isinstance(mode, dict) else mode
    parts = (pitch, accidental or "", " ", name or "")
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts).strip() if len(texts) == len(parts) else None


A_METER = f"N/D with N from 1 to {MAX_NUMERATOR} and D one of {', '.join(map(str, DENOMINATORS))}"

# A text is a tempo marking if one of these is among its words and no digit is in it.
_ITALIAN = (
    "grave largo larghetto lento adagio adagietto andante andantino moderato allegretto allegro "
    "vivace vivo presto prestissimo rubato sostenuto maestoso tranquillo"
)
_ENGLISH = (
    "slow slowly fast quick quickly moderate moderately medium mid midtempo uptempo downtempo "
    "brisk briskly lively steady driving languid languidly contemplative meditative relaxed "
    "gentle gently flowing drifting floating urgent unhurried walking marching swing swung "
    "shuffle ballad waltz freely"
)
_OTHERS = "langsam mäßig bewegt lebhaft schnell lent modéré animé vif vite"
TEMPO_WORDS = frozenset(f"{_ITALIAN} {_ENGLISH} {_OTHERS}".casefold().split())
MAX_MARKING = 80

_METER = re.compile(r"\s*([0-9]{1,3})\s*/\s*([0-9]{1,3})\s*")


def meter_from_text(text: str) -> Meter | None:
    """The meter written as ``"7/8"``, or None if the text is none."""
    match = _METER.fullmatch(unicodedata.normalize("NFKC", text).replace("⁄", "/"))
    return _meter(int(match[1]), int(match[2])) if match else None


def meter_of(value: Any) -> Meter | None:
    """The meter that a field holds, a text or ``{numerator, denominator}``, or None."""
    if isinstance(value, str):
        return meter_from_text(value)
    if isinstance(value, dict):
        return _meter(value.get("numerator"), value.get("denominator"))
    return None


def _meter(numerator: Any, denominator: Any) -> Meter | None:
    if not all(type(number) is int for number in (numerator, denominator)):
        return None
    try:
        return Meter(numerator, denominator)
    except ValueError:
        return None


def marking_of(value: Any) -> str | None:
    """The text if it is a tempo marking."""
    if not isinstance(value, str) or len(value) > MAX_MARKING or re.search(r"\d", value):
        return None
    words = re.findall(r"\w+", value.casefold())
    return one_line(value) if TEMPO_WORDS.intersection(words) else None


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
        raise UnreadableError(TEMPO_FIELD, shown(value), A_TEMPO)
    return float(number)
