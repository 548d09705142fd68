"""What earlier steps left, as rows and vectors."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from fitness.colours import COLOUR_NAMES
from fitness.manifest import Encoders, EncoderSpec
from tests.training.dataset.folders import ENCODERS
from training.composed.examples import STAGES
from training.dataset.rows import (
    read_rows,
    stage_of,
    unnamed_encoders,
)
from training.embedding.tables import read_vectors
from training.schemas import SEGMENTS_FILE


def test_a_row_says_whose_it_is_and_what_it_plays(folder: Path):
    rows = read_rows(folder)
    assert [row.segment_id for row in rows] == sorted(row.segment_id for row in rows)
    row = next(row for row in rows if row.segment_id == "02_01_seg_0001_track_03")
    assert (row.song_id, row.segment) == ("02_01", "02_01_seg_0001")
    assert COLOUR_NAMES[row.colour] == "Red"
    assert STAGES[row.stage] == "drums"
    assert row.midi_file.endswith(".mid")


@pytest.mark.parametrize(
    ("group", "description", "stage"),
    [
        ("Drums", "Kick", "drums"),
        ("", "bass guitar", "bass"),
        ("", "Lead vocals", "melody"),
        ("Strings", "bassoon", "harmony"),
        ("", "Rhodes left", "chords"),
    ],
)
def test_names_tell_the_stage(group: str, description: str, stage: str):
    assert STAGES[stage_of(group, description)] == stage


@pytest.mark.parametrize("text", ["", "that custom noise", "808"])
def test_names_that_tell_nothing(text: str):
    assert stage_of("", text) == -1


def test_where_the_segments_have_no_colour_the_manifest_tells(folder: Path, tmp_path: Path):
    table = parquet.read_table(folder / SEGMENTS_FILE)
    parquet.write_table(table.drop_columns(["rainbow_color"]), tmp_path / SEGMENTS_FILE)
    songs = sorted(set(table["track_id"].to_pylist()))
    manifest = pa.table({"id": songs, "rainbow_color": ["Green"] * len(songs)})
    parquet.write_table(manifest, tmp_path / "base_manifest.parquet")
    assert {COLOUR_NAMES[row.colour] for row in read_rows(tmp_path)} == {"Green"}


def test_what_is_wrong_is_named(folder: Path, tmp_path: Path):
    with pytest.raises(ValueError, match="training segments makes it"):
        read_rows(tmp_path)
    table = parquet.read_table(folder / SEGMENTS_FILE)
    parquet.write_table(table.drop_columns(["segment_id"]), tmp_path / SEGMENTS_FILE)
    with pytest.raises(ValueError, match="no column segment_id"):
        read_rows(tmp_path)
    wrong = table.drop_columns(["rainbow_color"]).append_column(
        "rainbow_color", pa.array(["pink"] * table.num_rows)
    )
    parquet.write_table(wrong, tmp_path / SEGMENTS_FILE)
    with pytest.raises(ValueError, match=r"01_01_seg_0000_track_02.*'pink'"):
        read_rows(tmp_path)


def test_vectors_stand_beside_their_rows(folder: Path):
    rows = read_rows(folder)
    vectors = read_vectors(folder, [row.segment_id for row in rows])
    assert vectors.encoders == ENCODERS
    assert vectors.has["concept"].all()
    assert vectors.has["audio"].tolist() == [row.has_audio for row in rows]
    assert vectors.has["lyric"].tolist() == [bool(row.lyric_text) for row in rows]
    assert not vectors.vectors["lyric"][~vectors.has["lyric"]].any()
    of_song = vectors.vectors["concept"][[row.song_id == "01_01" for row in rows]]
    assert (of_song == of_song[0]).all()


def test_a_folder_without_vectors_has_none(folder: Path, tmp_path: Path):
    vectors = read_vectors(tmp_path, [row.segment_id for row in read_rows(folder)])
    assert vectors.encoders == Encoders()
    assert not any(has.any() for has in vectors.has.values())


def test_encoders_that_are_not_the_pretrained_ones_are_named():
    assert unnamed_encoders(ENCODERS) == ["light"]
    assert unnamed_encoders(Encoders()) == []
    assert unnamed_encoders(Encoders(audio=EncoderSpec("tiny", "x"))) == ["tiny"]
    assert unnamed_encoders(None)
