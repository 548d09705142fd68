"""The list of what a run's files were when they were written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from engine.runs.checksums import CHECKSUMS, edited, list_anew, listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files that are listed."""
    write(tmp_path, one=b"1", two=b"2")
    return tmp_path


def write(folder: Path, **contents: bytes) -> None:
    """Write the files that aren't there, as a run does."""
    paths = {folder / name: data for name, data in contents.items()}
    with listed(folder, list(paths)):
        for path, data in paths.items():
            if not path.exists():
                path.write_bytes(data)


def test_what_is_as_written_is_not_named(folder):
    assert edited(folder) == []


def test_an_edited_file_is_named_and_a_missing_one_is_not(folder):
    (folder / "one").write_bytes(b"other")
    (folder / "two").unlink()
    assert edited(folder) == ["one"]


def test_an_edited_file_stays_edited_and_a_missing_one_is_listed_anew(folder):
    (folder / "one").write_bytes(b"other")
    (folder / "two").unlink()
    write(folder, one=b"1", two=b"another recording", three=b"3")
    assert edited(folder) == ["one"]
    (folder / "two").write_bytes(b"2")
    assert edited(folder) == ["one", "two"]


def test_a_damaged_list_is_named(folder):
    (folder / CHECKSUMS).write_bytes(b"\xff" + (folder / CHECKSUMS).read_bytes()[1:])
    assert edited(folder) == [CHECKSUMS]


def test_a_folder_without_a_list_has_nothing_to_name(tmp_path):
    (tmp_path / "one").write_bytes(b"1")
    assert edited(tmp_path) == []


def test_what_a_cut_list_lacks_is_listed_as_it_is(folder):
    lines = (folder / CHECKSUMS).read_text().splitlines(keepends=True)
    (folder / CHECKSUMS).write_text(lines[1])
    assert list_anew(folder, [folder / "one", folder / "two"])
    assert (folder / CHECKSUMS).read_text() == "".join(lines)


def test_a_list_that_is_gone_is_made_of_the_files_as_they_are(folder):
    paths = [folder / "one", folder / "two", folder / "three"]
    assert not list_anew(folder, paths)
    (folder / CHECKSUMS).unlink()
    (folder / "one").write_bytes(b"other")
    assert list_anew(folder, paths)
    assert edited(folder) == []
    (folder / "one").write_bytes(b"1")
    assert edited(folder) == ["one"]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_others_read_the_list(folder):
    command = ["sha256sum", "--check", "--strict", "--status", CHECKSUMS]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    (folder / "one").write_bytes(b"other")
    assert subprocess.run(command, cwd=folder, check=False).returncode == 1
