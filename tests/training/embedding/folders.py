"""A small training folder as the steps before leave it: tables and cut recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import soundfile
from pyarrow import parquet

RATE = 24_000
CONCEPTS = {
    "01_01": "A man rows his father across and tells him what he should have said on land.",
    "02_03": "Because the archive hums, the keeper remembers a mirror that he never owned.",
    "03_02": "…",
}
WORDS = ["rust", "salt", "light", "keeper", "wave", "archive", "mirror", "river", "iron"]
SONG_ROWS = 6


def lyric(rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, 5))


def tone(path: Path, frequency_hz: float, seconds: float = 0.3) -> None:
    """A sine of two channels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * RATE)) / RATE
    wave = 0.3 * np.sin(2 * np.pi * frequency_hz * time)
    soundfile.write(path, np.stack((wave, 0.5 * wave), axis=1), RATE)


def write_folder(folder: Path, *, song_rows: int = SONG_ROWS, seed: int = 0) -> Path:
    """Tables and slices: every third row has no lyric, every fourth no recording."""
    rng = np.random.default_rng(seed)
    rows = []
    for song in CONCEPTS:
        for number in range(song_rows):
            name = f"{song}_seg_{number // 2 + 1:04d}_track_{number % 2 + 2:02d}"
            is_heard = number % 4 != 3
            slice_name = f"slices/{name}.flac"
            if is_heard:
                tone(folder / slice_name, 110 * 2 ** (len(rows) / 12))
            rows.append(
                {
                    "segment_id": name,
                    "track_id": song,
                    "lyric_text": "" if number % 3 == 2 else lyric(rng),
                    "segment_audio_file": slice_name if is_heard else None,
                    "has_audio": is_heard,
                }
            )
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "training_segments.parquet")
    songs = [
        {"id": song, "track_id": track, "concept": concept}
        for song, concept in CONCEPTS.items()
        for track in (2, 3)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(songs), folder / "base_manifest.parquet")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
