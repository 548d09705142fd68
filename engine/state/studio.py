"""The studio: a person's folder with an event log, and the state projected from the log."""

from __future__ import annotations

import getpass
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import NotFound, Refused
from engine.ids import resolve
from engine.state.clock import CLOCK, ClockProjection
from engine.state.finding import find_song
from engine.state.heads import HEADS, Heads, HeadsProjection
from engine.state.inflight import InFlight
from engine.state.latest import LATEST, TOUCHED
from engine.state.listing import (
    CANDIDATES,
    LISTED,
    OUTLINES,
    SONGS,
    WAITING,
    ListedSong,
    Waiting,
)
from engine.state.location import Location
from engine.state.models import MODELS, Models, ModelsProjection
from engine.state.origins import ORIGINS
from engine.state.runs import Run, RunProjection
from engine.state.songs import Song, song_stream
from store.errors import CommitUnknown, HeadMismatch, LogUnavailable, StaleStream, StoreError
from store.log import EventLog, pauses
from store.projections import Projections
from store.records import NewEvent, Recorded

# How long an append is tried again from fresh state when another process was faster.
DECIDING_PATIENCE_S = 30.0

PAGE_SONGS = 32  # read at once where all may have to be

# How long the record of what was shown waits for another writer.
RECORD_PATIENCE_S = 0.25

RUNS, ALL_MODELS, ALL_HEADS = RunProjection(), ModelsProjection(), HeadsProjection()
CLOCKS = ClockProjection()


class Unvouched(UserWarning):
    """What was read is of a log that the HEAD file does not vouch for."""


