"""A song at every point of its way through the stages, made once, and the command line over it."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run
from engine.stages import STAGES
from tests.engine.command_line import Shell, demo

SONG = "meadow"
BARS = 3
TINY = ("--no-model", "--population", "8", "--generations", "1")
SONG_ADDED = "song"

At = Callable[[str], Shell]


def evolve_words(stage: str, *options: str, seed: int = 1, bars: int = BARS) -> list[str]:
    """A small run of a stage; the length is said where it may be."""
    is_new = stage == "chords" and not {"--from", "--redo", "--more-like"} & set(options)
    length = ["--bars", str(bars)] if is_new else []
    return ["evolve", "--song", SONG, "--stage", stage, "--seed", str(seed), *TINY, *length,
            *options]  # fmt: skip


def evolved(shell: Shell, stage: str, *options: str, seed: int = 1, bars: int = BARS) -> list[str]:
    """Ids of what a small run of a stage gives, of all its runs together, best first."""
    told = shell.json(*evolve_words(stage, *options, seed=seed, bars=bars))
    return [survivor["id"] for each in told for survivor in each["survivors"]]


def told_next(out: str) -> list[str]:
    """The words of the command that an output ends with, without ``engine --studio FOLDER``."""
    (command,) = re.findall(r"^next: engine (.*)$", out, re.MULTILINE)
    assert out.rstrip().endswith(command)
    words = shlex.split(command)
    return words[2:] if words[0] == "--studio" else words


def approved(shell: Shell, stage: str, section: str = "verse") -> list[str]:
    """Ids of what is approved of a stage."""
    return [
        row["id"]
        for row in shell.json("review", "--all")
        if (row["stage"], row["section"]["label"], row["status"]) == (stage, section, "approved")
    ]


def progress(shell: Shell, section: str = "verse") -> dict[str, Any]:
    """What ``engine status`` says of a section, stage by stage."""
    (song,) = shell.json("status")
    (row,) = (each for each in song["sections"] if each["label"] == section)
    stages: dict[str, Any] = row["stages"]
    return stages


def payload(shell: Shell, candidate: str) -> dict[str, Any]:
    """The notes of a candidate, as its run brought it."""
    found = [s for event in shell.events("RunFinished") for s in event.survivors]
    return next(s.part for s in found if s.id == candidate)


@cache
def made_once(base: Path) -> Path:
    """A folder of studios: named after the last stage that is approved in them."""
    folder = base / "stages"
    last = folder / SONG_ADDED
    _do(last, "songs", "add", demo("green"))
    for stage in STAGES:
        here = Path(shutil.copytree(last, folder / stage))
        found = json.loads(_do(here, *evolve_words(stage, "--keep", "1"), "--json"))
        _do(here, "approve", found[0]["survivors"][0]["id"])
        last = here
    return folder


def _do(folder: Path, *words: str | Path) -> str:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(io.StringIO()):
        assert run(["--studio", str(folder), *map(str, words)]) == 0
    return said.getvalue()


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory.getbasetemp())


@pytest.fixture
def at(snapshots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> At:
    """A studio whose song has one approved part in each stage up to the one that is named."""

    def opened(stage: str) -> Shell:
        folder = tmp_path / "studios" / stage
        return Shell(Path(shutil.copytree(snapshots / stage, folder)), capsys)

    return opened
