"""Moves a studio: its log into another file or database, its files into another folder.

The log first, in one transaction, then the files one by one: a move that was killed is typed again
and goes on; until then the new folder says that it is no studio yet. Only when all is proved equal
does the old folder say where the studio is now; nothing is deleted in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from engine.backups.archive import files_of
from engine.errors import Refused
from engine.state.files import file_sha256, write_whole
from engine.state.inflight import others_at_work
from engine.state.location import DATABASE_NAME, HEAD_NAME, SETTINGS_NAME, Location
from engine.state.studio import Studio
from store.errors import HeadMismatch
from store.log import EventLog
from store.records import Head
from store.tables import read_head
from store.transfer import exported, imported

ELSEWHERE = "name another folder by engine move FOLDER"
AGAIN = "end other commands, then type the same engine move again"


# What is copied, how many of them were, and how many there are.
Report = Callable[[str, int, int], None]

EVENTS_OF_A_REPORT = 100


class Moved(msgspec.Struct, frozen=True):
    """A studio that was moved.

    Attributes:
        end: position and hash of the last event, in both.
        files: how many files were found equal in both.
    """

    end: Head
    files: int


def move(studio: Studio, target: Location, report: Report = lambda *_: None) -> Moved:
    """Move a studio, whose folder only says from then on where it is.

    Args:
        studio: the studio; no other command may be at work in it.
        target: the new place: empty, or where the same move was killed.
        report: told what is copied, how many of them were, and how many there are.

    Returns:
        what was found equal.

    Raises:
        Refused: if the target holds something else, or the studio went on meanwhile.
        HeadMismatch: if HEAD does not vouch for the log.
        StoreError: if a database can't be used.
    """
    if others_at_work(studio.folder):
        raise Refused(f"another command is at work in {studio.folder}", AGAIN)
    problem = studio.log.head_problem()
    if problem:
        raise HeadMismatch(problem)
    files = _digests(studio.folder)
    _require_free(studio.folder, target.folder, files)
    end = _copy_log(studio, target, report)
    for number, (name, digest) in enumerate(files.items(), 1):
        report("files", number, len(files))
        if file_sha256(target.folder / name) != digest:
            write_whole(target.folder / name, (studio.folder / name).read_bytes())
    if _digests(target.folder) != files:
        raise Refused("a file was changed meanwhile", AGAIN)
    _leave(studio, target, end)
    return Moved(end, len(files))


def _digests(folder: Path) -> dict[str, str | None]:
    """SHA-256 of the files of a studio by their paths from its folder."""
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files_of(folder)}


def _require_free(source: Path, folder: Path, files: dict[str, str | None]) -> None:
    """Require that a folder has nothing but a log and files that are the studio's."""
    if folder.resolve() == source.resolve():
        raise Refused(f"the studio is in {folder}", ELSEWHERE)
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        is_log = name.startswith((DATABASE_NAME, HEAD_NAME)) or name == SETTINGS_NAME
        if not path.is_file() or is_log or path.name.startswith("."):
            continue
        if name not in files or file_sha256(path) != files[name]:
            raise Refused(f"{folder} isn't empty: it holds {name}", ELSEWHERE)


def _copy_log(studio: Studio, target: Location, report: Report) -> Head:
    """Copy the log, and examine the copy; returns its end."""
    source, where = studio.log, target.log_to_be(studio.folder)
    target.folder.mkdir(parents=True, exist_ok=True)
    with EventLog.open(where, folder=target.folder) as log:
        there = log.head()
        if there.position and source.hash_at(there.position) != there.hash:
            raise Refused(f"{where} isn't empty: it holds another log", ELSEWHERE)
        target.receive(studio.folder)
        imported(log, _reported(exported(source), source.head().position, report))
        examined = log.examine()
    if examined.problems:
        raise Refused(f"the copy is not sound: {examined.problems[0]}", "see engine doctor")
    return examined.end


def _reported(lines: Iterable[str], total: int, report: Report) -> Iterator[str]:
    """Lines of a log of which each is reported; the first is a header."""
    for number, line in enumerate(lines):
        if number % EVENTS_OF_A_REPORT == 0:
            report("events", number, max(number, total))
        yield line


def _leave(studio: Studio, target: Location, end: Head) -> None:
    """Say in the old folder where the studio is now, if it ends where the copy does."""
    with studio.log.database.write() as connection:
        if read_head(connection, lock=True) != end:
            raise Refused("the studio went on meanwhile", AGAIN)
        target.received()
        Location(studio.folder).leave(target.folder)
