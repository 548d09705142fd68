"""Real proposals, as songwriters have them: hundreds at once, and then again."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.yaml_files import load_file

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "proposals"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"needs a folder of real proposals: {FOLDER.name}"
)


def test_a_folder_of_real_proposals_twice(empty_shell):
    first = empty_shell.json("songs", "add", FOLDER)
    seen = [first[name] for name in ("added", "refused", "skipped", "superseded")]
    assert first["revised"] == first["unchanged"] == []
    assert len(first["added"]) > 0.85 * sum(map(len, seen))
    assert all(refused["accepted"] for refused in first["refused"])
    head = empty_shell.head
    assert head == len(first["added"]) == len(empty_shell.json("songs", "list"))
    second = empty_shell.json("songs", "add", FOLDER)
    assert sorted(second["unchanged"]) == sorted(first["added"])
    assert (second["added"], second["revised"]) == ([], [])
    assert second["refused"] == first["refused"]
    assert empty_shell.head == head
    assert empty_shell.json("verify")["problems"] == []


def test_what_hundreds_of_songs_lean_on(empty_shell, tmp_path):
    said = empty_shell.type("songs", "add", FOLDER)
    assert said.code == 0
    assert len(said.out.splitlines()) < 6  # they are counted, not named
    assert all(line.startswith(("refused: ", "note: ")) for line in said.err.splitlines())
    path = tmp_path / "negative_constraints.yml"
    answer = empty_shell.json("songs", "stats", "--constraints", path)
    assert answer["songs"] > 300
    first = answer["keys"][0]
    assert first["name"] == "F# minor"
    assert 0.35 < first["fraction"] < 0.5
    assert 3 < answer["key_entropy_bits"] < 4
    assert answer["warnings"] == []
    written = load_file(path)
    (key,) = written["key_constraints"]
    assert (key["key"], key["severity"]) == ("F# minor", "avoid")
    assert [row["bpm_range"] for row in written["bpm_constraints"]] == ["67-77"]
    assert written["thread_count"] == answer["songs"]
    assert "█" in empty_shell.do("songs", "stats")
