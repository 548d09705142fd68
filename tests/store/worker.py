"""A process that uses a log beside others; the tests start it and speak to it in lines.

    python -m tests.store.worker COMMAND ARGUMENTS…

It says "ready" when it has imported everything, and waits for a line before it begins.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from store import head_file, log, queue
from store.errors import StaleStream
from store.log import EventLog
from store.projections import Projections
from tests.store.samples import notes
from tests.store.views import LastNote, Tally

BATCH = 5


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - how a worker speaks


def hear() -> str:
    return sys.stdin.readline().strip()


def opened(place: str) -> EventLog:
    """The log at a path, or at an address, a blank, and the folder of its HEAD."""
    where, _, folder = place.partition(" ") if "://" in place else (place, "", "")
    return EventLog.open(where, folder=Path(folder) if folder else None)


def race(path: str, name: str, batches: str) -> None:
    """Append to a stream of one's own and to one that all want, until each has got its share."""
    stale = 0
    with opened(path) as studio:
        for turn in range(int(batches)):
            studio.append(f"own/{name}", notes(BATCH, name), turn * BATCH)
            stale += append_to_contested(studio, name)
    say("stale", stale)


def append_to_contested(studio: EventLog, name: str) -> int:
    """Append one batch and return how often it was refused before."""
    stale = 0
    while True:
        try:
            studio.append("contested", notes(BATCH, name), studio.version("contested"))
        except StaleStream:
            stale += 1
        else:
            return stale


def claim(path: str, turns: str) -> None:
    """Try to be the first in each of some streams, without looking."""
    won = []
    with opened(path) as studio:
        for turn in range(int(turns)):
            try:
                studio.append(f"prize/{turn}", notes(1), 0)
                won.append(turn)
            except StaleStream:
                pass
    say("won", *won)


def create() -> None:
    """Open each studio named on a line, append one event, say its position."""
    while path := hear():
        with opened(path) as studio:
            say(studio.append(f"own/{os.getpid()}", notes(1), 0)[0].position)


def project(path: str) -> None:
    """Catch up whenever there is a line."""
    with opened(path) as studio:
        views = Projections(studio, [Tally(), LastNote()])
        while hear():
            views.catch_up()
            say("done")


def take_turns(path: str) -> None:
    """Ask for a turn again and again; each lasts until there is a line."""
    take_place = queue._place

    def place(file: int) -> int:
        taken = take_place(file)
        say("waits")
        return taken

    queue._place = place
    while True:
        with queue.Queue.of(Path(path)).turn(60):
            say("turn")
            hear()


def endless(path: str) -> None:
    """Append for ever, saying the last position of every batch that was acknowledged."""
    with opened(path) as studio:
        while True:
            version = studio.version("endless")
            say(studio.append("endless", notes(BATCH), version)[-1].position)


def die(path: str, point: str) -> None:
    """Append one batch, then be killed at a named point of the next."""
    with opened(path) as studio:
        studio.append("s", notes(BATCH), 0)
        kill_at(point)
        studio.append("s", notes(BATCH), BATCH)
    say("survived")


def kill_at(point: str) -> None:
    def dead(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def then_dead(work: Callable[..., object]) -> Callable[..., None]:
        return lambda *arguments, **named: dead(work(*arguments, **named))

    if point == "before the rows":
        log.insert_events = dead
    elif point == "after the rows":
        log.insert_events = then_dead(log.insert_events)
    elif point == "before the commit":
        log.move_head = then_dead(log.move_head)
    elif point == "before HEAD":
        head_file.HeadFile.advance = dead  # type: ignore[method-assign]
    elif point == "after HEAD":
        head_file.HeadFile.advance = then_dead(head_file.HeadFile.advance)  # type: ignore[method-assign]


def die_creating(path: str, point: str) -> None:
    """Be killed at a named point of making a studio."""

    def dead(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if point == "after the tables":
        head_file.HeadFile.create = dead  # type: ignore[method-assign]
    elif point == "within HEAD":
        Path.replace = dead  # type: ignore[assignment, method-assign]
    EventLog.open(path)
    say("survived")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    work = {
        "race": race,
        "claim": claim,
        "create": create,
        "project": project,
        "queue": take_turns,
        "endless": endless,
        "die": die,
        "die_creating": die_creating,
    }[command]
    say("ready")
    hear()
    work(*arguments)
