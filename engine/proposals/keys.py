"""The key of a song."""

from __future__ import annotations

from typing import Any

from documents import music
from documents.findings import Found, UnreadableError, written
from genomes.keys import Key

FIELD = music.KEY_FIELD
A_KEY = f"{music.A_KEY}; --key overrides"


def read_key(document: dict[str, Any], override: Key | None) -> Found[tuple[Key, str | None]]:
    """The key and how it was written.

    Raises:
        UnreadableError: if it names no key.
    """
    if override is not None:
        warning = f"key: {override} from --key instead of {written(document, FIELD)}"
        return Found((override, str(override)), (warning,))
    try:
        found = music.key_of(document.get(FIELD))
    except UnreadableError as error:
        raise UnreadableError(FIELD, written(document, FIELD), A_KEY) from error
    return Found(found.value, found.warnings)
