"""A song is the same wherever its runs are carried on, whatever dies meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from engine.child_process import environment
from engine.proposals import read
from engine.proposals.songs import add_songs
from engine.state.inflight import was_interrupted
from engine.state.studio import Studio
from tests.engine.command_line import Shell, demo
from tests.engine.composing.compositions import SONG, decisions, streams, words

TINY = [
    *words(sections="verse=1,chorus=1", beam=1, population=4, generations=1, arrangements=1),
    *("--audio", "wav"),
]


def facts(folder: Path) -> tuple[Any, ...]:
    """What was recorded of a song, and name and bytes of all that is heard of its arrangements."""
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        assert studio.differences() == []
        known = streams(studio), decisions(studio)
    arranged = sorted(folder.glob("exports/*/arrangements/**/*.*"))
    heard = [path for path in arranged if path.suffix in {".mid", ".wav"}]
    return (*known, [(path.name, path.read_bytes()) for path in heard])


def test_processes_compose_the_same_song(new_shell: Shell, tmp_path: Path, capsys):
    serial = Shell(Path(shutil.copytree(new_shell.folder, tmp_path / "serial")), capsys)
    serial.do(*TINY, "--executor", "serial")
    new_shell.do(*TINY, "--executor", "processes:2")
    found = facts(new_shell.folder)
    assert found == facts(serial.folder)
    assert {"song.wav", "bass.wav"} <= {name for name, _ in found[-1]}


ALBUM = words(sections="verse=1", beam=1, population=4, generations=0, arrangements=1, seed=None)[
    3:
]


def album_facts(folder: Path) -> tuple[object, ...]:
    """What every run of an album says, by run, and the bytes of its songs."""
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        assert studio.differences() == []
        runs = streams(studio)
        ends = sorted(
            str(event.payload) for event in studio.log.read(kinds=["CompositionFinished"])
        )
    arranged = sorted(folder.glob("exports/*/arrangements/*/*.mid"))
    return runs, ends, [path.read_bytes() for path in arranged]


def test_an_album_that_was_killed_goes_on_and_is_the_same(new_shell: Shell, tmp_path: Path, capsys):
    with Studio.open(new_shell.folder) as studio:
        add_songs(studio, read([demo("green"), demo("black")]).proposals)
    folder = tmp_path / "whole"
    shutil.copytree(new_shell.folder, folder)
    line = ["compose", "--songs", "all", "--seed", "3", *ALBUM]
    whole = Shell(folder, capsys)
    rows = whole.json(*line, "--executor", "serial")
    assert len(rows) == 3
    assert len(whole.events("CompositionFinished")) == 3
    assert len({event.seed for event in whole.events("CompositionStarted")}) == 3

    command = [sys.executable, "-m", "engine", "--studio", str(new_shell.folder), *line]
    with subprocess.Popen([*command, "--executor", "processes:2"], env=environment()) as killed:
        until = time.monotonic() + 60
        while len(new_shell.events("RunFinished")) < 7 and time.monotonic() < until:
            time.sleep(0.05)
        killed.kill()
    assert len(new_shell.events("CompositionFinished")) < 3
    new_shell.do(*line, "--executor", "serial")
    assert album_facts(new_shell.folder) == album_facts(folder)
    head = new_shell.head
    assert "3 songs are composed already" in new_shell.type(*line).err
    assert new_shell.head == head


def test_a_song_that_fails_is_said_and_the_others_go_on(new_shell: Shell):
    with Studio.open(new_shell.folder) as studio:
        first, *_ = studio.songs()
        add_songs(studio, read([demo("green")]).proposals)
        title = studio.song(first).title
    in_the_way = new_shell.folder / "exports" / first
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_bytes(b"a file where a folder is to be")
    line = ["compose", "--songs", "all", "--seed", "3", *ALBUM]
    failed = new_shell.type(*line, "--executor", "serial")
    assert failed.code == 2
    said = failed.err.splitlines()
    assert [each for each in said if each.startswith(f"error: {title} ({first}): ")]
    assert "1 of 2 songs aren't composed" in said
    assert "next: engine" in failed.out
    assert "compose --songs all --audio none" in failed.out
    assert len(new_shell.events("CompositionFinished")) == 1
    assert was_interrupted(new_shell.folder)  # so that the next command looks for missing files
    in_the_way.unlink()
    new_shell.do(*line, "--executor", "serial")
    assert not was_interrupted(new_shell.folder)
    assert len(new_shell.events("CompositionFinished")) == 2
    assert "mended" not in new_shell.do("doctor")  # what was decided before the failure has files


def test_sections_are_evolved_side_by_side_with_the_same_runs(
    new_shell: Shell, tmp_path: Path, capsys
):
    small = ("--song", SONG, "--population", "4", "--generations", "1", "--keep", "1")
    plain = (*small, "--no-model", "--seed", "1")
    for label in ("verse", "chorus"):
        (run,) = new_shell.json("evolve", *plain, "--section", label, "--bars", "1")
        new_shell.do("approve", run["survivors"][0]["id"], "--label", label)
    serial = Shell(Path(shutil.copytree(new_shell.folder, tmp_path / "serial")), capsys)
    one = serial.json("evolve", *plain, "--stage", "bass", "--executor", "serial")
    other = new_shell.json("evolve", *plain, "--stage", "bass", "--executor", "processes:1")
    assert [each["run"] for each in other] == [each["run"] for each in one]
    assert len(one) == 2
    assert not new_shell.events("RunResumed")
    with Studio.open(new_shell.folder) as studio, Studio.open(serial.folder) as beside:
        assert streams(studio) == streams(beside)
        assert studio.log.verify() == []