class Studio:
    """An event log with its projections, and the folders for models and exports.

    Attributes:
        folder: the folder.
        log: the event log.
        actor: who does what is done.
        mended: files that a command which was ended had left unwritten, and this one wrote.
        warns_of_head: whether leaving it warns where the HEAD file does not vouch for the log.
        lacks_files: whether what failed may have left files unwritten, though no error ends the
            command: the next one looks.
    """

    def __init__(self, folder: Path, log: EventLog) -> None:
        """Use an open log; call ``Studio.open`` instead to open one."""
        self.folder = folder
        self.log = log
        self._projections = Projections(
            log,
            [SONGS, RUNS, ALL_MODELS, ALL_HEADS, CLOCKS],
            [LISTED, WAITING, CANDIDATES, LATEST, ORIGINS, OUTLINES],
        )
        self.actor = actor()
        self.warns_of_head = True
        self.lacks_files = False
        self.mended: set[Path] = set()
        self._in_flight = InFlight(folder)
        self._recorded: list[int] = []
        self._was_vouched_for = False

    @classmethod
    def open(cls, folder: Path, database: str | None = None) -> Self:
        """Open the studio in a folder; creates both if they don't exist.

        Args:
            folder: of the studio.
            database: address of the database with its log; None where the folder tells.

        Raises:
            Refused: if the folder belongs to another database.
            StoreError: see ``EventLog.open``.
        """
        location = Location(folder, database)
        where = location.log
        folder.mkdir(parents=True, exist_ok=True)
        studio = cls(folder, EventLog.open(where, folder=folder))
        location.keep()
        return studio

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What writes would have failed by now; what only reads says it at its end.
        is_asked = self.warns_of_head and error is None and not self._was_vouched_for
        problem = _head_problem(self.log) if is_asked else ""
        self.log.close()
        if self._in_flight.is_begun and isinstance(error, OSError | LogUnavailable):
            error.add_note(self._what_stands())
        self._in_flight.end(is_done=error is None and not self.lacks_files)
        if problem:
            warnings.warn(f"{problem}; see engine doctor", Unvouched, stacklevel=2)

    def _what_stands(self) -> str:
        """What of a command that failed was recorded, in words."""
        if not self._recorded:
            return "nothing was recorded"
        first, last = self._recorded[0], self._recorded[-1]
        if first == last:
            return f"what it decided stands, as event {last}"
        return f"what it recorded stands, as events {first} to {last}"

    @property
    def exports(self) -> Path:
        """The folder of the files for people."""
        return self.folder / "exports"

    def songs(self) -> dict[str, Song]:
        """The songs by id, without archived ones."""
        return {name: song for name, song in self.all_songs().items() if not song.is_archived}

    def all_songs(self) -> dict[str, Song]:
        """The songs by id, with archived ones."""
        return self._projections.all(SONGS)

    def song(self, typed: str) -> Song:
        """The song with this id, beginning of an id, title, or words of a title.

        Raises:
            NotFound: if there is none; suggests a similar one.
            Ambiguous: if there are several.
        """
        found = self._projections.get(SONGS, typed)
        if found is not None:
            return found
        longer = self._projections.entries(LISTED, f"{typed}-", limit=2) if typed else {}
        is_plain = len(longer) == 1 and not any(each.is_archived for each in longer.values())
        song_id = next(iter(longer)) if is_plain else find_song(typed, self.listed())
        return self.some_songs([song_id])[song_id]

    def listed(self, after: str | None = None, limit: int | None = None) -> dict[str, ListedSong]:
        """The facts by which songs are listed, with archived ones, in the order of their ids.

        Args:
            after: the id to start behind.
            limit: at most so many.
        """
        return self._projections.entries(LISTED, after=after, limit=limit)

    def outlines(self) -> dict[str, Song]:
        """The songs by id without anything composed, with archived ones; see ``outline``."""
        return self._projections.entries(OUTLINES)

    def waiting(self) -> dict[str, Waiting]:
        """What waits for a decision, by the id of the song; songs without anything are left out."""
        return self._projections.entries(WAITING)

    def some_songs(self, song_ids: Collection[str]) -> dict[str, Song]:
        """The songs with these ids, by id."""
        return self._projections.some(SONGS, song_ids)

    def latest(self, *happened: str) -> list[Song]:
        """The songs to which each of some things happened last; see ``engine.state.latest``."""
        found = [
            entry.song_id
            for what in happened
            for entry in self._projections.entries(LATEST, f"{what} ", limit=1).values()
        ]
        return list(self.some_songs(set(found)).values())

    def touched_since(self, position: int) -> Iterator[Song]:
        """The songs that an event after a position is about, with archived ones, the last first."""
        key: str | None = None
        while page := self._projections.entries(LATEST, f"{TOUCHED} ", key, PAGE_SONGS):
            new = [entry.song_id for entry in page.values() if entry.position > position]
            songs = self.some_songs(new)
            yield from (songs[song_id] for song_id in new)
            if len(new) < len(page):
                return
            key = list(page)[-1]

    def songs_of_file(self, *names: str) -> list[Song]:
        """The songs that a file may come from, by any of its names in ``engine.state.origins``."""
        found = [
            entry.song_id
            for name in names
            for entry in self._projections.entries(ORIGINS, f"{name} ").values()
        ]
        return list(self.some_songs(set(found)).values())

    def songs_with(self, candidate: str) -> list[Song]:
        """The songs that have a candidate."""
        found = self._projections.entries(CANDIDATES, f"{candidate} ")
        return list(self.some_songs({key.split(" ", 1)[1] for key in found}).values())

    def song_at(self, song_id: str, position: int) -> Song | None:
        """A song as it was after the event at a position; None if it wasn't proposed yet.

        Of a branch, before it began, that is the song that it is a branch of.
        """
        song = self.song(song_id)
        began = song.began
        for past in reversed(song.past):
            if position >= began:
                break
            song_id, began = past.song_id, past.began
            position = min(position, past.until)
        return self._projections.at(SONGS, song_id, position)

    def song_events(self, song: Song, kinds: Collection[str] | None = None) -> Iterator[Recorded]:
        """The events of a song's stream, oldest first; of a branch, the common ones before."""
        for past in song.past:
            for recorded in self.log.read(stream=song_stream(past.song_id), kinds=kinds):
                if recorded.position > past.until:
                    break
                yield recorded
        yield from self.log.read(stream=song_stream(song.song_id), kinds=kinds)

    def runs(self) -> dict[str, Run]:
        """All runs by id."""
        return self._projections.all(RUNS)

    def some_runs(self, identifiers: Collection[str]) -> dict[str, Run]:
        """The runs with these ids, by id; others are left out."""
        return self._projections.some(RUNS, identifiers)

    def known_run(self, identifier: str) -> Run | None:
        """The run with this id; None if there is none. No other run is read."""
        return self._projections.get(RUNS, identifier)

    def run(self, prefix: str) -> tuple[str, Run]:
        """Id and state of the run whose id is or begins with this."""
        identifier, found = prefix, self._projections.get(RUNS, prefix)
        while found is None:
            keys = self._projections.keys(RUNS)
            identifier = resolve(prefix, keys, "run", "see engine runs")
            found = self._projections.get(RUNS, identifier)
        return identifier, found

    def models(self) -> Models:
        """The registered models and the promotions."""
        return self._projections.get(ALL_MODELS, MODELS) or Models()

    def heads(self) -> Heads:
        """The preference heads, and their promotions."""
        return self._projections.get(ALL_HEADS, HEADS) or Heads()

    def rebuild(self) -> None:
        """Delete all state and rebuild it from the log."""
        self._projections.rebuild()

    def differences(self) -> list[str]:
        """What of the state kept isn't what the log gives, both as they were at one moment."""
        return self._projections.differences()

    def candidate(self, prefix: str, song_id: str | None = None) -> tuple[Song, str]:
        """The song and the full id of a candidate.

        One piece of music can be a candidate of several songs. Unless a song is named, the one
        whose run brought it last is meant, or that began last as a branch with it: the one that
        a person saw last. An archived song is meant only where no other has it.
        """
        if song_id:
            songs = [self.song(song_id)]
            identifier = resolve(prefix, songs[0].candidates, "candidate", "see engine review")
        else:
            entries = self._projections.entries(CANDIDATES, prefix) if prefix else {}
            named = [key.split(" ", 1) for key in entries]
            known = (candidate for candidate, _ in named)
            identifier = resolve(prefix, known, "candidate", "see engine review")
            owners = [owner for candidate, owner in named if candidate == identifier]
            songs = list(self.some_songs(owners).values())
        last = max(songs, key=lambda song: (not song.is_archived, song.brought_at(identifier)))
        return last, identifier

    def position_at(self, when: datetime) -> int:
        """Position of the last event that was recorded at a time or before; 0 if none was."""
        clock = self._projections.get(CLOCKS, CLOCK)
        return self.log.position_at(when, None if clock is None else clock.setbacks)

    def event(self, position: int) -> Recorded:
        """The event at a position; raises NotFound if there is none."""
        for recorded in self.log.read(after=position - 1, limit=1):
            return recorded
        raise NotFound(f"no event at position {position}", "see engine log")

    def append(self, stream: str, events: list[NewEvent], expected_version: int) -> list[Recorded]:
        """Append a batch; see ``EventLog.append``."""
        self._in_flight.begin(self.log.head().position)
        try:
            recorded = self.log.append(
                stream, events, expected_version, also=self._projections.keep_up
            )
        except CommitUnknown:
            self._in_flight.doubt(event.event_id for event in events)
            raise
        self._was_vouched_for = True
        self._recorded += [each.position for each in recorded]
        return recorded

    def append_if_possible(self, stream: str, events: list[NewEvent]) -> bool:
        """Append what was only looked at or heard; returns whether it could be.

        Nobody who reads a studio is kept waiting by it, or refused: where the studio can't be
        written, or others are writing, it is left out.
        """
        try:
            version = self.log.version(stream)
            self.log.append(stream, events, version, RECORD_PATIENCE_S, self._projections.keep_up)
        except (HeadMismatch, LogUnavailable, StaleStream):
            return False
        return True

    def decide(self, stream: str, make: Callable[[], list[NewEvent]]) -> list[Recorded]:
        """Append the events that ``make`` returns; calls it again if another process wrote first.

        Args:
            stream: where the events go.
            make: reads the state, checks the request against it and gives the events. It is
                called again after a stale write.
        """
        with suppress(StaleStream):
            return self._decided(stream, make)
        with self.log.database.turn(stream):
            for _ in pauses(DECIDING_PATIENCE_S):
                with suppress(StaleStream):
                    return self._decided(stream, make)
        raise Refused(f"{stream} is being written to by others all the time", "try again")

    def _decided(self, stream: str, make: Callable[[], list[NewEvent]]) -> list[Recorded]:
        version = self.log.version(stream)
        return self.append(stream, make(), version)


def _head_problem(log: EventLog) -> str:
    """Why the HEAD file does not vouch for the log; empty where the log itself can't be read."""
    with suppress(StoreError):
        return log.head_problem()
    return ""


def actor() -> str:
    """Who does what is done: the name that a person is logged in by."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no user database, as in some containers
        return "person"
