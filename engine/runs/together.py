"""Runs that one command asked for, which are one thing to resume.

A command that asks for several runs leaves a file with all of them in the studio, and removes it
when it is done. By it ``resume`` of one of them goes on with the others too, also with those that
were never begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec.structs import replace

from engine.ids import digest
from engine.runs.lifecycle import begin, last_begun, load, load_or_resume, recorded_run
from engine.runs.run import Run
from engine.state.files import write_whole
from engine.state.inflight import EVOLVING, others_at_work
from engine.state.locks import held, is_left
from engine.state.runs import FINISHED
from engine.state.studio import Studio
from store.events import RunStarted


class Kept:
    """The file of a command that asks for several runs, held while it makes them.

    It is removed at the end of a block that comes to its end.
    """

    def __init__(self, path: Path) -> None:
        """Take the file, which may be missing where the studio can't be written."""
        self._path, self._file = path, held(path)

    def __enter__(self) -> None:
        """Go on holding it."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        if kind is None:
            self.remove()

    def remove(self) -> None:
        """Remove it, as all runs are made."""
        self._path.unlink(missing_ok=True)


def keep(studio: Studio, wanted: Sequence[RunStarted]) -> Kept:
    """Leave the file of a command that asks for several runs, and hold it."""
    plain = msgspec.to_builtins([_asked(each) for each in wanted])
    path = studio.folder / EVOLVING.format(digest(plain)[:8])
    with suppress(OSError):
        write_whole(path, msgspec.json.encode(plain))
    return Kept(path)


def kept_with(studio: Studio, run: str) -> tuple[Path, list[RunStarted]] | None:
    """The file of the command that began a run, and the runs that it asked for; None without."""
    begun = _asked(_beginning(studio, run))
    for path in _all_kept(studio):
        wanted = _read(path)
        if begun in map(_asked, wanted):
            return path, wanted
    return None


def ended(studio: Studio) -> Iterator[tuple[Path, str | None]]:
    """The files that commands left which were ended, each with a run by which ``resume`` goes on.

    Without one there is nothing to go on with: all runs are finished or outdated, or none was ever
    begun.
    """
    for path in _all_kept(studio):
        if is_left(path):
            left = list(_left(studio, _read(path)))
            begun = [last_begun(studio, started) for started in _read(path)]
            yield path, next(filter(None, begun), None) if left else None


def remove_made(studio: Studio) -> Iterator[Path]:
    """Remove the files of commands that were ended whose runs are all made; gives their paths."""
    for path, run in ended(studio):
        if run is None:
            path.unlink(missing_ok=True)
            yield path


def others(studio: Studio, run: str) -> Iterator[Run]:
    """The runs that are left of the command that began this one, each begun when it is reached.

    Those of a song that was revised since are left out, and all while another command is at work.
    """
    kept = kept_with(studio, run)
    if kept is None or others_at_work(studio.folder):
        return
    path, wanted = kept
    with Kept(path):
        for started, known in _left(studio, wanted):
            if known is None:
                yield load(studio, begin(studio, started))
            else:
                yield load_or_resume(studio, known)


def _left(studio: Studio, wanted: Sequence[RunStarted]) -> Iterator[tuple[RunStarted, str | None]]:
    """The runs that aren't finished, of songs as they were, with the ids of those begun."""
    for started in wanted:
        if studio.song(started.song_id).position != started.positions_read[0]:
            continue
        known = last_begun(studio, started)
        if known is None or studio.run(known)[1].status != FINISHED:
            yield started, known


def forget(studio: Studio, run: str) -> None:
    """Remove the file of the command that began a run, if there is one."""
    kept = kept_with(studio, run)
    if kept is not None:
        kept[0].unlink(missing_ok=True)


def _all_kept(studio: Studio) -> list[Path]:
    return sorted(studio.folder.glob(EVOLVING.format("*")))


def _read(path: Path) -> list[RunStarted]:
    """The runs that a command asked for; none where the file is damaged, or gone."""
    with suppress(OSError, msgspec.MsgspecError, UnicodeError):
        return msgspec.json.decode(path.read_bytes(), type=list[RunStarted])
    return []


def _beginning(studio: Studio, run: str) -> RunStarted:
    started = recorded_run(studio, run)[0].payload
    assert isinstance(started, RunStarted)  # noqa: S101 - the stream's first event
    return started


def _asked(started: RunStarted) -> RunStarted:
    """What a run was asked for, whichever versions make it."""
    return replace(started, versions={})
