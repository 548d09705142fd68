"""Manifests as people write them; and what nobody should be able to do with one."""

from __future__ import annotations

import pytest

from documents.yaml_files import MAX_BYTES
from tests.training.catalogue.songs import REAL, file_song, manifest
from training.catalogue.manifests import BrokenManifest, read_manifest


def read(tmp_path, document, name="02_01"):
    path = file_song(tmp_path, document, name=name) / f"{name}.yml"
    return read_manifest(path, f"{name}/{name}.yml")


def test_a_manifest_is_read_whole(tmp_path):
    found = read(tmp_path, manifest())
    song = found.value
    assert found.warnings == ()
    assert (song.name, song.colour.name, str(song.key)) == ("02_01", "Red", "F# minor")
    assert [(stem.number, stem.group, stem.midi_source) for stem in song.stems] == [
        (3, "drums", ""),
        (5, "", "p.mid"),
    ]
    assert [section.name for section in song.sections] == ["Intro", "Verse", "Outro"]


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("key", "Bb minor", ("key", "Bb minor")),
        ("key", "A ♭ major", ("key", "Ab major")),
        ("key", {"note": {"pitch_name": "F", "accidental": "sharp"}, "mode": {"name": "minor"}},
         ("key", "F# minor")),
        ("rainbow_color", "Y", ("colour", "Yellow")),
        ("rainbow_color", "indigo", ("colour", "Indigo")),
        ("rainbow_color", {"color_name": "Blue", "hex_value": 255, "mnemonic_character_value": "W"},
         ("colour", "Blue")),
        ("tempo", "18/32", ("meter", "18/32")),
        ("tempo", "4/8", ("meter", "4/8")),
        ("tempo", {"numerator": 7, "denominator": 8}, ("meter", "7/8")),
        ("bpm", 16, ("tempo_bpm", "16.0")),
        ("bpm", 222, ("tempo_bpm", "222.0")),
        ("bpm", 94.22, ("tempo_bpm", "94.22")),
        ("title", 808, ("title", "808")),
    ],
)  # fmt: skip
def test_fields_as_they_come(tmp_path, field, value, found):
    song = read(tmp_path, manifest(**{field: value})).value
    name, expected = found
    held = getattr(song, name)
    assert (held.name if name == "colour" else str(held)) == expected


def test_a_bare_letter_is_no_truth_value(tmp_path):
    text = (
        "bpm: 100\ntempo: 4/4\nkey: C major\nrainbow_color: Y\ntitle: Yes\nvocals: true\n"
        "lyrics: false\naudio_tracks: [{id: 2, description: Bass, audio_file: b.wav}]\n"
    )
    song = read(tmp_path, text).value
    assert (song.colour.name, song.title) == ("Yellow", "Yes")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bpm", 0),
        ("bpm", "fast"),
        ("bpm", None),
        ("tempo", "18/21"),
        ("key", "All Keys (Chromatic Convergence)"),
        ("rainbow_color", "Mauve"),
        ("rainbow_color", {"hex_value": 255}),
        ("structure", "verse"),
        ("structure", [{"section_name": "a", "start_time": 5, "end_time": None}]),
        ("audio_tracks", []),
        ("audio_tracks", [{"description": "no id"}]),
        ("mood", {"a": 1}),
        ("concept", ["a"]),
        ("release_date", {"a": 1}),
        ("TRT", [5]),
    ],
)
def test_a_field_that_can_not_be_read_is_named_with_its_value(tmp_path, field, value):
    with pytest.raises(BrokenManifest, match=rf"^02_01/02_01.yml: {field}.*accepted: ") as caught:
        read(tmp_path, manifest(**{field: value}))
    assert "\n" not in str(caught.value)


def test_all_broken_fields_are_named_at_once(tmp_path):
    with pytest.raises(BrokenManifest) as caught:
        read(tmp_path, manifest(bpm=0, key="H minor", rainbow_color="Q"))
    assert all(field in str(caught.value) for field in ("bpm", "key", "rainbow_color"))


@pytest.mark.parametrize(
    "file", ["../../secrets.wav", "/etc/passwd", "..", "a\\..\\b.wav", "C:x", "x" * 300, "a\nb"]
)
def test_files_stay_in_the_songs_folder(tmp_path, file):
    tracks = [{"id": 2, "description": "Bass", "audio_file": file, "midi_file": "ok/b.mid"}]
    found = read(tmp_path, manifest(audio_tracks=tracks))
    assert found.value.stems[0].audio_file == ""
    assert found.value.stems[0].midi_file == "ok/b.mid"
    assert "left out" in found.warnings[0]


def test_a_track_id_is_used_once(tmp_path):
    tracks = [{"id": 2, "description": word, "audio_file": "a.wav"} for word in ("Bass", "Horn")]
    found = read(tmp_path, manifest(audio_tracks=tracks))
    assert [stem.description for stem in found.value.stems] == ["Bass"]
    assert "id 2 for the second time" in found.warnings[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02\xff\xfe", "not UTF-8"),
        (b"RIFF\x00\x00\x00\x00WAVE", "yaml"),
        (b"title: a\n\tbpm: 4\n", "a tab"),
        (b"title: !!python/object/apply:os.system [ls]\n", "tag"),
        (b"title: !!python/tuple [1, 2]\n", "tag"),
        (b"- a\n- b\n", "a mapping of fields"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\n" + b"".join(
            b"c%d: &c%d [*%s, *%s]\n" % (i, i, n, n)
            for i, n in enumerate([b"b", *(b"c%d" % i for i in range(24))])
        ), "more than"),
        (b"x: " + b"[" * 5000, "nested"),
        (b"#" * (MAX_BYTES + 1), "MiB"),
        (b"01:00:34:07.11\t\n01:00:09:02.67\t Verse\t\n", "yaml"),
    ],
    ids=["empty", "binary", "wav", "tab", "code", "tuple", "list", "bomb", "deep", "huge", "raw"],
)  # fmt: skip
def test_hostile_files_are_refused_in_one_line(tmp_path, data, reason):
    path = tmp_path / "02_01.yml"
    path.write_bytes(data)
    with pytest.raises(BrokenManifest, match=reason) as caught:
        read_manifest(path, "02_01.yml")
    assert str(caught.value).startswith("02_01.yml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs a folder of real songs: catalogue")
def test_real_manifests_all_go_through():
    for path in REAL.glob("*/*.yml"):
        song = read_manifest(path, path.name).value
        assert song.stems
        assert song.concept
