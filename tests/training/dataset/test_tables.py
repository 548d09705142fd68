"""What earlier steps left, as rows and vectors, and the split of rows: no song on two sides."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from fitness.colours import COLOUR_NAMES
from fitness.manifest import Encoders, EncoderSpec
from tests.training.dataset.folders import ENCODERS
from training.composed.examples import STAGES
from training.dataset.rows import Row, by_row, by_song, read_rows, stage_of, unnamed_encoders
from training.embedding.tables import read_vectors
from training.schemas import SEGMENTS_FILE


def test_a_row_says_whose_it_is_and_what_it_plays(folder):
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
def test_names_tell_the_stage(group, description, stage):
    assert STAGES[stage_of(group, description)] == stage


@pytest.mark.parametrize("text", ["", "that custom noise", "808"])
def test_names_that_tell_nothing(text):
    assert stage_of("", text) == -1


def test_where_the_segments_have_no_colour_the_manifest_tells(folder, tmp_path):
    table = parquet.read_table(folder / SEGMENTS_FILE)
    parquet.write_table(table.drop_columns(["rainbow_color"]), tmp_path / SEGMENTS_FILE)
    songs = sorted(set(table["track_id"].to_pylist()))
    manifest = pa.table({"id": songs, "rainbow_color": ["Green"] * len(songs)})
    parquet.write_table(manifest, tmp_path / "base_manifest.parquet")
    assert {COLOUR_NAMES[row.colour] for row in read_rows(tmp_path)} == {"Green"}


def test_what_is_wrong_is_named(folder, tmp_path):
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


def test_vectors_stand_beside_their_rows(folder):
    rows = read_rows(folder)
    vectors = read_vectors(folder, [row.segment_id for row in rows])
    assert vectors.encoders == ENCODERS
    assert vectors.has["concept"].all()
    assert vectors.has["audio"].tolist() == [row.has_audio for row in rows]
    assert vectors.has["lyric"].tolist() == [bool(row.lyric_text) for row in rows]
    assert not vectors.vectors["lyric"][~vectors.has["lyric"]].any()
    of_song = vectors.vectors["concept"][[row.song_id == "01_01" for row in rows]]
    assert (of_song == of_song[0]).all()


def test_a_folder_without_vectors_has_none(folder, tmp_path):
    vectors = read_vectors(tmp_path, [row.segment_id for row in read_rows(folder)])
    assert vectors.encoders == Encoders()
    assert not any(has.any() for has in vectors.has.values())


def test_encoders_that_are_not_the_pretrained_ones_are_named():
    assert unnamed_encoders(ENCODERS) == ["light"]
    assert unnamed_encoders(Encoders()) == []
    assert unnamed_encoders(Encoders(audio=EncoderSpec("tiny", "x"))) == ["tiny"]
    assert unnamed_encoders(None)


def rows_of(songs: dict[str, int], tracks: int = 3) -> list[Row]:
    return [
        Row(f"{song}_seg_0000_track_{track:02}", song, colour, -1, "", False, "")
        for song, colour in songs.items()
        for track in range(tracks)
    ]


catalogues = st.dictionaries(
    st.text("0123456789_", min_size=1, max_size=6), st.integers(0, 8), min_size=1, max_size=30
)


@given(catalogues, st.randoms(use_true_random=False))
def test_a_song_is_on_one_side_whatever_the_order(songs, shuffle):
    rows = rows_of(songs)
    split = by_song(rows)
    sides = np.stack((split.train, split.validation, split.test))
    assert (sides.sum(axis=0) == 1).all()
    for song in songs:
        of_song = [row.song_id == song for row in rows]
        assert (sides[:, of_song].any(axis=1)).sum() == 1
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    again = by_song([rows[place] for place in order])
    assert np.array_equal(again.test, split.test[order])
    assert np.array_equal(again.validation, split.validation[order])


@given(st.integers(3, 30), st.integers(1, 9))
def test_every_colour_is_on_every_side(songs, colours):
    rows = rows_of({f"{number:02}_{c}": c for c in range(colours) for number in range(songs)})
    split = by_song(rows)
    wanted = set(range(colours))
    for side in (split.train, split.validation, split.test):
        assert {row.colour for row, inside in zip(rows, side, strict=True) if inside} == wanted


def test_a_song_more_of_one_colour_moves_no_song_of_another():
    red = {f"02_{number:02}": 1 for number in range(10)}
    blue = {f"06_{number:02}": 5 for number in range(10)}
    alone = by_song(rows_of(red))
    beside = by_song(rows_of(red | blue))
    assert np.array_equal(beside.test[: len(alone.test)], alone.test)


def test_rows_dealt_out_put_songs_on_several_sides():
    rows = rows_of({f"02_{number:02}": 1 for number in range(10)}, tracks=10)
    split = by_row(rows)
    songs = [
        {r.song_id for r, i in zip(rows, side, strict=True) if i}
        for side in (split.train, split.test)
    ]
    assert songs[0] & songs[1]
    assert split.test.sum() == split.validation.sum() == 15
