"""Runs that one command asked for, which are one thing to resume.

A command that asks for several runs leaves a file with all of them in the studio, and removes it
when it is done. By it ``resume`` of one of them goes on with the others too, also with those that
were never begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from engine.ids import digest
from engine.runs.lifecycle import begin, last_begun, load, load_or_resume, recorded_run
from engine.runs.run import Run
from engine.state.files import write_whole
from engine.state.inflight import others_at_work
from engine.state.runs import FINISHED
from engine.state.studio import Studio
from store.events import RunStarted

_NAME = ".evolving-{}.json"


def keep(studio: Studio, wanted: Sequence[RunStarted]) -> Path | None:
    """Leave the file of a command that asks for several runs; None where it can't be written."""
    plain = msgspec.to_builtins([_asked(each) for each in wanted])
    path = studio.folder / _NAME.format(digest(plain)[:8])
    with suppress(OSError):
        write_whole(path, msgspec.json.encode(plain))
        return path
    return None


def kept_with(studio: Studio, run: str) -> tuple[Path, list[RunStarted]] | None:
    """The file of the command that began a run, and the runs that it asked for; None without."""
    begun = _asked(_beginning(studio, run))
    for path in sorted(studio.folder.glob(_NAME.format("*"))):
        with suppress(OSError, msgspec.MsgspecError, UnicodeError):
            wanted = msgspec.json.decode(path.read_bytes(), type=list[RunStarted])
            if begun in map(_asked, wanted):
                return path, wanted
    return None


def others(studio: Studio, run: str) -> Iterator[Run]:
    """The runs that are left of the command that began this one, each begun when it is reached.

    Those of a song that was revised since are left out, and all while another command is at work.
    """
    kept = kept_with(studio, run)
    if kept is None or others_at_work(studio.folder):
        return
    path, wanted = kept
    for started in wanted:
        if studio.song(started.song_id).position != started.positions_read[0]:
            continue
        known = last_begun(studio, started)
        if known is None:
            yield load(studio, begin(studio, started))
        elif studio.run(known)[1].status != FINISHED:
            yield load_or_resume(studio, known)
    path.unlink(missing_ok=True)


def forget(studio: Studio, run: str) -> None:
    """Remove the file of the command that began a run, if there is one."""
    kept = kept_with(studio, run)
    if kept is not None:
        kept[0].unlink(missing_ok=True)


def _beginning(studio: Studio, run: str) -> RunStarted:
    started = recorded_run(studio, run)[0].payload
    assert isinstance(started, RunStarted)  # noqa: S101 - the stream's first event
    return started


def _asked(started: RunStarted) -> RunStarted:
    """What a run was asked for, whichever versions make it."""
    return replace(started, versions={})
