"""Manifests and lyrics for tests, in the layout that people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

REAL = Path(__file__).parents[4] / "shared" / "data" / "catalogue"


def manifest(name: str = "02_01", **changes: Any) -> dict[str, Any]:
    """A song of 24 bars at 120 bpm: 2 sections of 16 s, one of 16; fields may be changed."""
    return {
        "bpm": 120,
        "manifest_id": name,
        "tempo": "4/4",
        "key": "F# minor",
        "rainbow_color": "R",
        "title": "A Song",
        "release_date": "2019-01-11",
        "album_sequence": 1,
        "main_audio_file": f"{name}_main.wav",
        "TRT": "[00:48.125]",
        "vocals": True,
        "lyrics": True,
        "structure": [
            section("Intro", "[00:00.000]", "[00:16.125]"),
            section("Verse", "[00:16.126]", "[00:32.125]"),
            section("Outro", "[00:32.126]", "[00:48.125]"),
        ],
        "mood": ["calm", "bright"],
        "sounds_like": [{"name": "Nobody", "discogs_id": 12}],
        "genres": ["Pop"],
        "lrc_file": f"{name}.lrc",
        "concept": "What is a song? It is this. Nothing else!",
        "audio_tracks": [
            {"id": 3, "description": "Drums", "audio_file": "d.wav", "group": "drums"},
            {"id": 5, "description": "Piano", "audio_file": "p.wav", "midi_file": "p.mid"},
        ],
        **changes,
    }


def section(name: str, begin: str, end: str) -> dict[str, str]:
    """An entry of a structure."""
    return {"section_name": name, "start_time": begin, "end_time": end, "description": "It goes."}


LYRICS = "[ti: A Song]\n[00:16.200]\nfirst line\n[00:20.240]\nsecond line\n[00:24.210]\nthird"


def file_song(
    folder: Path, document: dict[str, Any] | str, lyrics: str | None = None, name: str = "02_01"
) -> Path:
    """Write a song's files into a catalogue; gives the song's folder."""
    song = folder / name
    song.mkdir(parents=True, exist_ok=True)
    text = document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)
    (song / f"{name}.yml").write_text(text, "utf-8")
    if lyrics is not None:
        (song / f"{name}.lrc").write_text(lyrics, "utf-8")
    return song
