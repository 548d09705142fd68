"""A small training folder as the steps before leave it: composed songs, a few texts and sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from fitness.colours import COLOURS
from fitness.encoders import AUDIO_ENCODER, AUDIO_POOLING
from fitness.hashed_text import LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING
from fitness.manifest import Encoders, EncoderSpec
from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS
from genomes.midi import DRUM_CHANNEL, Conductor, Track, write_midi
from genomes.notes import Part
from training.composed.compose import compose_parts, moves
from training.composed.draws import draw_context, with_bars
from training.embedding.tables import EmbeddingsNote, with_vectors, write_note
from training.schemas import AUDIO_EMBEDDINGS_FILE, SEGMENTS_FILE, TEXT_EMBEDDINGS_FILE

TRACKS = ("chords", "drums", "bass")
SECTIONS, BARS = 2, 4
ALBUMS = 8
ENCODERS = Encoders(
    EncoderSpec(LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING),
    EncoderSpec(LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING),
    EncoderSpec(AUDIO_ENCODER, AUDIO_POOLING),
)


def make_folder(folder: Path, songs: int = 4, seed: int = 0) -> Path:
    """Songs of eight colours: MIDI of every track, words of some, recordings of some."""
    rng = np.random.default_rng(seed)
    (folder / "slices").mkdir(parents=True)
    rows = [
        row
        for album in range(ALBUMS)
        for number in range(songs)
        for row in _song(folder, album, number, rng)
    ]
    ids = [row["segment_id"] for row in rows]
    concepts = {row["track_id"]: rng.normal(size=TEXT_DIMENSIONS) for row in rows}
    vectors = {
        "concept": [concepts[row["track_id"]] for row in rows],
        "lyric": [_vector(rng, TEXT_DIMENSIONS) if row["lyric_text"] else None for row in rows],
        "audio": [_vector(rng, AUDIO_DIMENSIONS) if row["has_audio"] else None for row in rows],
    }

    def beside(table: pa.Table, name: str) -> pa.Table:
        found = dict(zip(ids, vectors[name], strict=True))
        keys = [None if found[key] is None else key for key in ids]
        store = {key: found[key].astype("f4") for key in keys if key}
        return with_vectors(table, name, keys, store)

    table = pa.Table.from_pylist(rows)
    parquet.write_table(table, folder / SEGMENTS_FILE)
    for name in ("concept", "lyric"):
        table = beside(table, name)
    parquet.write_table(table, folder / TEXT_EMBEDDINGS_FILE)
    audio = beside(pa.table({"segment_id": ids}), "audio")
    parquet.write_table(audio, folder / AUDIO_EMBEDDINGS_FILE)
    counts = {name: sum(one is not None for one in column) for name, column in vectors.items()}
    write_note(EmbeddingsNote(ENCODERS, len(rows), counts), folder)
    return folder


def _song(folder: Path, album: int, number: int, rng: np.random.Generator):
    song = f"{album + 1:02}_{number + 1:02}"
    context = with_bars(draw_context(rng), BARS)
    for place, parts in enumerate(compose_parts(COLOURS[album].name, context, SECTIONS, rng)):
        for track, stage in enumerate(TRACKS, start=2):
            segment_id = f"{song}_seg_{place:04}_track_{track:02}"
            part = parts[stage]
            if moves(part):
                data = _midi(part, stage, context)
                (folder / f"slices/{segment_id}.mid").write_bytes(data)
            yield {
                "segment_id": segment_id,
                "track_id": song,
                "track_number": track,
                "track_group": "Drums" if stage == "drums" else "",
                "track_description": f"{stage} take 2",
                "rainbow_color": COLOURS[album].letter,
                "midi_file": f"slices/{segment_id}.mid",
                "has_midi": moves(part),
                "has_audio": stage != "chords",
                "lyric_text": f"line {place}" if album % 2 else "",
                "concept": f"about {song}",
            }


def _midi(part: Part, stage: str, context) -> bytes:
    channel = DRUM_CHANNEL if stage == "drums" else 0
    track = Track(stage, part, channel=channel)
    return write_midi([track], Conductor(stage, context.key, context.meter, context.tempo_bpm))


def _vector(rng: np.random.Generator, size: int) -> np.ndarray:
    vector = rng.normal(size=size)
    return vector / np.linalg.norm(vector)
