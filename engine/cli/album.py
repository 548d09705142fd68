"""``engine compose --songs``: several songs, unattended, with one display."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.cli.errors import explain
from engine.cli.output import say, say_json, say_note, say_table
from engine.errors import Refused

if TYPE_CHECKING:
    from engine.arrangement.arranging import ArrangedSong
    from engine.cli.progress import CompositionProgress
    from engine.composing.composition import Asked, Composition
    from engine.composing.ending import Ending, Ranked
    from engine.execution.executor import Executor
    from engine.state.studio import Studio

ALL = "all"

_SHARE = re.compile(r"(\d{1,4})/(\d{1,4})")


def songs_of(studio: Studio, named: Sequence[str], share: str | None) -> list[str]:
    """Ids of the songs that are named, or of all, oldest first; of a share only its own.

    Raises:
        NotFound, Ambiguous: if there is no such song, or several.
        Refused: if the share can't be read.
    """
    known = studio.songs()
    found = [studio.song(each).song_id for each in named if each != ALL]
    if ALL in named:
        found = sorted(known, key=lambda each: known[each].position)
    found = list(dict.fromkeys(found))
    if share is None:
        return found
    match = _SHARE.fullmatch(share)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of:
        raise Refused(f"--share {share}", "expected such as 2/3, the second of three shares")
    return found[number - 1 :: of]


@dataclass(slots=True)
class Album:
    """What becomes of several songs.

    Attributes:
        studio: the studio.
        options: those that name the studio, for commands that are advised.
        compositions: of the songs to compose, by song.
        left_out: how many songs are composed already.
        done: what came of each that is composed, by song.
        failed: songs that couldn't go on.
    """

    studio: Studio
    options: str
    compositions: dict[str, Composition] = field(default_factory=dict)
    left_out: int = 0
    done: dict[str, list[tuple[Ranked, ArrangedSong]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def begin(self, songs: Sequence[str], asked: Asked) -> None:
        """Begin the composition of each song, or go on with it; the finished ones are left out."""
        for song_id in songs:
            with self._failing(song_id):
                state = self.studio.song(song_id)
                composition, _ = asked.of_song(self.studio, state, is_one_of_many=True)
                known = self.studio.song(song_id).compositions[composition.id]
                if known.ranking is None:
                    self.compositions[song_id] = composition
                else:
                    self.left_out += 1

    def compose(self, ending: Ending, observer: CompositionProgress, workers: Executor) -> None:
        """Compose the songs and finish each. What keeps one from it is said, and the others go on.

        Raises:
            StoreError, SchedulerLost: what no song can go on without.
        """
        from engine.composing.composer import compose_songs
        from engine.composing.ending import finish_composition

        given = (self.studio, self.compositions, observer, workers, self.fail)
        for song_id in compose_songs(*given):
            composition = self.compositions[song_id]
            with self._failing(song_id):
                self.done[song_id] = finish_composition(
                    self.studio, song_id, composition, ending, workers, observer.making
                )
                observer.songs = f"{len(self.done)} of {len(self.compositions)} songs done; "

    def fail(self, song_id: str, error: Exception) -> None:
        """Say in one line why a song can't go on.

        Raises:
            StoreError, SchedulerLost: what is given, if no song can go on then.
        """
        if ends_all(error):
            raise error
        self.failed.append(song_id)
        self.studio.lacks_files = True
        explain(error, self.options, f"{self.studio.song(song_id).title} ({song_id}): ")

    @contextmanager
    def _failing(self, song_id: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.fail(song_id, error)

    @property
    def left(self) -> list[str]:
        """Songs that were stopped."""
        ended = {*self.done, *self.failed}
        return [song_id for song_id in self.compositions if song_id not in ended]

    def say(self, *, as_json: bool) -> None:
        """Say which songs were composed, and where they are."""
        rows: list[dict[str, Any]] = [
            {
                "song": song_id,
                "title": self.studio.song(song_id).title,
                "total": songs[0][0].total,
                "folder": str(songs[0][1].folder),
            }
            for song_id, songs in self.done.items()
        ]
        if as_json:
            say_json(rows)
            return
        if self.left_out:
            left_out = f"{self.left_out} songs are composed already"
            say_note(f"{left_out}; another --seed composes them again")
        if rows:
            say_table(
                ("song", "title", "to hear"), [[r["song"], r["title"], r["folder"]] for r in rows]
            )
        else:
            say("nothing was composed")


def ends_all(error: Exception) -> bool:
    """Whether no song can go on: the log or the cluster is gone."""
    from engine.execution.dask_cluster import SchedulerLost
    from store.errors import StoreError

    return isinstance(error, StoreError | SchedulerLost)
