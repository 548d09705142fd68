"""A data set of rendered songs: it loads back, says what it is, and stays here until asked."""

from __future__ import annotations

import inspect
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import soundfile
import yaml
from pyarrow import parquet

from genomes.midi import read_midi
from training.__main__ import main
from training.publishing import dataset
from training.publishing.dataset import PUSH_ADVICE, push
from training.publishing.media import Media, preview
from training.schemas import FULL_TABLE, MANIFEST_TABLE, SEGMENTS_TABLE, read_table

SONGS = 3
NAMES = ("base_manifest", "training_segments", "training_full", "preview")
ARROW = {"string": pyarrow.string(), "int64": pyarrow.int64(), "float64": pyarrow.float64(),
         "bool": pyarrow.bool_(), "binary": pyarrow.binary()}  # fmt: skip


@pytest.fixture(scope="module")
def folder(cut_songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three songs, cut; published with all their media."""
    out = shutil.copytree(cut_songs, tmp_path_factory.mktemp("published") / "training")
    words = ["--licence", "cc-by-4.0", "--title", "Three songs", "--media"]
    assert main(["publish", str(out), *words]) == 0
    return out


def file_of(folder: Path, name: str) -> Path:
    return folder / "dataset" / "data" / name / "train-00000-of-00001.parquet"


def table_of(folder: Path, name: str) -> Any:
    return parquet.read_table(file_of(folder, name))


def card_of(folder: Path) -> tuple[dict[str, Any], str]:
    text = (folder / "dataset" / "README.md").read_text(encoding="utf-8")
    _, front, page = text.split("---\n", 2)
    return yaml.safe_load(front), page


def strings_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings_in(inner)]
    return [value] if isinstance(value, str) else []


class TestTables:
    @pytest.mark.parametrize(
        ("name", "source", "schema"),
        [
            ("base_manifest", "base_manifest.parquet", MANIFEST_TABLE),
            ("training_segments", "training_segments.parquet", SEGMENTS_TABLE),
            ("training_full", "training_full.parquet", FULL_TABLE),
        ],
    )
    def test_they_load_back_as_they_were(self, folder, name, source, schema):
        before = read_table(folder / source, schema)
        after = read_table(file_of(folder, name), schema)
        assert after.to_pylist() == before.to_pylist()

    def test_no_place_on_this_disk_is_in_them(self, folder):
        for name in NAMES:
            for row in table_of(folder, name).to_pylist():
                for text in strings_in(row):
                    assert str(folder.parent) not in text
                    assert not text.startswith("/")

    def test_absolute_paths_become_names(self):
        assert dataset.relative("/home/somebody/a.wav") == "a.wav"
        assert dataset.relative("C:\\songs\\a.wav") == "a.wav"
        assert dataset.relative("slices/a.flac") == "slices/a.flac"

    def test_again_it_is_the_same_to_the_byte(self, folder):
        files = sorted((folder / "dataset").rglob("*.*"))
        before = {path: path.read_bytes() for path in files}
        edition = dataset.Edition("cc-by-4.0", "Three songs", with_media=True)
        dataset.write_dataset(folder, edition, lambda _: lambda *_: None)
        assert {path: path.read_bytes() for path in files} == before


class TestMedia:
    def test_sound_and_midi_are_those_of_the_slices(self, folder):
        rows = table_of(folder, "preview").to_pylist()
        assert sum(row["audio"] is not None for row in rows) > 5
        for row in rows:
            if row["audio"]:
                assert row["audio"]["bytes"] == (folder / row["segment_audio_file"]).read_bytes()
                assert row["audio"]["path"] == f"{row['segment_id']}.flac"
                sound = soundfile.SoundFile(io.BytesIO(row["audio"]["bytes"]))
                assert sound.format == "FLAC"
            if row["midi"]:
                assert read_midi(row["midi"]).tracks
        assert any(row["midi"] for row in rows)

    def test_the_preview_is_of_every_song_and_twenty_of_a_colour_at_most(self, folder):
        rows = table_of(folder, "training_full").to_pylist()
        media = Media(folder)
        two = [rows[place] for place in preview(rows, media, 2)]
        assert len(two) == 2 * SONGS
        assert all(media.has(row) == (True, True) for row in two)
        shown = table_of(folder, "preview")["rainbow_color"].to_pylist()
        assert {shown.count(colour) for colour in shown} == {20}

    def test_songs_of_a_colour_take_turns(self, folder):
        rows = [
            {"segment_id": f"{song}_{place}", "song_id": song, "rainbow_color": "Red",
             "segment_audio_file": None, "midi_file": None}
            for song in ("a", "b") for place in range(5)
        ]  # fmt: skip
        assert preview(rows, Media(folder), 4) == [0, 1, 5, 6]

    def test_all_of_it_where_it_was_asked_for(self, folder):
        whole = table_of(folder, "training_segments_media")
        assert whole.num_rows == table_of(folder, "training_full").num_rows
        heard = [row is not None for row in whole["audio"].to_pylist()]
        assert heard == whole["has_audio"].to_pylist()

    @pytest.mark.parametrize("name", ["../secret.flac", "/etc/passwd", "slices/none.flac", ""])
    def test_what_lies_elsewhere_is_none_of_it(self, folder, name):
        (folder.parent / "secret.flac").write_bytes(b"fLaC")
        row = {"segment_audio_file": name, "midi_file": name}
        assert Media(folder).has(row) == (False, False)
        assert Media(folder).recording(row) is None

    def test_other_recordings_become_flac(self, tmp_path):
        soundfile.write(tmp_path / "a.wav", [[0.5], [-0.5]] * 400, 44100, subtype="PCM_16")
        made = Media(tmp_path).recording({"segment_audio_file": "a.wav"})
        samples, rate = soundfile.read(io.BytesIO(made["bytes"]))
        assert made["path"] == "a.flac"
        assert (rate, samples[:2].tolist()) == (44100, [0.5, -0.5])


class TestCard:
    def test_its_files_are_where_it_says(self, folder):
        front, _ = card_of(folder)
        assert [one["config_name"] for one in front["configs"]] == [
            *NAMES,
            "training_segments_media",
        ]
        for one in front["configs"]:
            ((files,)) = [entry["path"] for entry in one["data_files"]]
            assert len(list((folder / "dataset").glob(files))) == 1

    def test_its_features_are_those_of_the_files(self, folder):
        front, _ = card_of(folder)
        for info in front["dataset_info"]:
            schema = parquet.read_schema(file_of(folder, info["config_name"]))
            assert [one["name"] for one in info["features"]] == schema.names
            inside = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
            assert list(inside) == schema.names
            for feature in info["features"]:
                found = schema.field(feature["name"]).type
                if feature["name"] == "audio":
                    assert feature["dtype"] == "audio"
                    assert inside["audio"] == {"_type": "Audio"}
                    assert [field.name for field in found] == ["bytes", "path"]
                elif "struct" in feature:
                    assert [one["name"] for one in feature["struct"]] == [one.name for one in found]
                else:
                    assert ARROW[feature["dtype"]] == found
            (split,) = info["splits"]
            assert split["num_examples"] == table_of(folder, info["config_name"]).num_rows
            assert info["download_size"] == file_of(folder, info["config_name"]).stat().st_size

    def test_counts_and_licence_are_told(self, folder):
        front, page = card_of(folder)
        assert front["license"] == "cc-by-4.0"
        assert front["pretty_name"] == "Three songs"
        rows = table_of(folder, "training_full").to_pylist()
        reds = [row for row in rows if row["rainbow_color"] == "Red"]
        share = sum(row["has_midi"] for row in reds) / len(reds)
        assert f"| Red | {len(reds)} | " in page
        assert f"| {share:.1%} |" in page
        assert f"{SONGS} songs" in page
        shown = table_of(folder, "preview").to_pylist()
        heard, played = (sum(row[name] is not None for row in shown) for name in ("audio", "midi"))
        assert f"{heard} rows have a recording inside, {played} MIDI" in page

    def test_encoders_are_named_without_their_place(self, folder):
        from fitness.manifest import Encoders, EncoderSpec
        from training.embedding.tables import EmbeddingsNote, write_note
        from training.schemas import EMBEDDINGS_NOTE_FILE

        spec = EncoderSpec("/home/somebody/deberta", "mean-1")
        write_note(EmbeddingsNote(Encoders(spec, spec, None), 1, {}), folder)
        dataset.write_dataset(folder, dataset.Edition(with_media=True), lambda _: lambda *_: None)
        (folder / EMBEDDINGS_NOTE_FILE).unlink()
        front, page = card_of(folder)
        assert "| concept | `deberta` | mean-1 |" in page
        assert "/home" not in page
        assert front["license"] == "other"


class Recorder:
    """A hub that takes what the real one's client takes, and keeps it."""

    def __init__(self) -> None:
        hub = pytest.importorskip("huggingface_hub", reason="pushing needs huggingface_hub")
        self._real = hub.HfApi
        self.asked: list[dict[str, Any]] = []

    def create_repo(self, repo_id: str, **options: Any) -> None:
        inspect.signature(self._real.create_repo).bind(self, repo_id, **options)
        self.asked.append({"repo_id": repo_id, **options})

    def upload_folder(self, **options: Any) -> None:
        inspect.signature(self._real.upload_folder).bind(self, **options)
        self.asked.append(options)


class Refusing(Recorder):
    """One that doesn't understand."""

    def create_repo(self, repo_id: str, **options: Any) -> None:
        del repo_id
        inspect.signature(self._real.create_repo).bind(self, **options)


class TestPush:
    def test_it_is_private_unless_told_otherwise(self, tmp_path):
        to = Recorder()
        push(tmp_path, "me/songs", to, is_public=False)
        made, put = to.asked
        assert made == {
            "repo_id": "me/songs", "repo_type": "dataset", "private": True, "exist_ok": True
        }  # fmt: skip
        assert put["folder_path"] == tmp_path
        assert put["repo_type"] == "dataset"

    def test_unasked_nothing_leaves(self, folder, capsys):
        assert main(["publish", str(folder), "--licence", "cc0-1.0"]) == 0
        told = capsys.readouterr()
        assert PUSH_ADVICE in told.err
        assert json.loads(told.out)["pushed"] is None
        assert not file_of(folder, "training_segments_media").exists()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--push", "me/songs"], "expected --licence"),
            (["--push", "me/songs", "--licence", "cc0-1.0"], "set HF_TOKEN or run hf auth login"),
            (["--licence", "All rights: mine"], "expected an identifier"),
        ],
    )
    def test_what_is_missing_is_one_line(self, folder, tmp_path, monkeypatch, capsys, words, said):
        constants = pytest.importorskip("huggingface_hub").constants
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        assert main(["publish", str(folder), *words]) == 2
        assert said in capsys.readouterr().err

    def test_a_refusal_is_told_with_the_place(self, tmp_path):
        with pytest.raises(OSError, match="--push me/songs: missing a required"):
            push(tmp_path, "me/songs", Refusing(), is_public=False)


def test_without_tables_the_missing_one_is_named(tmp_path, capsys):
    assert main(["publish", str(tmp_path)]) == 2
    assert "base_manifest.parquet: no such table" in capsys.readouterr().err
