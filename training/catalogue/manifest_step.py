"""The step from a catalogue to its base manifest, done once for the same files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from training.catalogue.base_rows import base_rows
from training.catalogue.reading import Catalogue, digest_of_texts, read_catalogue
from training.catalogue.tables import MANIFEST_FILE, MANIFEST_TABLE, write_table
from training.whole_files import replacing

REPORT_FILE = "report_manifest.json"
# Raised when the same files would give another table.
MANIFEST_VERSION = 1


def make_manifest(folder: Path, out: Path) -> dict[str, Any]:
    """Write the base manifest of a catalogue; gives the report, with ``cached`` in it.

    Args:
        folder: the catalogue's.
        out: the training folder.

    Raises:
        ValueError: if there is no catalogue, or no song in it can be used.
    """
    digest = f"{MANIFEST_VERSION}:{digest_of_texts(folder)}"
    report_path = out / REPORT_FILE
    before = read_report(report_path)
    if before.get("inputs") == digest and (out / MANIFEST_FILE).is_file():
        return {**before, "cached": True}
    catalogue = read_catalogue(folder)
    if not catalogue.songs:
        raise ValueError(f"{folder}: no song in it can be used: {catalogue.refused[0]}")
    rows = manifest_rows(catalogue)
    write_table(out / MANIFEST_FILE, rows, MANIFEST_TABLE)
    report = {"inputs": digest, **told(catalogue)}
    write_report(report_path, report)
    return {**report, "cached": False}


def manifest_rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """A row for each track of each song, in order."""
    return [
        row for filed in catalogue.songs for row in base_rows(filed.song, filed.lyrics, filed.times)
    ]


def told(catalogue: Catalogue) -> dict[str, Any]:
    """Counts and reasons, as plain values."""
    stems = [stem for filed in catalogue.songs for stem in filed.song.stems]
    return {
        "files": catalogue.files,
        "songs": len(catalogue.songs),
        "with_lyrics": sum(bool(filed.times.lines) for filed in catalogue.songs),
        "tracks": len(stems),
        "audio_files": sum(bool(stem.audio_file) for stem in stems),
        "midi_files": sum(bool(stem.midi_file) for stem in stems),
        "midi_group_files": sum(bool(stem.midi_group_file) for stem in stems),
        "songs_by_colour": dict(
            sorted(Counter(filed.song.colour.name for filed in catalogue.songs).items())
        ),
        "times": {
            filed.song.name: {
                "structure": filed.times.readings[0],
                "lyrics": filed.times.readings[1],
                "boundaries_on_beat": filed.times.on_beat[0],
                "as_decimals": filed.times.on_beat[1],
                "boundaries": filed.times.on_beat[2],
            }
            for filed in catalogue.songs
        },
        "refused": list(catalogue.refused),
        "notes": catalogue.notes,
    }


def read_report(path: Path) -> dict[str, Any]:
    """A report of an earlier run; empty if there is none that can be read."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write a report whole."""
    with replacing(path) as waiting:
        waiting.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
