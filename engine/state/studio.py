"""The studio: the folder a person works in, and the state that its log adds up to."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.errors import NotFound, Refused
from engine.ids import resolve
from engine.state.models import MODELS, Models, nothing
from engine.state.runs import Runs
from engine.state.songs import Songs
from store.errors import StaleStream
from store.log import EventLog
from store.projections import Projections
from store.records import NewEvent, Recorded

DATABASE_NAME = "studio.db"
ENVIRONMENT_VARIABLE = "ENGINE_STUDIO"
DEFAULT_FOLDER = "studio"

# How often an append is tried again from fresh state when another process was faster.
MAX_RETRIES = 20

Document = dict[str, Any]


def studio_folder(option: Path | None) -> Path:
    """The folder from the option, the environment, or ``./studio``, in that order."""
    return option or Path(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_FOLDER)


class Studio:
    """A log with its projections, and the folders beside it."""

    def __init__(self, folder: Path, log: EventLog) -> None:
        """Take an open log; ``open`` is the way to get one."""
        self.folder = folder
        self.log = log
        self._projections = Projections(log, [Songs(), Runs(), Models()])
        self.actor = _actor()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the studio in a folder; both are made if needed."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, EventLog.open(folder / DATABASE_NAME))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.log.close()

    @property
    def exports(self) -> Path:
        """Where files for people go."""
        return self.folder / "exports"

    def songs(self) -> dict[str, Document]:
        """All songs by id."""
        self._projections.catch_up()
        return self._projections.all("songs")

    def song(self, prefix: str) -> Document:
        """The song whose id is or begins with this."""
        songs = self.songs()
        return songs[resolve(prefix, songs, "song", "see engine songs list")]

    def song_at(self, song_id: str, position: int) -> Document:
        """A song as it was after the event at a position."""
        songs = Songs()
        state: Document | None = None
        for recorded in self.log.read():
            if recorded.position > position:
                break
            if songs.route(recorded) == song_id:
                state = songs.apply(state, recorded)
        return {"candidates": {}} if state is None else state

    def runs(self) -> dict[str, Document]:
        """All runs by id."""
        self._projections.catch_up()
        return self._projections.all("runs")

    def run(self, prefix: str) -> tuple[str, Document]:
        """Id and state of the run whose id is or begins with this."""
        runs = self.runs()
        identifier = resolve(prefix, runs, "run", "see engine runs")
        return identifier, runs[identifier]

    def models(self) -> Document:
        """The models that are known here, and the promotions that hold."""
        self._projections.catch_up()
        return self._projections.get("models", MODELS) or nothing()

    def rebuild(self) -> None:
        """Forget all state and rebuild it from the log."""
        self._projections.rebuild()

    def candidate(self, prefix: str, song_id: str | None = None) -> tuple[Document, str]:
        """The song and the full id of a candidate.

        One piece of music can be a candidate of several songs. Unless a song is named, the one
        whose run brought it last is meant: the one that a person saw last.
        """
        songs = [self.song(song_id)] if song_id else list(self.songs().values())
        known = [candidate for song in songs for candidate in song["candidates"]]
        identifier = resolve(prefix, known, "candidate", "see engine review")
        owners = [song for song in songs if identifier in song["candidates"]]
        return max(owners, key=lambda song: _brought_at(song, identifier)), identifier

    def event(self, position: int) -> Recorded:
        """The event at a position; raises NotFound if there is none."""
        for recorded in self.log.read(after=position - 1, limit=1):
            return recorded
        raise NotFound(f"no event at position {position}", "see engine log")

    def append(self, stream: str, events: list[NewEvent], expected_version: int) -> list[Recorded]:
        """Append a batch; see ``EventLog.append``."""
        return self.log.append(stream, events, expected_version)

    def decide(self, stream: str, make: Callable[[], list[NewEvent]]) -> list[Recorded]:
        """Append what ``make`` says of fresh state; again from the start if somebody was faster.

        Args:
            stream: where the events go.
            make: reads the state, checks the request against it and gives the events. It is
                called again after a stale write.
        """
        for _ in range(MAX_RETRIES):
            version = self.log.version(stream)
            try:
                return self.append(stream, make(), version)
            except StaleStream:
                continue
        raise Refused(f"{stream} is being written to by others all the time", "try again")


def _brought_at(song: Document, candidate: str) -> int:
    return int(song["candidates"][candidate]["position"])


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no user database, as in some containers
        return "person"
