"""Tables with the published columns load unchanged; others are refused by what they lack."""

from __future__ import annotations

import pyarrow as pa
import pytest
from msgspec.structs import fields
from pyarrow import parquet

from training.schemas import (
    FULL_TABLE,
    MANIFEST_TABLE,
    SEGMENTS_TABLE,
    SegmentRow,
    TrackRow,
    TrainingData,
    read_table,
    table_of,
    typed_rows,
    write_table,
)

# As another project's tools write them: large strings, absolute paths, columns of their own.
PUBLISHED = {
    str: (pa.large_string(), "somewhere"),
    int: (pa.int64(), 3),
    float: (pa.float64(), 1.5),
    bool: (pa.bool_(), True),
}
ABSOLUTE = "/".join(["", "Volumes", "Disc", "02_01", "02_01_04.wav"])


def published(schema):
    columns = {}
    for name, kind in schema.columns.items():
        if kind is TrainingData:
            inner = {field.name: field.type.__args__[0] for field in fields(TrainingData)}
            arrow = pa.struct([(field, PUBLISHED[one][0]) for field, one in inner.items()])
            values = {field: PUBLISHED[one][1] for field, one in inner.items()}
            columns[name] = pa.array([values, None], arrow)
        else:
            arrow, value = PUBLISHED[kind]
            columns[name] = pa.array([ABSOLUTE if "file" in name else value, None], arrow)
    return pa.table({**columns, "somebody_elses": [1, 2]})


@pytest.mark.parametrize("schema", [MANIFEST_TABLE, SEGMENTS_TABLE, FULL_TABLE])
def test_published_tables_load_unchanged(tmp_path, schema):
    table = published(schema)
    parquet.write_table(table, tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet", schema)
    assert found.select(table.column_names).equals(table)
    assert all(found[name].null_count == 2 for name in schema.added)


def test_published_structs_may_be_json_and_paths_are_as_they_were(tmp_path):
    table = published(MANIFEST_TABLE)
    place = table.column_names.index("training_data")
    table = table.set_column(place, "training_data", pa.array(["{}", None]))
    parquet.write_table(table, tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet", MANIFEST_TABLE)
    assert found["audio_file"].to_pylist() == [ABSOLUTE, None]


@pytest.mark.parametrize(
    ("schema", "row"), [(MANIFEST_TABLE, TrackRow), (SEGMENTS_TABLE, SegmentRow)]
)
def test_typed_rows_are_written_and_read(tmp_path, schema, row):
    parquet.write_table(published(schema), tmp_path / "p.parquet")
    rows = typed_rows(read_table(tmp_path / "p.parquet", schema), row)
    for name in ("a", "b"):
        write_table(table_of(rows, schema), tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    found = read_table(tmp_path / "a.parquet", schema)
    assert found.column_names == list(schema.all_columns)
    assert typed_rows(found, row) == rows


def test_the_published_columns_are_these():
    # From the published data set's own card: none may be lost, whatever is added.
    assert len(MANIFEST_TABLE.columns) == 31
    assert len(SEGMENTS_TABLE.columns) == 30
    assert {"song_id", "track_number", "concept", "training_data"} <= set(FULL_TABLE.columns)
    away = {"track_id", "description", "player", "group", "id", "audio_file", "midi_file_right"}
    assert not away & set(FULL_TABLE.columns)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table.drop_columns(["segment_id"]), "no column segment_id"),
        (
            lambda table: table.drop_columns(["has_audio"]).append_column(
                "has_audio", [["a", "b"]]
            ),
            "column has_audio is string",
        ),
    ],
)
def test_tables_that_are_none_are_refused(tmp_path, change, reason):
    parquet.write_table(change(published(SEGMENTS_TABLE)), tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=reason):
        read_table(tmp_path / "t.parquet", SEGMENTS_TABLE)


def test_files_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no such table"):
        read_table(tmp_path / "none.parquet", SEGMENTS_TABLE)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then nothing of the kind PAR1")
    with pytest.raises(ValueError, match="is no parquet file"):
        read_table(tmp_path / "t.parquet", SEGMENTS_TABLE)
