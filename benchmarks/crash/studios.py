"""Studios that commands are disturbed in: made once, then copied for each disturbance."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.crash.server import Command, Server
from engine.proposals import demo_paths
from engine.state.location import DATABASE_NAME, HEAD_NAME
from tests.fitness.models import write, write_audit

OLD_LOGS = Path(__file__).parents[2] / "tests" / "store" / "old_logs"

SMALL = ("--bars", "2", "--population", "4", "--generations", "2", "--keep", "2", "--no-model")
TINY = ("--population", "4", "--generations", "0", "--no-model")
# Large enough that several survivors differ, of which some are approved and some are not.
POOLS = ("--bars", "4", "--population", "14", "--generations", "1", "--keep", "6", "--no-model")


class Workplace:
    """A folder with a studio in it, and the command line in that folder."""

    def __init__(self, folder: Path, server: Server, address: str = "") -> None:
        """Take the folder, in which the studio is ``studio``, and a database's address if any."""
        self.folder = folder
        self.address = address
        self._server = server

    @property
    def studio(self) -> Path:
        """The studio's folder."""
        return self.folder / "studio"

    def at(self, folder: Path) -> Workplace:
        """The command line in another folder."""
        return Workplace(folder, self._server, self.address)

    def do(self, *words: str) -> str:
        """Run a command line that must succeed; returns what it printed."""
        ended = self._server.run(Command(words, str(self.folder)))
        if ended.code:
            raise RuntimeError(f"engine {' '.join(words)}: {ended.err}")
        return ended.out

    def json(self, *words: str) -> Any:
        """What a command answers in JSON."""
        return json.loads(self.do(*words, "--json"))

    def candidates(self, section: str) -> list[str]:
        """Ids of a section's candidates, in the order they are shown."""
        rows = self.json("review", "--all")
        return [row["id"] for row in rows if row["section"]["label"] == section]


def demo(name: str) -> str:
    """A demonstration song's file."""
    return str(next(path for path in demo_paths() if path.stem == name))


def nothing(_: Workplace) -> None:
    """Where there is no studio yet."""


def song(place: Workplace) -> None:
    """One song, of which nothing is composed."""
    place.do("songs", "add", demo("green"))


def two_songs(place: Workplace) -> None:
    """Two songs, of which nothing is composed."""
    place.do("songs", "add", demo("green"), demo("black"))


def candidates(place: Workplace) -> None:
    """Candidates of two sections, nothing decided."""
    song(place)
    for seed, section in (("1", "verse"), ("2", "chorus")):
        place.do("evolve", "--song", "meadow", "--section", section, "--seed", seed, *SMALL)


def approved(place: Workplace) -> None:
    """Chords of two sections, approved."""
    candidates(place)
    for section in ("verse", "chorus"):
        place.do("approve", place.candidates(section)[0], "--note", "patient")


def decided(place: Workplace) -> None:
    """Decisions about two songs, to learn from."""
    place.do("songs", "add", demo("green"), demo("black"))
    for title in ("meadow", "cellar"):
        for seed in ("1", "2", "3"):
            place.do("evolve", "--song", title, "--seed", seed, *POOLS)
        first, *others = [row["id"] for row in place.json("review", "--song", title)]
        place.do("approve", first)
        for other in others:
            place.do("reject", other)


def with_file_to_import(place: Workplace) -> None:
    """A part as a MIDI file, beside a song that hasn't got it."""
    approved(place)
    (part,) = place.studio.glob("exports/*/chords/approved/chorus.mid")
    shutil.copyfile(part, place.folder / "outro.mid")


def with_model(place: Workplace) -> None:
    """A model that training made, beside a studio."""
    song(place)
    write_audit(write(place.folder, "fusion"))


def with_backup(place: Workplace) -> None:
    """A backup, and a studio that has gone on since."""
    candidates(place)
    place.do("backup", "tide.backup")
    place.do("approve", place.candidates("verse")[0])


def with_log(place: Workplace) -> None:
    """A whole log as a file, and a studio with the beginning of it."""
    song(place)
    earlier = place.folder / "earlier"
    shutil.copytree(place.studio, earlier)
    place.do("evolve", "--song", "meadow", "--seed", "4", *SMALL)
    place.do("log", "export", "tide.jsonl")
    shutil.rmtree(place.studio)
    earlier.rename(place.studio)


def without_state(place: Workplace) -> None:
    """A studio whose state is gone, so that the next command makes it again from the log."""
    approved(place)
    with sqlite3.connect(place.studio / DATABASE_NAME) as connection:
        connection.execute("DELETE FROM documents")
    connection.close()


def damaged_state(place: Workplace) -> None:
    """A studio whose kept state isn't JSON any more."""
    approved(place)
    with sqlite3.connect(place.studio / DATABASE_NAME) as connection:
        connection.execute("UPDATE documents SET body = '{' WHERE projection <> 'projections'")
    connection.close()


def on_a_server(make: Callable[[Workplace], None]) -> Callable[[Workplace], None]:
    """The same studio, with its log in a database of a server."""

    def moved(place: Workplace) -> None:
        make(place)
        place.do("move", "moved", place.address)
        shutil.rmtree(place.studio)
        (place.folder / "moved").rename(place.studio)

    return moved


def old(name: str) -> Callable[[Workplace], None]:
    """A studio that an older release made."""

    def make(place: Workplace) -> None:
        place.studio.mkdir()
        shutil.copyfile(OLD_LOGS / f"{name}.db", place.studio / DATABASE_NAME)
        shutil.copyfile(OLD_LOGS / f"{name}.HEAD", place.studio / HEAD_NAME)

    return make


@cache
def old_logs() -> tuple[str, ...]:
    """Names of the logs that are kept of older releases."""
    return tuple(sorted(path.stem for path in OLD_LOGS.glob("*.db")))
