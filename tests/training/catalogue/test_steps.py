"""From a catalogue's folder to its tables and slices: whole, once, and again the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pyarrow import parquet

from genomes.midi import read_midi
from tests.training.catalogue.songs import LYRICS, REAL, file_song, manifest
from tests.training.embedding.folders import contents as files_of
from training.__main__ import main
from training.catalogue.steps import SEGMENTS_REPORT, make_manifest, make_segments, read_report
from training.catalogue.verify import Selection, verify
from training.schemas import FULL_TABLE, MANIFEST_TABLE, SEGMENTS_TABLE, read_table


@pytest.fixture(scope="module")
def copies(demo_catalogue, cut_songs, tmp_path_factory):
    """Some tests write into what was cut, which names its catalogue by a relative path."""
    folder = tmp_path_factory.mktemp("steps")
    for made in (demo_catalogue, cut_songs):
        shutil.copytree(made, folder / made.name)
    return folder


@pytest.fixture
def catalogue(copies, demo_catalogue):
    return copies / demo_catalogue.name


@pytest.fixture
def out(copies, cut_songs):
    return copies / cut_songs.name


def contents(out: Path) -> dict[str, bytes]:
    """Every file but the journals, which know when files were changed."""
    return {name: data for name, data in files_of(out).items() if not name.startswith("songs/")}


def rows(out, name="training_segments"):
    return parquet.read_table(out / f"{name}.parquet").to_pylist()


def test_a_row_for_each_track(catalogue, tmp_path):
    report = make_manifest(catalogue, tmp_path)
    assert (report["songs"], report["tracks"], report["refused"]) == (3, 21, [])
    found = rows(tmp_path, "base_manifest")
    assert len(found) == 21
    assert {row["rainbow_color"] for row in found} == {"Black", "Red", "Orange"}
    assert [row["track_id"] for row in found[:7]] == [2, 3, 4, 6, 7, 8, 9]
    assert not any(str(row["audio_file"]).startswith("/") for row in found)
    assert found[7]["rainbow_color_ontological_mode"] == "Known"


def test_counts_of_a_concept_are_counted_and_the_rest_is_left_open(tmp_path):
    file_song(tmp_path / "c", manifest(), LYRICS)
    make_manifest(tmp_path / "c", tmp_path)
    told = rows(tmp_path, "base_manifest")[0]
    data = told["training_data"]
    assert (data["word_count"], data["sentence_count"]) == (9, 3)
    assert (data["question_marks"], data["exclamation_marks"]) == (1, 1)
    assert data["uncertainty_level"] is None
    assert data["rebracketing_type"] is None
    assert told["key_signature_note"] == "F#"
    assert told["sounds_like"] == "Nobody, discogs_id: 12"
    assert told["mood"] == "calm, bright"


def test_broken_files_are_named_and_the_rest_goes_through(tmp_path):
    folder = tmp_path / "c"
    file_song(folder, manifest(), LYRICS)
    file_song(folder, manifest("02_02", rainbow_color="Mauve"), LYRICS, "02_02")
    file_song(folder, "title: !!python/tuple [1]", None, "02_03")
    (file_song(folder, manifest("02_04"), None, "02_04") / "02_04.lrc").write_bytes(b"\xff\xff")
    (folder / "02_01" / "notes.yml").write_text("a: 1")
    report = make_manifest(folder, tmp_path)
    assert report["songs"] == 2
    assert report["files"] == 8
    named = sorted(line.partition(":")[0] for line in report["refused"])
    assert named == [
        "02_01/notes.yml",
        "02_02/02_02.lrc",
        "02_02/02_02.yml",
        "02_03/02_03.yml",
        "02_04/02_04.lrc",
    ]


def test_segments_hold_what_they_were_cut_from(out):
    report = read_report(out / SEGMENTS_REPORT)
    found = rows(out)
    assert report["errors"] == []
    assert len(found) == report["rows"] > 60
    assert len({row["segment_id"] for row in found}) == len(found)
    assert found[0]["segment_id"] == "01_01_seg_0001_track_02"
    for row in found:
        assert row["has_audio"] == bool(row["segment_audio_file"])
        assert row["has_midi"] == bool(row["midi_file"])
        assert row["has_audio"] or row["has_midi"]
        if row["has_audio"]:
            seconds = soundfile.info(out / row["segment_audio_file"]).duration
            assert seconds == pytest.approx(row["duration_seconds"], abs=1e-4)
        if row["has_midi"]:
            notes = read_midi((out / row["midi_file"]).read_bytes()).notes
            assert len(notes)
            assert notes["is_drum"].all() == row["is_drums"]
    assert {row["track_description"] for row in found if row["is_drums"]} == {
        "Kick",
        "Snare",
        "Percussion",
    }


def test_tables_have_the_published_columns_and_the_join_knows_the_song(out):
    segments = read_table(out / "training_segments.parquet", SEGMENTS_TABLE)
    full = read_table(out / "training_full.parquet", FULL_TABLE)
    read_table(out / "base_manifest.parquet", MANIFEST_TABLE)
    assert full.num_rows == segments.num_rows
    assert full["song_id"].to_pylist() == segments["track_id"].to_pylist()
    assert all(full["concept"].to_pylist())
    paths = [
        path
        for name in ("source_audio_file", "segment_audio_file", "midi_file", "source_midi_file")
        for path in segments[name].to_pylist()
        if path
    ]
    assert not any(path.startswith("/") or "\\" in path for path in paths)


def test_a_second_run_does_nothing_again(out, catalogue):
    report = read_report(out / SEGMENTS_REPORT)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = make_segments(catalogue, out)
    assert (again["cached"], again["cut"], again["rows"]) == (True, 0, report["rows"])
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_only_a_song_whose_files_changed_is_cut_again(catalogue, tmp_path):
    folder, out = tmp_path / "c", tmp_path / "out"
    shutil.copytree(catalogue, folder)
    make_segments(folder, out)
    sound = folder / "02_01" / "02_01_06_synth_bass.wav"
    os.utime(sound)
    assert make_segments(folder, out)["cut"] == 0
    soundfile.write(sound, np.zeros(1000), 22_050)
    report = make_segments(folder, out)
    assert (report["cut"], report["cached"]) == (1, False)
    bass = [r for r in rows(out) if r["track_id"] == "02_01" and r["track_number"] == 7]
    assert bass
    assert not any(row["has_audio"] for row in bass)
    assert not list((out / "slices").glob("02_01_seg_*_track_07.flac"))
    shutil.rmtree(folder / "02_01")
    make_segments(folder, out)
    assert not list((out / "slices").glob("02_01_*"))


def test_killed_and_run_again_it_is_the_same(out, catalogue, tmp_path):
    command = [sys.executable, "-m", "training", "segments", str(catalogue), "--out", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as running:
        slices = tmp_path / "slices"
        while running.poll() is None and not (slices.is_dir() and len(list(slices.iterdir())) > 5):
            time.sleep(0.005)
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    make_segments(catalogue, tmp_path, processes=2)
    mine, theirs = contents(tmp_path), contents(out)
    for name in ("report_segments.json", "report_manifest.json"):
        told = [json.loads(found.pop(name)) for found in (mine, theirs)]
        assert {**told[0], "catalogue": ""} == {**told[1], "catalogue": ""}
    assert {name for name in mine if not name.endswith(".part")} == set(theirs)
    assert all(mine[name] == theirs[name] for name in theirs)


def test_unreadable_media_are_errors_and_not_silence(catalogue, tmp_path):
    folder, out = tmp_path / "c", tmp_path / "out"
    shutil.copytree(catalogue / "01_01", folder / "01_01")
    (folder / "01_01" / "01_01_05_piano.wav").write_bytes(b"RIFF and nothing")
    (folder / "01_01" / "01_01_05_piano.mid").write_bytes(b"MThd and nothing")
    (folder / "01_01" / "01_01_06_synth_bass.wav").unlink()
    report = make_segments(folder, out)
    assert [error.partition(":")[0] for error in report["errors"]] == [
        "01_01/01_01_05_piano.wav",
        "01_01/01_01_05_piano.mid",
        "01_01/01_01_06_synth_bass.wav",
    ]
    assert not any(row["track_number"] == 6 for row in rows(out))


def test_without_media_every_listed_file_counts(tmp_path):
    file_song(tmp_path / "c", manifest(), LYRICS)
    with pytest.raises(ValueError, match="--no-media"):
        make_segments(tmp_path / "c", tmp_path)
    make_segments(tmp_path / "c", tmp_path, with_media=False)
    found = rows(tmp_path)
    assert [row["segment_id"] for row in found[:2]] == [
        "02_01_seg_0001_track_03",
        "02_01_seg_0001_track_05",
    ]
    assert [(row["has_audio"], row["has_midi"]) for row in found[:2]] == [
        (True, False),
        (True, True),
    ]
    assert found[0]["lyric_text"] == "first line"
    assert found[0]["segment_audio_file"] is None
    assert verify(tmp_path, Selection(), fidelity=False, extract=False)["assumed"] is True


def test_lyrics_of_every_form_are_cut_by_their_times(tmp_path):
    """Chords, singers and asides are left out and named; the offset makes lines earlier."""
    lyrics = (
        "[offset:+2000]\n[00:18,50]F: [Am]first <i>line</i> (hum)\n"
        "[00:22.60]<00:22.60>second <00:23.00>line\n[Chorus]\n[00:26.70][00:30.70]third"
    )
    file_song(tmp_path / "c", manifest(), lyrics)
    report = make_segments(tmp_path / "c", tmp_path, with_media=False)
    sung = {row["original_start_seconds"]: row["lyric_text"] for row in rows(tmp_path)}
    assert [sung[at] for at in (16.5, 20.6, 24.7, 28.7)] == [
        "first line",
        "second line",
        "third",
        "third",
    ]
    notes = "\n".join(report["notes"])
    for said in ("chords are left out (1)", "(hum)", "<i>, </i>", "F:", "2.000 s earlier"):
        assert said in notes


def test_what_is_cut_is_true_and_what_is_changed_is_found(out, catalogue, tmp_path):
    report = read_report(out / SEGMENTS_REPORT)
    found = verify(out, Selection(count=None), fidelity=True, extract=False)
    assert found["findings"] == []
    assert found["looked_at"] == report["rows"]
    copy = tmp_path / "out"
    shutil.copytree(out, copy)
    heard = next(row for row in rows(copy) if row["has_audio"] and row["has_midi"])
    samples, rate = soundfile.read(copy / heard["segment_audio_file"])
    samples[100] += 0.01
    soundfile.write(copy / heard["segment_audio_file"], samples, rate)
    others = [row for row in rows(copy) if row["midi_file"] and row["track_number"] == 6]
    shutil.copyfile(copy / others[0]["midi_file"], copy / heard["midi_file"])
    (copy / others[-1]["midi_file"]).unlink()
    found = verify(copy, Selection(count=None), fidelity=True, extract=False, catalogue=catalogue)
    about = [finding.partition(":")[0] for finding in found["findings"]]
    assert about == [heard["segment_id"], heard["segment_id"], others[-1]["segment_id"]]


def test_few_of_a_colour_are_laid_out_to_be_heard(out):
    found = verify(out, Selection("r", count=4), fidelity=False, extract=True)
    assert found["looked_at"] == 4
    assert set(found["coverage"]) == {"Red"}
    assert len(list((out / "extracted" / "Red").glob("*.txt"))) == 4
    shutil.rmtree(out / "extracted")
    with pytest.raises(ValueError, match="expected one of"):
        verify(out, Selection(song="09_09"), fidelity=False, extract=False)


def test_the_commands(catalogue, out, tmp_path, capsys):
    assert main(["manifest", str(catalogue), "--out", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["tracks"] == 21
    assert main(["segments", str(catalogue), "--no-media", "--out", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["songs"] == 3
    for spelling in ("--color", "--colour"):
        command = ["verify", "--out", str(out), "--fidelity", "--random", "3", spelling, "Orange"]
        assert main(command) == 0
    said = capsys.readouterr().out
    assert "colour" in said
    assert "assumed from the manifests" not in said
    assert main(["verify", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("audio and MIDI are assumed from the manifests")
    assert main(["verify", "--out", str(tmp_path), "--fidelity"]) == 2
    assert "made without media" in capsys.readouterr().err
    assert main(["manifest", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2


@pytest.mark.skipif(not REAL.is_dir(), reason="needs a folder of real songs: catalogue")
class TestRealSongs:
    """41 finished songs of a real songwriter, without media."""

    def test_every_file_is_in(self, tmp_path):
        report = make_manifest(REAL, tmp_path)
        assert report["refused"] == []
        counts = ("files", "songs", "with_lyrics", "tracks", "audio_files", "midi_files")
        assert [report[name] for name in counts] == [73, 41, 32, 643, 635, 215]
        assert report["midi_group_files"] == 29
        assert report["songs_by_colour"] == {
            "Black": 5, "Blue": 5, "Green": 4, "Indigo": 5,
            "Orange": 5, "Red": 6, "Violet": 6, "Yellow": 5,
        }  # fmt: skip
        keys = {(row["id"], row["key_signature_note"]) for row in rows(tmp_path, "base_manifest")}
        assert {("01_02", "Bb"), ("04_06", "Gb"), ("08_10", "Db"), ("03_04", "C#")} <= keys

    def test_fractions_are_frames_and_bring_boundaries_to_the_beat(self, tmp_path):
        times = make_manifest(REAL, tmp_path)["times"]
        on_beat = sum(told["boundaries_on_beat"] for told in times.values())
        as_decimals = sum(told["as_decimals"] for told in times.values())
        boundaries = sum(told["boundaries"] for told in times.values())
        assert on_beat > 0.8 * boundaries
        assert as_decimals < 0.3 * boundaries
        assert all(
            told["structure"] == "frames, 25 a second"
            for name, told in times.items()
            if name[:2] in ("06", "07", "08") and name != "06_10"
        )
        assert times["03_10"]["lyrics"] == "frames, 30 a second"
        assert times["01_04"]["lyrics"] == times["01_06"]["lyrics"] == "decimals of a second"

    def test_every_song_and_line_is_in_the_segments(self, tmp_path):
        report = make_segments(REAL, tmp_path, with_media=False)
        assert (report["songs"], report["segments"], report["rows"]) == (41, 716, 11_812)
        found = rows(tmp_path)
        ids = {row["segment_id"] for row in found}
        assert len(ids) == len(found)
        assert {"02_02_seg_0001_track_01", "01_06_seg_0020_track_18"} <= ids
        assert all(0 < row["duration_seconds"] <= 30 for row in found)
        assert any("every time has an hour too much" in note for note in report["notes"])
        words = {(row["track_id"], row["lrc_line_number"]) for row in found} - {(None, None)}
        # Of 471 lines with a time, three pairs begin together and are one segment each.
        assert len({word for word in words if word[1]}) == 471 - 3
