"""The files and folders in which proposals lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from documents import yaml_files
from engine.proposals import Overrides, Reading, read, sources
from genomes.keys import Key
from tests.engine.proposals.documents import (
    SHORT_FORM,
    assert_one_line,
    read_content,
    song,
    the_refusal,
    the_song,
    write,
)

EVP = {"transcript": "… say it …", "sum_of_sounds": [1, 2], "rainbow_color_mnemonic": "Z"}
ARTICLE = {"headline": "Tide Late Again", "text": "The harbour master declined to comment."}
CONSTRAINTS = {"bpm_constraints": [{"center": 72}], "key_constraints": [{"key": "F# minor"}]}
STUB = {"manifest_id": "07_03", "title": None}
TIMECODES = "01:00:34:07.11\n01:00:09:02.67 Verse\n"
MANIFEST = {
    **song(title="The Sea, Summed up", iteration_id="unused"),
    "thread_id": "12c27cb8",
    "iteration_count": 3,
}
del MANIFEST["iteration_id"]


def titles(reading: Reading) -> list[str]:
    return [proposal.title for proposal in reading.proposals]


def lines(reading: Reading) -> list[str]:
    for refusal in reading.refusals:
        assert_one_line(str(refusal))
    return [f"{refusal.file}: {refusal.field}: {refusal.value}" for refusal in reading.refusals]


def thread(folder: Path, thread_id: str, *songs: dict[str, Any]) -> Path:
    write(folder / "manifest.yml", {**MANIFEST, "thread_id": thread_id})
    for document in songs:
        write(folder / "yml" / f"{document['iteration_id']}.yml", document)
    return folder


def test_a_single_file(tmp_path: Path) -> None:
    proposal = the_song(tmp_path, song())

    assert (proposal.title, proposal.file) == ("The Missing Wave", "song.yml")
    assert proposal.thread_id is None


@pytest.mark.parametrize(
    "name",
    [
        "song_proposal_Black (0x221f20)_cellar_v2.yml",
        "야옹.yaml",
        "no_suffix",
        "song.json",
        "new\nline.yml",
    ],
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    (proposal,) = read([write(tmp_path / name, song())]).proposals

    assert_one_line(proposal.file)


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/s\xf6ng.yml"
    try:
        Path(os.fsdecode(path)).write_text("a: 1", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    reading = read([tmp_path])

    reading.skipped[0].encode("utf-8")


def test_files_are_named_without_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "songs" / "new" / "a.yml", song())
    monkeypatch.chdir(tmp_path / "songs")
    given = {
        "new/a.yml": "new/a.yml",
        "new": "new/a.yml",
        ".": "new/a.yml",
        "..": f"{tmp_path.name}/songs/new/a.yml",
        "../songs/new/a.yml": "a.yml",
        str(tmp_path): f"{tmp_path.name}/songs/new/a.yml",
        str(tmp_path / "songs" / "new" / "a.yml"): "a.yml",
    }

    assert {path: read([path]).proposals[0].file for path in given} == given


@pytest.mark.parametrize("listed", [{"iterations": []}, []], ids=["iterations", "bare list"])
def test_a_list_document(tmp_path: Path, listed: Any) -> None:
    items = [song(title="One"), ARTICLE, song(title="Two", tempo="18/21"), song(title="Three")]
    content = (
        {**listed, "thread_id": "t1", "iterations": items}
        if listed == {"iterations": []}
        else items
    )
    reading = read_content(tmp_path, content)

    assert titles(reading) == ["One", "Three"]
    assert [proposal.thread_id for proposal in reading.proposals] == (
        ["t1", "t1"] if isinstance(content, dict) else [None, None]
    )
    assert [(refusal.item, refusal.field) for refusal in reading.refusals] == [
        (2, "file"),
        (3, "tempo"),
    ]
    assert "song.yml item 3: tempo: 18/21" in str(reading.refusals[1])


@pytest.mark.parametrize(
    "content", [EVP, ARTICLE, CONSTRAINTS, STUB, ["a"], [], "words", 7, [[]], TIMECODES]
)
def test_what_is_no_proposal_is_refused_when_named(tmp_path: Path, content: object) -> None:
    refusal = the_refusal(tmp_path, content)

    assert refusal.value == "is not a song proposal"
    assert refusal.item == 0


@pytest.mark.parametrize("field", ["key", "bpm", "rainbow_color"])
def test_a_named_file_may_lack_one_telling_field_and_is_told_which(
    tmp_path: Path, field: str
) -> None:
    document = song()
    del document[field]
    refusal = the_refusal(tmp_path, document)

    assert (refusal.field, refusal.value) == (field, "missing")


def test_one_refusal_names_every_unreadable_field(tmp_path: Path) -> None:
    refusal = the_refusal(tmp_path, song(tempo="1/64", bpm=0, key=None, title=["x"]))

    assert refusal.field == "title"
    for words in ("tempo: 1/64", "--meter", "bpm: 0", "--bpm", "key: null", "--key"):
        assert words in str(refusal)


def test_overrides_make_an_unreadable_song_readable(tmp_path: Path) -> None:
    shell = song(tempo=None, bpm=None, key=None)
    overrides = Overrides.parse(meter="6/8", tempo_bpm=90, key="Bbm")
    (proposal,) = read_content(tmp_path, shell, overrides).proposals

    assert (str(proposal.meter), proposal.tempo_bpm, proposal.key) == (
        "6/8",
        90.0,
        Key.parse("Bb minor"),
    )
    assert len(proposal.warnings) == 3
    assert proposal.raw["key"] is None


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", "is empty"),
        (b"title: caf\xe9\n", "is not UTF-8 text at byte 10"),
        ("title: café\n".encode("utf-16"), "is not UTF-8 text at byte 0"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8 text at byte 0"),
    ],
)
def test_files_that_hold_no_text(tmp_path: Path, content: bytes, value: str) -> None:
    refusal = the_refusal(tmp_path, content)

    assert (refusal.field, refusal.value) == ("file", value)


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"MThd\x00\x00\x00\x06", b"a: \x07\n"])
def test_binary_files_that_happen_to_be_utf8(tmp_path: Path, content: bytes) -> None:
    assert the_refusal(tmp_path, content).field == "yaml"


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    text = "\ufefftitle: A\nkey: Am\nbpm: 72\nrainbow_color: Y\n"

    assert the_song(tmp_path, text.encode()).title == "A"


def test_a_file_that_is_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.yml"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", None)
    (refusal,) = read([path]).refusals

    assert refusal.value == f"holds {50 * 2**20} bytes"
    assert "4 MiB" in refusal.accepted


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    text = "title: A\nkey: Am\nbpm: 72\nrainbow_color: Y\n"
    content = text + "#" * (yaml_files.MAX_BYTES - len(text))

    assert the_song(tmp_path, content).title == "A"


@pytest.mark.parametrize("name", ["gone.yml", "gone/", "nul\0l.yml", "x" * 300])
def test_paths_that_lead_nowhere(tmp_path: Path, name: str) -> None:
    (refusal,) = read([f"{tmp_path}/{name}"]).refusals

    assert refusal.field == "file"
    assert_one_line(str(refusal))
    assert str(tmp_path) not in str(refusal)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")

    assert lines(read([tmp_path])) == [
        f"{tmp_path.name}/pipe.yml: file: is neither a file nor a folder"
    ]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    path = write(tmp_path / "locked.yml", song())
    monkeypatch.setattr(Path, "read_bytes", forbidden)

    assert lines(read([path])) == ["locked.yml: file: can't be read: Permission denied"]


def test_a_folder_that_may_not_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: str) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", forbidden)

    assert lines(read([tmp_path / "locked"]))[0] == "locked: file: can't be read: Permission denied"


def test_a_folder_is_read_by_the_shape_of_what_lies_in_it(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    write(root / "b.yaml", song(title="B"))
    write(root / "a.yml", song(title="A"))
    write(root / "deep" / "down" / "C.YML", song(title="C"))
    write(root / "deep" / "evp.yml", EVP)
    write(root / "newspaper_article.yml", ARTICLE)
    write(root / "negative_constraints.yml", CONSTRAINTS)
    write(root / "stub.yml", STUB)
    write(root / "production" / "manifest_bootstrap.yml", SHORT_FORM)
    write(root / "list.yml", [song(title="D"), ARTICLE])
    write(root / "bad.yml", "a: [\n")
    write(root / "plan.yml", {"bpm": 72, "key": "A minor", "color": "Green"})
    write(root / "notes.txt", "key: no")
    write(root / ".hidden.yml", song(title="hidden"))
    write(root / ".git" / "a.yml", song(title="hidden"))
    reading = read([root])

    assert titles(reading) == ["A", "B", "D", "C", "The Missing Wave"]
    assert [refusal.file for refusal in reading.refusals] == ["songs/bad.yml"]
    assert reading.skipped == (
        "songs/list.yml item 2",
        "songs/negative_constraints.yml",
        "songs/newspaper_article.yml",
        "songs/plan.yml",
        "songs/stub.yml",
        "songs/deep/evp.yml",
    )


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert lines(read([tmp_path / "empty"])) == ["empty: file: is a folder without YAML files"]


def test_links_that_lead_in_circles_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "songs" / "a.yml", song())
    (tmp_path / "songs" / "again").symlink_to(tmp_path / "songs")
    (tmp_path / "songs" / "lost.yml").symlink_to(tmp_path / "nowhere.yml")
    reading = read([tmp_path / "songs"])

    assert len(reading.proposals) == 1
    assert reading.skipped == ("songs/again",)
    assert lines(reading) == ["songs/lost.yml: file: does not exist"]


def test_a_thread_gives_its_id_to_its_songs(tmp_path: Path) -> None:
    folder = thread(tmp_path / "sea", "t1", song(title="A"), song(title="B", iteration_id="b_v1"))
    write(folder / "yml" / "evp.yml", EVP)
    write(folder / "chords" / "review.yml", {"candidates": []})
    reading = read([folder])

    assert [(proposal.title, proposal.thread_id) for proposal in reading.proposals] == [
        ("B", "t1"),
        ("A", "t1"),
    ]
    assert reading.skipped == ("sea/yml/evp.yml",)
    assert not reading.refusals


@pytest.mark.parametrize("with_folder", [True, False])
def test_a_thread_without_songs_is_itself_the_song(tmp_path: Path, with_folder: bool) -> None:
    folder = thread(tmp_path / "sea", "t1")
    if with_folder:
        write(folder / "yml" / "evp.yml", EVP)
    (proposal,) = read([folder]).proposals

    assert (proposal.title, proposal.thread_id) == ("The Sea, Summed up", "t1")
    assert proposal.file == "sea/manifest.yml"


def test_a_refused_song_does_not_make_the_manifest_one(tmp_path: Path) -> None:
    reading = read([thread(tmp_path / "sea", "t1", song(bpm=0))])

    assert not reading.proposals
    assert [refusal.field for refusal in reading.refusals] == ["bpm"]


def test_a_song_of_a_thread_is_the_same_however_it_is_reached(tmp_path: Path) -> None:
    folder = thread(tmp_path / "sea", "t1", song())
    file = folder / "yml" / "missing_wave_v1.yml"
    ids = {read([path]).proposals[0].song_id for path in (file, folder / "yml", folder, tmp_path)}

    assert len(ids) == 1
    assert read([file, folder, tmp_path]).proposals == read([file]).proposals


def test_a_song_keeps_the_thread_that_it_names_itself(tmp_path: Path) -> None:
    (proposal,) = read([thread(tmp_path / "sea", "t1", song(thread_id="t0"))]).proposals

    assert proposal.thread_id == "t0"


def test_a_broken_manifest_is_refused_once(tmp_path: Path) -> None:
    folder = thread(tmp_path / "sea", "t1", song())
    write(folder / "manifest.yml", "thread_id: [\n")
    reading = read([folder])

    assert [refusal.file for refusal in reading.refusals] == ["sea/manifest.yml"]
    assert titles(reading) == ["The Missing Wave"]


def test_the_same_iteration_in_two_threads_is_two_songs(tmp_path: Path) -> None:
    thread(tmp_path / "one", "t1", song(concept="The first telling."))
    thread(tmp_path / "two", "t2", song(concept="The second telling."))
    first, second = read([tmp_path]).proposals

    assert first.iteration_id == second.iteration_id
    assert first.song_id != second.song_id


def test_the_same_content_counts_once_and_the_one_in_a_thread_wins(tmp_path: Path) -> None:
    write(tmp_path / "all.yml", {"iterations": [song(), song(title="Other")]})
    thread(tmp_path / "sea", "t1", song())
    reading = read([tmp_path])

    assert [(proposal.title, proposal.thread_id) for proposal in reading.proposals] == [
        ("The Missing Wave", "t1"),
        ("Other", None),
    ]


def index(root: Path, *rows: object) -> Path:
    write(root / "index.yml", {"thread_count": len(rows), "threads": list(rows)})
    return root


def test_an_index_names_the_threads_beside_it(tmp_path: Path) -> None:
    root = index(
        tmp_path / "album",
        {
            "bpm": 76,
            "concept": "This song …",
            "directory": "two",
            "iteration_count": 18,
            "key": "B ♭ major",
            "rainbow_color": "White",
            "thread_id": "t2",
            "title": "Two",
        },
        {"directory": "one"},
        {"directory": "bare", "thread_id": "t3"},
    )
    thread(root / "one", "t1", song(title="A"))
    thread(root / "two", "t2", song(title="B"))
    write(root / "bare" / "c.yml", song(title="C"))
    thread(root / "unlisted", "t4", song(title="D"))
    write(root / "negative_constraints.yml", CONSTRAINTS)
    reading = read([root])

    assert [(proposal.title, proposal.thread_id) for proposal in reading.proposals] == [
        ("B", "t2"),
        ("A", "t1"),
        ("C", "t3"),
    ]
    assert reading.skipped == ("album/negative_constraints.yml",)
    assert not reading.refusals


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"directory": "gone"}, "gone does not exist"),
        ({"title": "no directory"}, "null"),
        ({"directory": "../outside"}, "../outside"),
        ({"directory": "/etc"}, "/etc"),
        ({"directory": ".."}, ".."),
        ({"directory": 7}, "7"),
        ("gone", "gone does not exist"),
        (None, "null"),
        ([], "[]"),
    ],
)
def test_a_row_without_its_folder_is_refused(tmp_path: Path, row: object, value: str) -> None:
    root = index(tmp_path / "album", {"directory": "one"}, row)
    thread(root / "one", "t1", song())
    thread(tmp_path / "outside", "t0", song(title="outside"))
    reading = read([root])

    assert titles(reading) == ["The Missing Wave"]
    (refusal,) = reading.refusals
    assert (refusal.file, refusal.field, refusal.value, refusal.item) == (
        "album/index.yml",
        "directory",
        value,
        2,
    )


def test_rows_that_lead_back_to_their_index_end(tmp_path: Path) -> None:
    root = index(tmp_path / "album", *[{"directory": name} for name in ("a", "b", "c")])
    for name in ("a", "b", "c"):
        (root / name).symlink_to(root)

    assert lines(read([root])) == [
        f"album/index.yml: directory: {name} is a link" for name in ("a", "b", "c")
    ]


def test_an_index_that_lists_no_threads_is_a_file_like_any_other(tmp_path: Path) -> None:
    write(tmp_path / "index.yml", {"pages": []})
    write(tmp_path / "a.yml", song())
    reading = read([tmp_path])

    assert titles(reading) == ["The Missing Wave"]
    assert reading.skipped == (f"{tmp_path.name}/index.yml",)


def test_the_long_form_for_production(tmp_path: Path) -> None:
    document = {
        **SHORT_FORM,
        **dict.fromkeys(["release_date", "album_sequence", "main_audio_file", "TRT", "lrc_file"]),
        "manifest_id": "missing_wave",
        "tempo": "7/8",
        "vocals": True,
        "lyrics": False,
        "sounds_like": [{"name": "Nobody Yet", "discogs_id": 1}],
        "mood": ["patient"],
        "genres": ["drone"],
        "concept": "Told in full.",
        "structure": [{"section_name": "Verse", "start_time": "[00:00.000]"}],
    }

    assert str(the_song(tmp_path, document).meter) == "7/8"


def test_order_is_that_of_the_names_and_the_same_every_time(tmp_path: Path) -> None:
    for name in ("b", "C", "a", "ä"):
        write(tmp_path / name / "song.yml", song(title=name))

    assert titles(read([tmp_path])) == ["C", "a", "b", "ä"]
    assert read([tmp_path]) == read([tmp_path])
    assert sources.read([tmp_path / "b", tmp_path / "a"]).proposals[0].title == "b"
