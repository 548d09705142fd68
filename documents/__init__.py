r"""Documents that people write: YAML read as plain values, and keys, meters and tempos in words.

    from documents import key_of, load_text

    song = load_text("title: Tide\nkey: F# minor\n")
    (key, written), warnings = key_of(song["key"]).value, key_of(song["key"]).warnings

A file is read by a safe parser within limits of size and depth: nothing in it is executed, and
whatever is wrong with it is an `UnreadableError` on one line, which says what would be accepted.

Each name below loads its module when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from documents.findings import (
        Findings,
        Found,
        Refusal,
        UnreadableError,
        one_line,
        refusal,
        shown,
        slug,
        written,
    )
    from documents.music import (
        checked_tempo,
        key_from_text,
        key_of,
        marking_of,
        meter_from_text,
        meter_of,
        tempo_of,
    )
    from documents.yaml_files import load_file, load_text

__all__ = [
    "Findings",
    "Found",
    "Refusal",
    "UnreadableError",
    "checked_tempo",
    "key_from_text",
    "key_of",
    "load_file",
    "load_text",
    "marking_of",
    "meter_from_text",
    "meter_of",
    "one_line",
    "refusal",
    "shown",
    "slug",
    "tempo_of",
    "written",
]

# Module -> what it defines; the rest is in `documents.findings`.
_MODULES = {
    "music": (
        *("checked_tempo", "key_from_text", "key_of", "marking_of", "meter_from_text"),
        *("meter_of", "tempo_of"),
    ),
    "yaml_files": ("load_file", "load_text"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'findings')}"), name)
