"""``engine listen``: what is played, and what is said where nothing can be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.audio import playback
from engine.stages import STAGES
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import SONG, approved, evolve_words, told_next


@pytest.fixture(autouse=True)
def no_player(monkeypatch):
    """As where the extra isn't installed: no test makes a sound."""
    monkeypatch.setitem(sys.modules, "miniaudio", None)


def heard(shell, *words):
    """Ids of what is played, in order; every recording is there."""
    rows = shell.json("listen", *words)
    assert all(Path(row["path"]).is_file() for row in rows)
    return [row["id"] for row in rows]


def test_by_itself_it_plays_what_waits_of_the_newest_run(shell):
    newest, chorus = shell.candidates("cellar"), shell.candidates("meadow", "chorus")
    assert heard(shell) == newest
    assert shell.events("CandidatesPresented")[-1].candidates == newest
    assert heard(shell, "--song", "meadow") == chorus
    shell.do("approve", newest[0])
    assert heard(shell) == chorus  # the others were passed over


def test_candidates_and_runs_by_the_beginnings_of_their_ids(shell):
    first, second, *_ = shell.candidates()
    run = shell.row(first)["run"]
    assert heard(shell, second[:8], first[:8], second) == [second, first]
    of_run = [each for each in shell.candidates() if shell.row(each)["run"] == run]
    assert heard(shell, run[:6]) == of_run
    assert "no candidate or run 'zz'" in shell.refused("listen", "zz")


def test_without_a_player_it_names_the_files_and_goes_on(shell):
    first = shell.candidates("cellar")[0]
    out = shell.do("listen")
    assert first[:8] in out
    assert "pip install 'composition-engine[listen]'" in out
    paths = [line.strip() for line in out.splitlines() if line.endswith(".flac")]
    assert len(paths) == len(shell.candidates("cellar"))
    assert all(Path(path).is_file() for path in paths)
    assert told_next(out) == ["approve", first[:8]]


def test_what_can_be_heard_is_what_is_next_after_a_run(at, monkeypatch):
    shell = at("chords")
    assert told_next(shell.do(*evolve_words("drums")))[0] == "review"
    monkeypatch.setattr(playback, "can_play", lambda: True)
    words, run = told_next(shell.do(*evolve_words("bass"))), shell.events("RunFinished")[-1]
    assert words[0] == "listen"
    assert heard(shell, *words[1:]) == [survivor.id for survivor in run.survivors]
    assert heard(shell, "--song", SONG) == heard(shell, *words[1:])
    assert shell.json("play", *words[1:]) == shell.json("listen", *words[1:])


def test_recordings_are_made_again_where_they_are_missing(shell):
    (row, *_) = shell.json("listen")
    Path(row["path"]).unlink()
    assert shell.json("listen")[0] == row
    assert Path(row["path"]).is_file()


def test_with_what_it_is_built_on_or_alone(at):
    shell = at("chords")
    told = shell.json(*evolve_words("bass"))
    best = told[0]["survivors"][0]["id"]
    (mixed,) = shell.json("listen", best)
    (alone,) = shell.json("listen", best, "--alone")
    assert mixed["path"].endswith("_mix.flac")
    assert alone["path"].endswith(f"{best[:8]}.flac")
    assert Path(mixed["path"]).parent == Path(told[0]["folder"])
    shell.do("approve", best)
    assert told_next(shell.do("listen", best))[0] == "status"


def test_an_imported_part_can_be_heard(at, tmp_path):
    shell = at(next(iter(STAGES)))
    exported = next(shell.folder.rglob("approved/*.mid"))
    mine = tmp_path / "mine.mid"
    mine.write_bytes(exported.read_bytes())
    shell.do("import", mine, "--song", SONG, "--stage", "bass", "--label", "verse")
    (row,) = [row for row in shell.json("review", "--all") if row["stage"] == "bass"]
    assert heard(shell, row["id"]) == [row["id"]]


def test_a_transposed_part_is_heard_in_its_new_key(at):
    shell = at("bass")
    (bass,) = approved(shell, "bass")
    (before,) = shell.json("listen", bass)
    shell.do("songs", "edit", SONG, "--key", "A minor")
    (after,) = shell.json("listen", bass)
    assert after["path"] != before["path"]
    assert Path(after["path"]).is_file()
    assert shell.json("listen", bass) == [after]


def test_where_there_is_nothing_to_hear(empty_shell):
    assert "no studio" in empty_shell.type("listen").err
    empty_shell.do("songs", "add", demo("green"))
    assert "nothing to hear yet" in empty_shell.refused("listen")
    assert empty_shell.type("listen", "--times", "0").code == 2
