"""Compositions that are killed or stopped anywhere, and gone on with: the same in the end."""

from __future__ import annotations

import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.songs import own_song
from engine.cli import progress
from engine.cli.progress import composing
from engine.runs.run import Run
from engine.state.studio import Studio
from tests.engine.command_line import Shell
from tests.engine.composing.compositions import decisions, streams, words, written
from tests.engine.runs.forked_commands import Forks
from tests.engine.runs.short_runs import open_with

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and no SIGKILL")

SMALL: dict[str, Any] = {"sections": "verse=1,bridge=1", "population": 8, "beam": 2}
BEGUN, GONE_ON = words(**SMALL), words(**SMALL, seed=None)


@dataclass(frozen=True)
class Unbroken:
    """A composition that nothing disturbed."""

    template: Path
    streams: dict[str, list[Any]]
    decisions: list[Any]
    files: set[str]
    kinds: list[str]


@pytest.fixture(scope="module")
def forks():
    with Forks() as one:
        yield one


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, forks):
    folder = tmp_path_factory.mktemp("unbroken")
    template = folder / "template"
    open_with(template, own_song("Green", "D minor", "4/4", 120)).__exit__(None, None, None)
    shutil.copytree(template, folder / "whole")
    assert forks.run([*BEGUN, "--studio", str(folder / "whole")])[1] == 0
    with Studio.open(folder / "whole") as studio:
        kinds = [event.kind for event in studio.log.read()]
        files = set(written(studio))
        return Unbroken(template, streams(studio), decisions(studio), files, kinds)


# What a process does last: the event of that kind and number, or so many before it …
EVENTS = {
    "the composition is begun": ("CompositionStarted", 0, 0),
    "a run is begun": ("RunStarted", 5, 0),
    "the first pool is scored": ("GenerationScored", 0, 0),
    "a run is half done": ("GenerationScored", 9, 0),
    "the last run of a section is finished": ("CandidateApproved", 4, 1),
    "parts are approved and not written": ("CandidateApproved", 2, 0),
    "the last is approved": ("CandidateApproved", -1, 0),
    "a song is arranged": ("ArrangementAssembled", 0, 0),
    "the second song is arranged": ("ArrangementAssembled", -1, 0),
}
# … or the file of that number.
FILES = {
    "a part is written and not recorded": lambda _: 2,
    "a song is half written": lambda unbroken: unbroken.kinds.count("CandidateApproved") + 4,
    "all but the ranking": lambda unbroken: len(unbroken.files),
}


def end_at(moment, unbroken, signal_number):
    """The end of a process at a moment; the song's proposal came before."""
    if moment in FILES:
        return "file", FILES[moment](unbroken), int(signal_number)
    kind, number, before = EVENTS[moment]
    found = [index for index, each in enumerate(unbroken.kinds) if each == kind]
    return "event", found[number] - before, int(signal_number)


@pytest.fixture
def folder(unbroken, tmp_path):
    """A studio with the song, of which nothing is composed."""
    return Path(shutil.copytree(unbroken.template, tmp_path / "studio"))


@pytest.mark.parametrize("moment", [*EVENTS, *FILES])
def test_killed_when(moment, unbroken, forks, folder):
    end = end_at(moment, unbroken, signal.SIGKILL)
    assert forks.run([*BEGUN, "--studio", str(folder)], end_at=end)[1] == -signal.SIGKILL
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        recorded = decisions(studio)
        assert recorded == unbroken.decisions[: len(recorded)]
        assert len(recorded) < len(unbroken.decisions)
    go_on(folder, unbroken, forks)


def test_killed_again_and_again(unbroken, forks, folder):
    for number in (1, 7, 13, 19):
        end = ("event", number, int(signal.SIGKILL))
        assert forks.run([*BEGUN, "--studio", str(folder)], end_at=end)[1] == -signal.SIGKILL
    go_on(folder, unbroken, forks)


@pytest.mark.parametrize("number", [3, 12])
def test_ctrl_c_stops_after_a_generation(number, unbroken, forks, folder):
    end = ("event", number, int(signal.SIGINT))
    assert forks.run([*BEGUN, "--studio", str(folder)], end_at=end)[1] == 130
    with Studio.open(folder) as studio:
        kinds = [event.kind for event in studio.log.read()]
        assert studio.log.verify() == []
    assert kinds[-1] in {"GenerationScored", "RunFinished"}
    assert kinds[number + 1 :].count("GenerationScored") <= 1
    go_on(folder, unbroken, forks)


def test_ctrl_c_while_songs_are_written(unbroken, forks, folder):
    end = end_at("a song is half written", unbroken, signal.SIGINT)
    assert forks.run([*BEGUN, "--studio", str(folder)], end_at=end)[1] == 130
    go_on(folder, unbroken, forks)


def go_on(folder, unbroken, forks):
    """Compose on, to what nothing disturbed."""
    assert forks.run([*GONE_ON, "--studio", str(folder)])[1] == 0
    check_is_as_unbroken(folder, unbroken)


def check_is_as_unbroken(folder, unbroken):
    """The same runs, decisions and ranking; every file there and recorded; no rest of any."""
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        assert streams(studio) == unbroken.streams
        assert decisions(studio) == unbroken.decisions
        assert set(written(studio)) == unbroken.files
    left = {
        path.relative_to(folder).as_posix()
        for path in (folder / "exports").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert left == unbroken.files


def test_what_to_type_to_go_on(unbroken, folder, capsys, monkeypatch):
    shell = Shell(folder, capsys)
    honest = Run.evolve

    def interrupted(run):
        signal.raise_signal(signal.SIGINT)
        return honest(run)

    with monkeypatch.context() as pressed:
        pressed.setattr(Run, "evolve", interrupted)
        said = shell.type(*BEGUN)
    assert said.code == 130
    assert "stopped; nothing recorded is lost" in said.err
    line = said.out.strip().splitlines()[-1].removeprefix(f"next: engine --studio {folder} ")
    assert line.endswith("--audio none")
    assert f"next: engine --studio {folder} compose --song" in shell.do("status")
    begun: list[tuple[int, int]] = []

    def seen(generations, done):
        begun.append((generations, done))
        return composing(generations, done)

    monkeypatch.setattr(progress, "composing", seen)
    out = shell.do(*line.split())
    assert "going on with composition" in out
    assert begun == [(36, 1)]
    check_is_as_unbroken(folder, unbroken)
