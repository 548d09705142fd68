"""A folder's texts and recordings become vectors, by encoders of the real kinds."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers", reason="needs composition-engine[encoders]")
import soundfile

from fitness.encoders import (
    AUDIO_POOLING,
    MIDDLE_POOLING,
    TEXT_POOLING,
    AudioEncoder,
    TextEncoder,
)
from fitness.hashed_text import LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING, HashedTextEncoder
from tests.fitness.tiny_encoders import write_audio_encoder, write_text_encoder
from tests.training.embedding.folders import CONCEPTS, WORDS, contents, write_folder
from training.__main__ import main
from training.embedding import embed as embedding
from training.embedding.embed import EncoderChoice, embed
from training.embedding.tables import encoders_of, read_vectors
from training.schemas import (
    AUDIO_EMBEDDINGS_FILE,
    MIDDLE_EMBEDDINGS_FILE,
    TEXT_EMBEDDINGS_FILE,
    read_parquet,
)
from training.text.variants import VARIANTS, variants

LIGHT = EncoderChoice(LIGHT_TEXT_ENCODER, None)


def silently(_what):
    return lambda _done, _steps, _note: None


def load(folder):
    """The vectors of a folder, in the order of its table."""
    ids = read_parquet(folder / TEXT_EMBEDDINGS_FILE)["segment_id"].to_pylist()
    return read_vectors(folder, ids)


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders")
    text = write_text_encoder(folder / "text", [*CONCEPTS.values(), " ".join(WORDS)])
    return EncoderChoice(text, write_audio_encoder(folder / "audio"), "cpu")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory, encoders):
    folder = write_folder(tmp_path_factory.mktemp("folder"))
    said = embed(folder, encoders, silently)
    return folder, said


def test_vectors_are_those_that_the_scorer_makes(embedded, encoders):
    folder, _ = embedded
    found = load(folder)
    text, audio = TextEncoder.load(encoders.text), AudioEncoder.load(encoders.audio)
    rows = read_parquet(folder / "training_segments.parquet").to_pylist()
    for place, row in enumerate(rows):
        concept = CONCEPTS[row["track_id"]]
        assert found.has["concept"][place] == (concept != "…")
        assert found.has["lyric"][place] == bool(row["lyric_text"])
        assert found.has["audio"][place] == row["has_audio"]
        for name, said in (("concept", concept), ("lyric", row["lyric_text"])):
            if found.has[name][place]:
                np.testing.assert_array_equal(found.vectors[name][place], text.encode([said])[0])
        if found.has["audio"][place]:
            samples, rate = soundfile.read(folder / row["segment_audio_file"], dtype="float32")
            heard = audio.encode([samples.mean(axis=1)], rate)[0]
            np.testing.assert_array_equal(found.vectors["audio"][place], heard)
    for name, vectors in found.vectors.items():
        assert found.has[name].any()
        assert not found.has[name].all()
        assert not vectors[~found.has[name]].any()


def test_tables_have_the_columns_that_were_published_before(embedded):
    folder, _ = embedded
    texts = read_parquet(folder / TEXT_EMBEDDINGS_FILE).schema
    for name in ("concept_embedding", "lyric_embedding"):
        assert str(texts.field(name).type).startswith("list<")
        assert str(texts.field(f"has_{name}").type) == "bool"
    assert {"segment_id", "track_id", "lyric_text", "concept"} <= set(texts.names)
    assert read_parquet(folder / AUDIO_EMBEDDINGS_FILE).schema.names == [
        "segment_id",
        "audio_embedding",
        "has_audio_embedding",
    ]


def test_variants_of_the_concepts_are_encoded_beside_them(embedded, encoders):
    folder, _ = embedded
    found = load(folder)
    text = TextEncoder.load(encoders.text)
    rows = read_parquet(folder / "training_segments.parquet").to_pylist()
    assert len(found.variants) == VARIANTS
    for place, row in enumerate(rows):
        concept = CONCEPTS[row["track_id"]]
        assert (found.variants.of[place] >= 0) == (concept != "…")
        if concept != "…":
            np.testing.assert_array_equal(
                found.variants.vectors[found.variants.of[place]], text.encode(variants(concept))
            )


def test_without_variants_or_of_another_encoder_there_are_none(tmp_path, embedded):
    folder = shutil.copytree(embedded[0], tmp_path / "folder")
    embed(folder, replace(LIGHT, variants=0), silently)
    assert len(load(folder).variants) == 0
    shutil.copy(embedded[0] / "concept_variants.npz", folder)  # of the encoder before
    assert len(load(folder).variants) == 0


def test_a_second_table_has_the_middle_of_the_recordings(tmp_path, encoders):
    folder = write_folder(tmp_path, song_rows=1)
    path = (
        folder / read_parquet(folder / "training_segments.parquet")["segment_audio_file"][0].as_py()
    )
    noise = np.random.default_rng(0).normal(0, 0.1, 48_000 * 21).astype(np.float32)
    soundfile.write(path, noise * np.linspace(0, 1, len(noise), dtype=np.float32), 48_000)
    embed(folder, replace(encoders, compares_windows=True, variants=0), silently)
    ids = read_parquet(folder / TEXT_EMBEDDINGS_FILE)["segment_id"].to_pylist()
    whole = read_vectors(folder, ids).vectors["audio"]
    middle = read_vectors(folder, ids, MIDDLE_EMBEDDINGS_FILE).vectors["audio"]
    samples, rate = soundfile.read(path, dtype="float32")
    audio = AudioEncoder.load(encoders.audio)
    np.testing.assert_array_equal(middle[0], audio.encode([samples], rate, MIDDLE_POOLING)[0])
    thirds = [samples[s : s + 480_000] for s in (0, 264_000, 528_000)]
    mean = audio.encode(thirds, rate).mean(axis=0)
    np.testing.assert_allclose(whole[0], mean / np.linalg.norm(mean), atol=1e-6)
    np.testing.assert_array_equal(whole[1:], middle[1:])  # shorter than a window


def test_what_made_them_is_named_as_a_manifest_names_it(embedded, encoders):
    folder, said = embedded
    named = encoders_of(folder)
    assert named.concept == named.lyric
    assert (named.lyric.name, named.lyric.pooling) == (encoders.text, TEXT_POOLING)
    assert (named.audio.name, named.audio.pooling) == (encoders.audio, AUDIO_POOLING)
    assert len(named.lyric.sha256) == len(named.audio.sha256) == 64
    assert said["rows"] == 18
    assert said["with"] == {"concept": 12, "lyric": 12, "audio": 15}
    assert said["recordings_not_here"] == 0


def test_a_second_time_nothing_is_encoded_and_nothing_changes(embedded, encoders, monkeypatch):
    folder, _ = embedded
    before = contents(folder)
    for name in ("text_encoder", "audio_encoder"):
        monkeypatch.setattr(embedding, name, None)  # would fail if it were asked for
    again = embed(folder, encoders, silently)
    assert again["encoded_now"] == {"texts": 0, "recordings": 0}
    assert contents(folder) == before


def test_the_same_encoder_in_another_place_is_the_same(embedded, encoders, tmp_path):
    folder, _ = embedded
    shutil.copytree(folder, tmp_path / "folder")
    moved = EncoderChoice(
        shutil.copytree(encoders.text, tmp_path / "text").as_posix(), encoders.audio, "cpu"
    )
    again = embed(tmp_path / "folder", moved, silently)
    assert again["encoded_now"] == {"texts": 0, "recordings": 0}


def test_another_encoder_or_content_is_encoded_anew(embedded, encoders, tmp_path):
    folder, _ = embedded
    copy = tmp_path / "folder"
    shutil.copytree(folder, copy)
    changed = next(copy.glob("slices/*.flac"))
    samples, rate = soundfile.read(changed)
    soundfile.write(changed, -samples, rate)
    assert embed(copy, encoders, silently)["encoded_now"] == {"texts": 0, "recordings": 1}
    other = EncoderChoice(write_text_encoder(tmp_path / "other", seed=1), None, "cpu")
    assert embed(copy, other, silently)["encoded_now"]["texts"] > 0
    before, after = load(folder), load(copy)
    assert not np.array_equal(before.vectors["lyric"], after.vectors["lyric"])
    assert not after.has["audio"].any()
    assert after.encoders.audio is None


class Killed(BaseException):
    """As if the process had ended here."""


@pytest.mark.parametrize("is_moved", [False, True], ids=["before", "after"])
def test_a_kill_around_any_file_changes_nothing(tmp_path, encoders, monkeypatch, is_moved):
    for name in ("TEXTS_AT_ONCE", "RECORDINGS_AT_ONCE"):  # two files of each
        monkeypatch.setattr(embedding, name, 3)
    whole = write_folder(tmp_path / "whole" / "x", song_rows=2)
    said = embed(whole, encoders, silently)["encoded_now"]
    expected = contents(whole)
    replace = Path.replace
    for deadline in range(1, 100):
        folder = write_folder(tmp_path / str(deadline) / "x", song_rows=2)
        left = deadline

        def killed(path, target):
            nonlocal left
            left -= 1
            if left or is_moved:
                replace(path, target)
            if not left:
                raise Killed

        monkeypatch.setattr(Path, "replace", killed)
        try:
            embed(folder, encoders, silently)
        except Killed:
            monkeypatch.setattr(Path, "replace", replace)
            kept = len(list(folder.glob("embeddings/*/*.npy")))
            again = embed(folder, encoders, silently)["encoded_now"]
            assert contents(folder) == expected
            assert not kept or sum(again.values()) < sum(said.values())
        else:
            break
    assert 6 < deadline < 99


def test_a_broken_cache_is_made_again(tmp_path):
    folder = write_folder(tmp_path)
    embed(folder, LIGHT, silently)
    before = contents(folder)
    cache = next(folder.glob("embeddings/*/*.npy"))
    cache.write_bytes(cache.read_bytes()[:-7])
    assert embed(folder, LIGHT, silently)["encoded_now"]["texts"] > 0
    assert contents(folder) == before


def test_the_light_encoder_needs_nothing(tmp_path, capsys):
    folder = write_folder(tmp_path)
    words = ["embed", str(folder), "--text-encoder", "light", "--no-audio"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["with"] == {"concept": 12, "lyric": 12, "audio": 0}
    found = load(folder)
    assert found.encoders.concept.pooling == LIGHT_TEXT_POOLING
    expected = HashedTextEncoder().encode([CONCEPTS["01_01"]])[0]
    np.testing.assert_array_equal(found.vectors["concept"][0], expected)


def test_recordings_that_are_not_here_are_counted(tmp_path, encoders):
    folder = write_folder(tmp_path)
    shutil.rmtree(folder / "slices")
    said = embed(folder, EncoderChoice(LIGHT_TEXT_ENCODER, encoders.audio), silently)
    assert said["recordings_not_here"] == 15
    assert said["with"]["audio"] == 0


def refused(capsys, *words):
    assert main([str(word) for word in words]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    return said[-1]


def test_a_broken_recording_is_named(tmp_path, encoders, capsys):
    folder = write_folder(tmp_path)
    broken = folder / "slices" / "01_01_seg_0001_track_02.flac"
    broken.write_bytes(b"nothing")
    words = ["embed", folder, "--text-encoder", "light", "--audio-encoder", encoders.audio]
    said = refused(capsys, *words)
    assert "01_01_seg_0001_track_02.flac: not a recording that can be read" in said
    soundfile.write(broken, np.zeros((0, 2)), 24_000, format="WAV")
    assert "01_01_seg_0001_track_02.flac: audio of shape (0,)" in refused(capsys, *words)


def test_a_missing_encoder_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    folder = write_folder(tmp_path)
    said = refused(capsys, "embed", folder, "--text-encoder", tmp_path / "none", "--no-audio")
    assert "can't be opened" in said
    assert "'light' needs no download" in said
    words = ["embed", folder, "--text-encoder", "light", "--audio-encoder", tmp_path / "none"]
    assert "--no-audio leaves recordings out" in refused(capsys, *words)


def test_a_folder_without_tables_says_which_command_makes_them(tmp_path, capsys):
    assert "expected one training folder" in refused(capsys, "embed")
    assert "no such folder" in refused(capsys, "embed", tmp_path / "none")
    said = refused(capsys, "embed", tmp_path, "--text-encoder", "light")
    assert "training_segments.parquet: no such table; training segments makes it" in said
    write_folder(tmp_path)
    (tmp_path / "base_manifest.parquet").unlink()
    said = refused(capsys, "embed", "--out", tmp_path, "--text-encoder", "light")
    assert "base_manifest.parquet: no such table; training manifest makes it" in said
    (tmp_path / "training_segments.parquet").write_bytes(b"nothing")
    said = refused(capsys, "embed", "--out", tmp_path, "--text-encoder", "light")
    assert "training_segments.parquet: is no parquet file" in said
