"""The files and folders in which proposals lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from documents.yaml_files import MAX_BYTES
from engine.proposals import Overrides, Reading, read, sources
from genomes.keys import Key
from tests.engine.proposals.documents import (
    ABSENT,
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
MANIFEST = song(title="The Sea, Summed up", iteration_id=ABSENT, iteration_count=3)


def titles(reading: Reading) -> list[str]:
    return [proposal.title for proposal in reading.proposals]


def named(reading: Reading) -> list[tuple[str, str | None]]:
    """Titles and threads of songs."""
    return [(proposal.title, proposal.thread_id) for proposal in reading.proposals]


def lines(reading: Reading) -> list[str]:
    for refusal in reading.refusals:
        assert_one_line(str(refusal))
    return [f"{refusal.file}: {refusal.field}: {refusal.value}" for refusal in reading.refusals]


def thread(folder: Path, thread_id: str, *songs: dict[str, Any]) -> Path:
    write(folder / "manifest.yml", {**MANIFEST, "thread_id": thread_id})
    for document in songs:
        write(folder / "yml" / f"{document['iteration_id']}.yml", document)
    return folder


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


def test_one_refusal_names_every_unreadable_field(tmp_path: Path) -> None:
    refusal = the_refusal(tmp_path, song(tempo="1/64", bpm=0, key=None, title=["x"]))

    assert refusal.field == "title"
    for words in ("tempo: 1/64", "--meter", "bpm: 0", "--bpm", "key: null", "--key"):
        assert words in str(refusal)


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


@pytest.mark.parametrize("name", ["gone.yml", "gone/", "nul\0l.yml", "x" * 300])
def test_paths_that_lead_nowhere(tmp_path: Path, name: str) -> None:
    (refusal,) = read([f"{tmp_path}/{name}"]).refusals

    assert refusal.field == "file"
    assert_one_line(str(refusal))
    assert str(tmp_path) not in str(refusal)


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
    write(root / "bad.yml", "rainbow_color: [\n")
    write(root / "template.yml", "name: {{ app }}\n")
    write(root / "charts" / "manifest.yml", "name: {{ app }}\n")
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
        "songs/template.yml",
        "songs/charts/manifest.yml",
        "songs/deep/evp.yml",
    )


def test_a_song_of_a_thread_is_the_same_however_it_is_reached(tmp_path: Path) -> None:
    folder = thread(tmp_path / "sea", "t1", song())
    file = folder / "yml" / "missing_wave_v1.yml"
    ids = {read([path]).proposals[0].song_id for path in (file, folder / "yml", folder, tmp_path)}

    assert len(ids) == 1
    assert read([file, folder, tmp_path]).proposals == read([file]).proposals


def index(root: Path, *rows: object) -> Path:
    write(root / "index.yml", {"thread_count": len(rows), "threads": list(rows)})
    return root


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
    assert lines(reading) == [f"album/index.yml: directory: {value}"]
    assert reading.refusals[0].item == 2


def test_rows_that_lead_back_to_their_index_end(tmp_path: Path) -> None:
    root = index(tmp_path / "album", *[{"directory": name} for name in ("a", "b", "c")])
    for name in ("a", "b", "c"):
        (root / name).symlink_to(root)

    assert lines(read([root])) == [
        f"album/index.yml: directory: {name} is a link" for name in ("a", "b", "c")
    ]


def test_order_is_that_of_the_names_and_the_same_every_time(tmp_path: Path) -> None:
    for name in ("b", "C", "a", "ä"):
        write(tmp_path / name / "song.yml", song(title=name))

    assert titles(read([tmp_path])) == ["C", "a", "b", "ä"]
    assert read([tmp_path]) == read([tmp_path])
    assert sources.read([tmp_path / "b", tmp_path / "a"]).proposals[0].title == "b"


@pytest.mark.parametrize(
    "name",
    ["song_proposal_Black (0x221f20)_cellar_v2.yml", "야옹.yaml", "no_suffix", "song.json",
     "new\nline.yml"],
)  # fmt: skip
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    (proposal,) = read([write(tmp_path / name, song())]).proposals

    assert_one_line(proposal.file)
    assert (proposal.title, proposal.thread_id) == ("The Missing Wave", None)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_list_document(tmp_path: Path, wrapped: bool) -> None:
    items = [song(title="One"), ARTICLE, song(title="Two", tempo="18/21"), song(title="Three")]
    content = {"thread_id": "t1", "iterations": items} if wrapped else items
    reading = read_content(tmp_path, content)
    thread_id = "t1" if wrapped else None

    assert named(reading) == [("One", thread_id), ("Three", thread_id)]
    assert [(refusal.item, refusal.field) for refusal in reading.refusals] == [
        (2, "file"),
        (3, "tempo"),
    ]
    assert "song.yml item 3: tempo: 18/21" in str(reading.refusals[1])


NO_PROPOSAL = "is not a song proposal"


@pytest.mark.parametrize(
    ("content", "field", "value"),
    [
        *((content, "file", NO_PROPOSAL) for content in (EVP, ARTICLE, CONSTRAINTS, STUB)),
        *((content, "file", NO_PROPOSAL) for content in (["a"], [], "words", 7, [[]], TIMECODES)),
        *((song(**{field: ABSENT}), field, "missing") for field in ("key", "bpm", "rainbow_color")),
        (b"", "file", "is empty"),
        (b"title: caf\xe9\n", "file", "is not UTF-8 text at byte 10"),
        ("title: café\n".encode("utf-16"), "file", "is not UTF-8 text at byte 0"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file", "is not UTF-8 text at byte 0"),
        *((content, "yaml", "") for content in (b"\0\1\2", b"MThd\0\0\0\x06", b"a: \x07\n")),
    ],
)
def test_a_named_file_without_a_song_says_why(
    tmp_path: Path, content: object, field: str, value: str
) -> None:
    refusal = the_refusal(tmp_path, content)

    assert (refusal.field, refusal.item) == (field, 0)
    assert not value or refusal.value == value


TEXT = "title: A\nkey: Am\nbpm: 72\nrainbow_color: Y\n"


@pytest.mark.parametrize(
    "content", ["\ufeff" + TEXT, TEXT + "#" * (MAX_BYTES - len(TEXT))], ids=["mark", "size"]
)
def test_a_byte_order_mark_and_a_size_at_the_limit_are_no_matter(
    tmp_path: Path, content: str
) -> None:
    assert the_song(tmp_path, content).title == "A"


def test_overrides_make_an_unreadable_song_readable(tmp_path: Path) -> None:
    overrides = Overrides.parse(meter="6/8", tempo_bpm=90, key="Bbm")
    unreadable = song(tempo=None, bpm=None, key=None)
    (proposal,) = read_content(tmp_path, unreadable, overrides).proposals

    assert (str(proposal.meter), proposal.tempo_bpm) == ("6/8", 90.0)
    assert (proposal.key, proposal.raw["key"]) == (Key.parse("Bb minor"), None)
    assert len(proposal.warnings) == 3


@pytest.mark.parametrize("is_folder", [False, True])
def test_what_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_folder: bool
) -> None:
    def forbidden(path: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    path = tmp_path / "locked"
    if is_folder:
        path.mkdir()
    else:
        write(path, song())
    monkeypatch.setattr(*((os, "scandir") if is_folder else (Path, "read_bytes")), forbidden)

    assert lines(read([path]))[0] == "locked: file: can't be read: Permission denied"


def test_folders_without_documents_pipes_and_links(tmp_path: Path) -> None:
    root = tmp_path / "songs"
    (tmp_path / "empty").mkdir()
    write(root / "a.yml", song())
    (root / "again").symlink_to(root)
    (root / "lost.yml").symlink_to(tmp_path / "nowhere.yml")
    os.mkfifo(root / "pipe.yml")
    reading = read([root])

    assert len(reading.proposals) == 1
    assert reading.skipped == ("songs/again",)
    assert lines(reading) == [
        "songs/lost.yml: file: does not exist",
        "songs/pipe.yml: file: is neither a file nor a folder",
    ]
    assert lines(read([tmp_path / "empty"])) == ["empty: file: is a folder without YAML files"]


def test_a_thread_gives_its_id_to_its_songs_that_name_none(tmp_path: Path) -> None:
    songs = (song(title="A"), song(title="B", iteration_id="b_v1"))
    folder = thread(tmp_path / "sea", "t1", *songs, song(iteration_id="z", thread_id="t0"))
    write(folder / "yml" / "evp.yml", EVP)
    write(folder / "chords" / "review.yml", {"candidates": []})
    reading = read([folder])

    assert named(reading) == [("B", "t1"), ("A", "t1"), ("The Missing Wave", "t0")]
    assert reading.skipped == ("sea/yml/evp.yml",)
    assert not reading.refusals


@pytest.mark.parametrize("with_folder", [True, False])
def test_a_thread_without_songs_is_itself_the_song(tmp_path: Path, with_folder: bool) -> None:
    folder = thread(tmp_path / "sea", "t1")
    if with_folder:
        write(folder / "yml" / "evp.yml", EVP)
    reading = read([folder])

    assert named(reading) == [("The Sea, Summed up", "t1")]
    assert reading.proposals[0].file == "sea/manifest.yml"


def test_refused_songs_and_manifests_are_told_once(tmp_path: Path) -> None:
    refused = read([thread(tmp_path / "sea", "t1", song(bpm=0))])
    write(thread(tmp_path / "bay", "t2", song()) / "manifest.yml", "thread_id: [\n")
    broken = read([tmp_path / "bay"])

    assert not refused.proposals  # the manifest does not become the song
    assert [refusal.field for refusal in refused.refusals] == ["bpm"]
    assert titles(broken) == ["The Missing Wave"]
    assert [refusal.file for refusal in broken.refusals] == ["bay/manifest.yml"]


def test_the_same_content_counts_once_and_the_one_in_a_thread_wins(tmp_path: Path) -> None:
    write(tmp_path / "all.yml", {"iterations": [song(), song(title="Other")]})
    thread(tmp_path / "sea", "t1", song())
    thread(tmp_path / "two", "t2", song(concept="The second telling."))
    reading = read([tmp_path])
    first, _, second = reading.proposals

    assert named(reading) == [
        ("The Missing Wave", "t1"),
        ("Other", None),
        ("The Missing Wave", "t2"),
    ]
    assert first.iteration_id == second.iteration_id
    assert first.song_id != second.song_id


def test_an_index_names_the_threads_beside_it(tmp_path: Path) -> None:
    root = index(
        tmp_path / "album",
        {"bpm": 76, "concept": "This song …", "directory": "two", "iteration_count": 18,
         "key": "B ♭ major", "rainbow_color": "White", "thread_id": "t2", "title": "Two"},
        {"directory": "one"},
        {"directory": "bare", "thread_id": "t3"},
    )  # fmt: skip
    thread(root / "one", "t1", song(title="A"))
    thread(root / "two", "t2", song(title="B"))
    write(root / "bare" / "c.yml", song(title="C"))
    write(root / "bare" / "index.yml", {"pages": []})  # lists no threads: a file like any other
    thread(root / "unlisted", "t4", song(title="D"))
    write(root / "negative_constraints.yml", CONSTRAINTS)
    reading = read([root])

    assert named(reading) == [("B", "t2"), ("A", "t1"), ("C", "t3")]
    assert reading.skipped == ("album/bare/index.yml", "album/negative_constraints.yml")
    assert not reading.refusals


def test_the_long_form_for_production(tmp_path: Path) -> None:
    form = {**SHORT_FORM, "manifest_id": "missing_wave", "tempo": "7/8", "vocals": True,
            "TRT": None, "sounds_like": [{"name": "Nobody Yet", "discogs_id": 1}],
            "structure": [{"section_name": "Verse", "start_time": "[00:00.000]"}]}  # fmt: skip

    assert str(the_song(tmp_path, form).meter) == "7/8"
