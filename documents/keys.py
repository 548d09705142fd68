"""Keys in all the ways people and programs have written them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from documents.findings import Found, UnreadableError
from documents.wording import one_line, shown
from genomes.keys import Key

FIELD = "key"
A_KEY = "a note and a mode, such as F# minor"

# How an accidental is spelled after its letter; in dict forms it stands in a field of its own.
ACCIDENTAL_WORDS = {"sharp": "#", "flat": "b", "natural": ""}
SIGNS = str.maketrans({"♭": "b", "♯": "#", "♮": None, "_": " "})

# Beyond the modes and aliases that a Key knows. "M" is told from "m" before case is folded.
MODE_WORDS = {"": "major", "natural minor": "minor", "mi": "minor", "ma": "major"}

_KEY = re.compile(r"([A-Ga-g])(?:[\s-]*(#|b|(?i:sharp|flat|natural)\b))?(.*)")


def key_of(value: Any) -> Found[tuple[Key, str]]:
    """The key that a field holds, a text or a dict, and how it was written.

    Raises:
        UnreadableError: if it names no key; ``All Keys`` and the like never become a default.
    """
    text = _text_of(value) if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise UnreadableError(FIELD, shown(value), A_KEY)
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
        raise UnreadableError(FIELD, shown(text), A_KEY)
    letter, accidental, mode = match.groups(default="")
    accidental = ACCIDENTAL_WORDS.get(accidental.casefold(), accidental)
    try:
        key = Key.parse(f"{letter}{accidental} {_mode(mode)}")
    except ValueError as error:
        raise UnreadableError(FIELD, shown(text), A_KEY) from error
    return Found(key, () if mode else (f"key: {shown(text)} names no mode; read as {key}",))


def _mode(written_mode: str) -> str:
    if written_mode.strip() == "M":
        return "major"
    words = written_mode.casefold().replace("-", " ").split()
    mode = " ".join(words) or written_mode  # "A-" is A minor to some: a lone dash is no mode
    return MODE_WORDS.get(mode, mode)


def _text_of(value: dict[str, Any]) -> str | None:
    """``{note: {pitch_name, accidental}, mode: {name}}`` or ``{tonic, mode}`` as text."""
    note = value.get("note", value.get("tonic"))
    mode = value.get("mode")
    pitch = note.get("pitch_name") if isinstance(note, dict) else note
    accidental = note.get("accidental") if isinstance(note, dict) else None
    name = mode.get("name") if isinstance(mode, dict) else mode
    parts = (pitch, accidental or "", " ", name or "")
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts).strip() if len(texts) == len(parts) else None
