"""Data sets that were published before are read as they are."""

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from tests.training.embedding.folders import write_folder
from training.embedding.embed import EncoderChoice, embed
from training.embedding.tables import VectorStore, read_vectors
from training.schemas import AUDIO_EMBEDDINGS_FILE, EMBEDDINGS_NOTE_FILE, TEXT_EMBEDDINGS_FILE

IDS = ["02_01_seg_0001_track_03", "02_01_seg_0001_track_04", "02_01_seg_0002_track_03"]


def vectors(count, dimensions, kind):
    rng = np.random.default_rng(count)
    values = rng.normal(size=(count, dimensions)).astype(np.float32)
    return values, pyarrow.array(list(values), kind(pyarrow.float32()))


def write_older(folder, kind, dimensions=768):
    """As published: no flag for the concept, stale rows beside the recordings, no note."""
    concept, concepts = vectors(3, dimensions, kind)
    lyric, lyrics = vectors(3, 768, kind)
    texts = {
        "segment_id": IDS,
        "track_id": ["02_01"] * 3,
        "concept_embedding": concepts,
        "lyric_embedding": lyrics,
        "has_lyric_embedding": [True, False, True],
    }
    parquet.write_table(pyarrow.table(texts), folder / TEXT_EMBEDDINGS_FILE)
    audio, recordings = vectors(3, 512, kind)
    heard = {
        "segment_id": [IDS[2], "02_01_seg_0009_track_01", IDS[0]],
        "audio_embedding": recordings,
        "has_audio_embedding": [True, True, False],
    }
    parquet.write_table(pyarrow.table(heard), folder / AUDIO_EMBEDDINGS_FILE)
    return concept, lyric, audio


@pytest.mark.parametrize("kind", [pyarrow.list_, pyarrow.large_list])
def test_older_tables_load_unchanged(tmp_path, kind):
    concept, lyric, audio = write_older(tmp_path, kind)
    found = read_vectors(tmp_path, IDS)
    assert found.encoders is None
    np.testing.assert_array_equal(found.vectors["concept"], concept)
    assert found.has["concept"].all()
    np.testing.assert_array_equal(found.has["lyric"], [True, False, True])
    np.testing.assert_array_equal(found.vectors["lyric"], lyric * [[1], [0], [1]])
    np.testing.assert_array_equal(found.has["audio"], [False, False, True])
    np.testing.assert_array_equal(found.vectors["audio"][2], audio[0])
    assert not found.vectors["audio"][:2].any()


def test_vectors_of_another_width_are_refused(tmp_path):
    write_older(tmp_path, pyarrow.list_, dimensions=700)
    with pytest.raises(ValueError, match="concept_embedding: expected 768 numbers a row"):
        read_vectors(tmp_path, IDS)


def test_a_note_that_is_none_is_refused(tmp_path):
    write_older(tmp_path, pyarrow.list_)
    (tmp_path / EMBEDDINGS_NOTE_FILE).write_text("{}")
    with pytest.raises(ValueError, match=rf"{EMBEDDINGS_NOTE_FILE}: .*encoders"):
        read_vectors(tmp_path, IDS)


def test_the_join_of_both_tables_is_kept_with_its_columns(tmp_path):
    write_folder(tmp_path)
    table = parquet.read_table(tmp_path / "training_segments.parquet")
    full = table.rename_columns(["segment_id", "song_id", *table.column_names[2:]])
    full = full.append_column("concept", [["the sea"] * len(full)])
    full = full.append_column("rainbow_color", [["Blue"] * len(full)])
    parquet.write_table(full, tmp_path / "training_full.parquet")
    (tmp_path / "base_manifest.parquet").unlink()
    ids = table["segment_id"].to_pylist()
    embed(tmp_path, EncoderChoice("light", None), lambda _: lambda *_: None)
    assert read_vectors(tmp_path, ids).has["concept"].all()
    assert "rainbow_color" in parquet.read_schema(tmp_path / TEXT_EMBEDDINGS_FILE).names


def test_what_is_stored_is_there_again(tmp_path):
    store = VectorStore(tmp_path, 3)
    rows = {f"{number:064x}": np.full(3, number, np.float32) for number in range(9, 0, -1)}
    for key, vector in rows.items():
        store.add([key], [vector])
    assert len(list(tmp_path.glob("some-*.npy"))) == 9
    again = VectorStore(tmp_path, 3)
    again.gather()
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]
    last = VectorStore(tmp_path, 3)
    assert len(last) == 9
    assert all(np.array_equal(last[key], vector) for key, vector in rows.items())
    assert "0" * 64 not in last
    assert len(VectorStore(tmp_path, 4)) == 0
