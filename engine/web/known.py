"""Songs and runs as the pages show them: decoded once, and again only where the log has news.

A studio of a thousand runs is some megabytes of state; to decode all of it for every request would
take longer than to answer it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from engine.errors import NotFound
from engine.state.runs import RUNNING, Run, run_of
from engine.state.song_events import RUN_KINDS
from engine.state.songs import Song, song_of
from engine.state.studio import Studio

# More news than these, and everything is read again.
MAX_NEWS = 256

MadeT = TypeVar("MadeT")


class Known:
    """The state of a studio's songs and runs as of the end of its log; threads share it."""

    def __init__(self, studio: Studio) -> None:
        """Read nothing yet."""
        self._studio = studio
        self._lock = threading.Lock()
        self._position = -1
        self._songs: dict[str, Song] = {}
        self._runs: dict[str, Run] = {}
        self._runs_of: dict[str, dict[str, Run]] = {}
        self._made: dict[tuple[str, Callable[[Song], Any]], tuple[int, Any]] = {}

    @property
    def position(self) -> int:
        """End of the log up to which everything is known."""
        self._catch_up()
        return self._position

    def songs(self, *, archived: bool = False) -> list[Song]:
        """The songs, or the archived ones, by title."""
        self._catch_up()
        found = [song for song in self._songs.values() if song.is_archived == archived]
        return sorted(found, key=lambda song: (song.title.casefold(), song.song_id))

    def song(self, typed: str) -> Song:
        """The song with this id; else as ``Studio.song`` finds it.

        Raises:
            NotFound: if there is none.
            Ambiguous: if there are several.
        """
        self._catch_up()
        return self._songs.get(typed) or self._studio.song(typed)

    def run(self, identifier: str) -> Run:
        """The run with this id; NotFound if there is none."""
        self._catch_up()
        found = self._runs.get(identifier)
        if found is None:
            raise NotFound(f"no run {identifier!r}", "see engine runs")
        return found

    def runs_of(self, song_id: str) -> dict[str, Run]:
        """The runs of a song by id, the oldest first."""
        self._catch_up()
        return self._runs_of.get(song_id, {})

    def unfinished(self, song_id: str) -> dict[str, Run]:
        """The runs of a song that are neither finished nor abandoned, the oldest first."""
        return {name: run for name, run in self.runs_of(song_id).items() if run.status == RUNNING}

    def once(self, song: Song, make: Callable[[Song], MadeT]) -> MadeT:
        """What is made of a song's state, kept until the song has news.

        Args:
            song: its state.
            make: a function of a module, which is what the result is kept under.
        """
        key = song.song_id, make
        kept = self._made.get(key)
        if kept is None or kept[0] != song.touched:
            kept = self._made[key] = song.touched, make(song)
        made: MadeT = kept[1]
        return made

    def _catch_up(self) -> None:
        with self._lock:
            end = self._studio.log.head().position
            if end == self._position:
                return
            # What is read below may be newer than the end; then it is read once more.
            if not 0 <= self._position < end <= self._position + MAX_NEWS:
                self._songs = self._studio.all_songs()
                self._runs = self._studio.runs()
                self._sort_runs()
            else:
                self._read_news(end)
            self._position = end

    def _read_news(self, end: int) -> None:
        news = self._studio.log.headings(after=self._position, limit=end - self._position)
        names = {run for each in news if (run := run_of(each.stream))}
        runs = {name: self._studio.run(name)[1] for name in names}
        songs = {song for each in news if (song := song_of(each.stream))}
        songs |= {
            runs[run].song_id
            for each in news
            if each.kind in RUN_KINDS and (run := run_of(each.stream))
        }
        self._songs = dict(self._songs) | {song: self._studio.song(song) for song in songs}
        self._runs = dict(self._runs) | runs
        for song in {run.song_id for run in runs.values()}:
            of_song = {name: run for name, run in self._runs.items() if run.song_id == song}
            self._runs_of[song] = _oldest_first(of_song)

    def _sort_runs(self) -> None:
        found: dict[str, dict[str, Run]] = {}
        for name, run in self._runs.items():
            found.setdefault(run.song_id, {})[name] = run
        self._runs_of = {song: _oldest_first(runs) for song, runs in found.items()}


def _oldest_first(runs: dict[str, Run]) -> dict[str, Run]:
    return dict(sorted(runs.items(), key=lambda item: item[1].position))
