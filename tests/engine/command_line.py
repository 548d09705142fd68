"""A studio with songs and finished runs, and the command line over it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run
from engine.evolution.settings import Settings
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, start
from engine.state.location import DATABASE_NAME, Location
from engine.state.songs import Song
from engine.state.studio import Studio
from genomes import Section
from store.log import EventLog
from store.transfer import exported, imported
from tests.postgresql import Server

SMALL = Settings(population=8, generations=2, keep=3)
BARS = 4
# Demo song, section, seed: one finished run each.
RUNS = (("green", "verse", 1), ("green", "verse", 2), ("green", "chorus", 3), ("black", "verse", 4))


@dataclass(frozen=True)
class Said:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that a refusal is."""
        (line,) = self.err.splitlines()
        assert line.startswith("error: ")
        assert "Traceback" not in line
        return line.removeprefix("error: ")


class Shell:
    """A studio's folder and somebody who types."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def type(self, *words: str | Path) -> Said:
        """Run a command line, whatever comes of it."""
        self._capsys.readouterr()
        code = run(["--studio", str(self.folder), *map(str, words)])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def do(self, *words: str | Path) -> str:
        """Run a command line that must succeed; returns what it printed."""
        said = self.type(*words)
        assert said.code == 0, said.err
        return said.out

    def json(self, *words: str | Path) -> Any:
        """What a command answers in JSON."""
        return json.loads(self.do(*words, "--json"))

    def refused(self, *words: str | Path) -> str:
        """The one line of a command that must be refused, with nothing appended.

        Commands that it advises are given as without ``--studio``.
        """
        before = self.head
        said = self.type(*words)
        assert (said.code, self.head) == (2, before), said
        return said.error.replace(f"engine --studio {self.folder} ", "engine ")

    @property
    def head(self) -> int:
        """Position of the log's last event."""
        with Studio.open(self.folder) as studio:
            return studio.log.head().position

    def events(self, kind: str) -> list[Any]:
        """The payloads of a kind, oldest first."""
        with Studio.open(self.folder) as studio:
            return [event.payload for event in studio.log.read() if event.kind == kind]

    def song(self, prefix: str) -> Song:
        """State of a song."""
        with Studio.open(self.folder) as studio:
            return studio.song(prefix)

    def candidates(self, song: str = "meadow", section: str = "verse") -> list[str]:
        """Ids of a section's candidates, in the order they are shown."""
        listed = self.json("review", "--all", "--song", song)
        return [row["id"] for row in listed if row["section"]["label"] == section]

    def row(self, candidate: str) -> dict[str, Any]:
        """A candidate as it is shown."""
        listed = self.json("review", "--all")
        return next(row for row in listed if row["id"] == candidate)

    def approved_file(self, label: str, song: str = "meadow", end: str = ".mid") -> Path:
        """Where an approved part lies."""
        song_id = self.song(song).song_id
        return self.folder / "exports" / song_id / "chords" / "approved" / f"{label}{end}"


def demo(name: str) -> Path:
    """A demo song's file."""
    return next(path for path in demo_paths() if path.stem == name)


def evolve(studio: Studio, song: str, section: str, seed: int) -> str:
    """A small finished run; returns its id."""
    asked = Request(studio.song(song), "chords", Section(section, BARS), seed, SMALL, None)
    identifier = start(studio, asked)
    assert carry_on(studio, load(studio, identifier), lambda _: None)
    return identifier


@cache
def made_once(base: Path) -> Path:
    """The studio that every test gets a copy of."""
    folder = base / "finished"
    with Studio.open(folder) as studio:
        ids = {}
        for name in ("green", "black"):
            (ids[name],) = add_songs(studio, read([demo(name)]).proposals).added
        for name, section, seed in RUNS:
            evolve(studio, ids[name], section, seed)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory.getbasetemp())


@pytest.fixture
def backend() -> str:
    """Where the log of a test's studio is: in a file, unless the test is ``on_both``."""
    return "file"


# For a test that runs with the log in a file, and again with the log in a database server.
on_both = pytest.mark.parametrize("backend", ["file", "postgresql"])


@pytest.fixture
def shell(
    request: pytest.FixtureRequest,
    backend: str,
    finished: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """A studio with two songs and four finished runs; nothing is decided."""
    folder = Path(shutil.copytree(finished, tmp_path / "studio"))
    if backend == "postgresql":
        server = request.getfixturevalue("postgresql")
        into_database(folder, server.fresh(template_of(server, finished)))
    return Shell(folder, capsys)


@cache
def template_of(server: Server, finished: Path) -> str:
    """The name of a database with the log of the finished studio."""
    template = "finished"
    server.sql(f"CREATE DATABASE {template} TEMPLATE template0")
    with (
        EventLog.open(finished / DATABASE_NAME) as source,
        EventLog.open(server.address(template)) as log,
    ):
        imported(log, exported(source))
    return template


def into_database(folder: Path, address: str) -> None:
    """Name a database in a studio's folder, in the place of the file with its log."""
    for path in folder.glob(f"{DATABASE_NAME}*"):
        path.unlink()
    Location(folder, address).keep()


@pytest.fixture
def empty_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A studio that is yet to be made."""
    return Shell(tmp_path / "studio", capsys)
