"""Compares what two studios' logs say, payload by payload, as they are stored.

    python -m tests.engine.recorded.compare STUDIO OTHER

Left out is only what differs between two makings of one studio: when an event was recorded, its
random id (which exported files carry too, so that their hashes differ), and the engine's release.
"""

import re
import sqlite3
import sys
from pathlib import Path

# Kind of event -> what is incidental in its payload: (pattern, what stands for it).
INCIDENTAL = {
    "RunStarted": [(re.compile(r'"engine":"[\d.]+"'), '"engine":"*"')],
    "DecisionUndone": [(re.compile(r'"undoes":"[^"]+"'), '"undoes":"*"')],
    "ExportWritten": [(re.compile(r'"sha256":"[^"]+"'), '"sha256":"*"')],
}

Fact = tuple[str, str, int, str]


def facts(database: Path) -> list[Fact]:
    """(stream, kind, version, payload) of every event, in order."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT stream, kind, kind_version, payload FROM events ORDER BY position"
        ).fetchall()
    return [(stream, kind, version, comparable(kind, text)) for stream, kind, version, text in rows]


def comparable(kind: str, payload: str) -> str:
    """A stored payload without what is incidental in it."""
    for pattern, replacement in INCIDENTAL.get(kind, ()):
        payload = pattern.sub(replacement, payload)
    return payload


def main(one: Path, other: Path) -> int:
    """Say where the logs differ first; returns the exit code."""
    pairs = list(zip(facts(one / "studio.db"), facts(other / "studio.db"), strict=True))
    differing = [number for number, (a, b) in enumerate(pairs, start=1) if a != b]
    print(f"{len(pairs)} events, {len(differing)} differ: {differing[:8]}")  # noqa: T201
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
