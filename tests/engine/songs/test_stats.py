"""``engine songs stats``: what people and machines are told of the studio's songs."""

from __future__ import annotations

import yaml

from engine.proposals import demo_paths


def test_bars_for_people(empty_shell):
    empty_shell.do("songs", "add", *demo_paths())
    out = empty_shell.do("songs", "stats")
    assert out.startswith("9 songs\n\nkeys (")
    for heading in ("tempos (", "meters", "colours", "words in titles", "phrases in concepts"):
        assert f"\n{heading}" in out
    assert "█" in out
    assert "songs stats --constraints negative_constraints.yml" in out.splitlines()[-1]
    assert max(map(len, out.splitlines()[:-1])) < 90


def test_json_for_machines(shell):
    answer = shell.json("songs", "stats")
    assert answer["songs"] == 2
    assert sum(key["count"] for key in answer["keys"]) == 2
    assert answer["warnings"] == ["only 2 songs: 5 are needed to tell what they lean on"]
    assert (answer["file"], answer["set_aside"]) == (None, None)


def test_overused_things_are_marked(empty_shell, tmp_path):
    folder = tmp_path / "songs"
    folder.mkdir()
    for number in range(6):
        song = {"title": f"No {number}", "key": "F# minor", "bpm": 70, "rainbow_color": "Blue"}
        (folder / f"{number}.yml").write_text(yaml.safe_dump(song), "utf-8")
    empty_shell.do("songs", "add", folder)
    out = empty_shell.do("songs", "stats")
    (row,) = (line for line in out.splitlines() if "F# minor" in line)
    assert row.split() == ["F#", "minor", "6", "100%", "█" * 30, "exclude"]
    assert "warning: key entropy is 0.00 bits" in out
    assert "warning: tempos vary by 0.0 bpm" in out


def test_constraints_are_written_and_edits_are_not_lost(shell, tmp_path):
    path = tmp_path / "negative_constraints.yml"
    out = shell.do("songs", "stats", "--constraints", path)
    assert f"written: {path}" in out
    assert "songs add FILE" in out.splitlines()[-1]
    document = yaml.safe_load(path.read_text("utf-8"))
    assert document["generated_from"] == f"2 songs, at event {shell.head} of the log"
    path.write_text(path.read_text("utf-8") + "# mine\n", "utf-8")
    aside = path.with_name("negative_constraints.edited_1.yml")
    assert str(aside) in shell.do("songs", "stats", "--constraints", path)
    assert "# mine" in aside.read_text("utf-8")
    answer = shell.json("songs", "stats", "--constraints", path)
    assert (answer["file"], answer["set_aside"]) == (str(path), None)


def test_an_empty_studio_says_what_to_do(empty_shell, tmp_path):
    out = empty_shell.do("songs", "stats")
    assert "no songs yet" in out
    assert out.rstrip().endswith("demo")
    path = tmp_path / "constraints.yml"
    assert "no songs yet" in empty_shell.refused("songs", "stats", "--constraints", path)
    assert not path.exists()
