"""A backup: one file with the whole log, the exports and the models of a studio.

It is a compressed tar archive. ``log.jsonl`` holds the log as ``store.transfer`` writes it, and
``backup.json``, the last member, the end of the log and the SHA-256 of every file. A backup is made
beside other commands: the files are copied first, and again until the log, as it was at one moment,
names none that was written since.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile, mkdtemp
from typing import IO

import msgspec

from engine.backups.signing import SIGNATURES
from engine.errors import Refused
from engine.runs.checksums import CHECKSUMS
from engine.state.files import remove_left, whole_file
from engine.state.inflight import is_left_over, restoring_prefix, was_restoring
from engine.state.location import DATABASE_NAME, HEAD_NAME, Location
from engine.state.locks import IN_FOLDERS, hold
from engine.state.studio import Studio
from store.errors import LogCorrupt
from store.events import ExportWritten
from store.log import EventLog
from store.records import Head
from store.schemas import drop_unfinished, replaced, replacement
from store.transfer import exported, imported

FORMAT = "composition-engine backup 1"
LOG, CONTENTS = "log.jsonl", "backup.json"
FOLDERS = ("exports", "models")

# The folder of a studio that is whole, before it gets its name.
READY = "ready"

# How often files that are written meanwhile are copied again.
MAX_ROUNDS = 5

MAX_CONTENTS_BYTES = 2**28

READ_BYTES = 2**20

MARK_CHARS = 32

# What reading an archive raises that was damaged.
BROKEN = (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, RecursionError)


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds.

    Attributes:
        format: ``FORMAT``.
        end: the end of the log.
        files: path from the studio's folder -> SHA-256.
    """

    format: str
    end: Head
    files: dict[str, str]


def back_up(studio: Studio, path: Path) -> Contents:
    """Write a backup; other commands may work meanwhile.

    Raises:
        Refused: if there is such a file already.
    """
    if path.exists():
        remove_left(path)
        raise Refused(f"{path} is there already", "name another file by engine backup FILE")
    with (
        whole_file(path) as file,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive,
    ):
        return _write(studio, archive)


def _write(studio: Studio, archive: tarfile.TarFile) -> Contents:
    files: dict[str, str] = {}
    with TemporaryFile() as log:
        for _ in range(MAX_ROUNDS):
            start = studio.log.head().position
            for name, data in _changed(studio.folder, files):
                _add(archive, name, data)
            end = _write_log(studio, log)
            if _names_what_is_here(studio, start, files):
                break
        size = log.tell()
        log.seek(0)
        member = tarfile.TarInfo(LOG)
        member.size = size
        archive.addfile(member, log)
    contents = Contents(FORMAT, end, files)
    _add(archive, CONTENTS, msgspec.json.encode(contents))
    return contents


def _changed(folder: Path, files: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """The files of a studio that are not yet as in ``files``, which is brought up to date."""
    for path in files_of(folder):
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # it was withdrawn meanwhile
            continue
        name, digest = path.relative_to(folder).as_posix(), sha256(data).hexdigest()
        if files.get(name) != digest:
            files[name] = digest
            yield name, data


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a studio that can't be made again, but for its log."""
    wanted = [path for name in FOLDERS for path in sorted((folder / name).rglob("*"))]
    for path in (*wanted, folder / SIGNATURES):
        if path.is_file() and (path.name == CHECKSUMS or not path.name.startswith(".")):
            yield path


def _write_log(studio: Studio, file: IO[bytes]) -> Head:
    file.seek(0)
    file.truncate()
    line = ""
    for line in exported(studio.log):
        file.write(line.encode() + b"\n")
    last = msgspec.json.decode(line)
    return Head(last["end"], last["hash"])


def _names_what_is_here(studio: Studio, start: int, files: dict[str, str]) -> bool:
    """Whether what was written since is in the backup as the log has it."""
    written: dict[str, str] = {}
    for recorded in studio.log.read(after=start, kinds=("ExportWritten",)):
        if isinstance(recorded.payload, ExportWritten):
            written[recorded.payload.path] = recorded.payload.sha256
    return all(files.get(path) == digest for path, digest in written.items())


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def restore(location: Location, backup: Path, actor: str) -> tuple[Contents, Path | None]:
    """Put a backup in the place of a studio, whose folder is kept under another name.

    A log in a database is kept there in a schema of its own, which the kept folder names from then
    on. If the log loses events by it, that is an event of the log that is put back.

    Args:
        location: of the studio; its folder may be missing, or damaged.
        backup: the file.
        actor: who puts it back.

    Returns:
        what it holds, and where the folder that was there is now; None if there was none.

    Raises:
        Refused: if the file is no whole backup; nothing is changed then.
    """
    folder, log = location.folder.absolute(), location.log
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _making(folder) as made:
        fresh = made / "studio"
        contents = _unpack(backup, fresh)
        _accept(fresh, folder / HEAD_NAME, backup, actor)
        ready = made / READY
        kept = _make_ready(fresh, ready, log, _mark(made.name))
        aside = _set_aside(folder, kept)
        ready.rename(folder)
    return contents, aside


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """A folder in which a studio is made ready, held until the end of the block.

    If the block fails with a studio that is ready, that stays: its log may be in its place already,
    and the next command finishes it, as after a kill.
    """
    prefix = f"{restoring_prefix(folder)}{os.getpid()}-"
    made = Path(mkdtemp(dir=folder.parent, prefix=prefix))
    try:
        with (made / IN_FOLDERS).open("wb") as lock:
            hold(lock)
            yield made
    except BaseException:
        if not (made / READY).is_dir():
            shutil.rmtree(made, ignore_errors=True)
        raise
    shutil.rmtree(made, ignore_errors=True)


def finish_restore(folder: Path) -> bool:
    """Put a studio in its place that a restore had ready when it was killed; whether there was one.

    Only where the restore had set aside what was there, its folder or its log in a database: else
    it was killed before, and changed nothing.

    Raises:
        LogUnavailable: if the database can't be asked.
    """
    folder = folder.absolute()
    for made in _left_restores(folder):
        ready = made / READY
        if not ready.is_dir():
            continue
        log = Location(ready).log
        if isinstance(log, Path):
            is_due = not folder.exists()
        else:
            kept = replaced(log, _mark(made.name))
            is_due = kept is not None
            if kept is not None and (folder.exists() or not _is_aside(folder, kept)):
                _set_aside(folder, kept[0] if kept else None)
        if is_due:
            ready.rename(folder)
            shutil.rmtree(made)
            return True
    return False


def remove_restores(folder: Path, log: str | Path) -> list[Path]:
    """Remove what restores that were killed have left beside a studio's folder; returns what.

    Args:
        folder: of the studio.
        log: where its log is; they may have left something in a database, too.
    """
    found = _left_restores(folder.absolute())
    if found and not isinstance(log, Path):
        drop_unfinished(log)
    for made in found:
        shutil.rmtree(made)
    return found


def _left_restores(folder: Path) -> list[Path]:
    return [path for path in was_restoring(folder) if path.is_dir() and is_left_over(path)]


def _mark(made: str) -> str:
    """By which a log in a database is known to be that of a restore with a folder of this name."""
    return sha256(made.encode()).hexdigest()[:MARK_CHARS]


def _unpack(backup: Path, folder: Path) -> Contents:
    """Unpack a backup into a new folder, and check all of it."""
    folder.mkdir()
    try:
        with gzip.open(backup) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            for member in archive:
                if not member.isfile() or not _is_ours(member.name):
                    raise Refused(f"{backup} is no backup: it holds {member.name}")
                archive.extract(member, folder, set_attrs=False, filter="data")
            while stream.read(READ_BYTES):  # its checksum is compared at its end
                pass
        contents = _contents(folder / CONTENTS)
        for name, digest in contents.files.items():
            path = folder / name
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
                raise Refused(f"{backup} is damaged: {name} is not as it was", "take another one")
        _require_nothing_else(folder, contents)
        _make_log(folder)
    except (*BROKEN, LogCorrupt) as error:
        raise Refused(f"{backup} can't be put back: {error}", "take another one") from error
    return contents


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in {LOG, CONTENTS, SIGNATURES} or (len(parts) > 1 and parts[0] in FOLDERS)


def _contents(path: Path) -> Contents:
    if not path.is_file() or path.stat().st_size > MAX_CONTENTS_BYTES:
        raise ValueError("it does not say what it holds, or was cut off")
    contents = msgspec.json.decode(path.read_bytes(), type=Contents)
    if contents.format != FORMAT:
        raise ValueError(f"it is {contents.format}, this version knows {FORMAT}")
    path.unlink()
    return contents


def _require_nothing_else(folder: Path, contents: Contents) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    others = sorted(found - contents.files.keys() - {LOG})
    if others:
        raise ValueError(f"it holds {others[0]}, which it doesn't name")


def _make_log(folder: Path) -> None:
    lines = folder / LOG
    with EventLog.open(folder / DATABASE_NAME) as log, lines.open(encoding="utf-8") as read:
        imported(log, read)
    lines.unlink()


def _make_ready(fresh: Path, ready: Path, log: str | Path, mark: str) -> str | None:
    """Rename a fresh folder once its log is where it belongs.

    Returns:
        the address of a log that was in a database before, which is kept there.
    """
    if isinstance(log, Path):
        fresh.rename(ready)
        return None
    with replacement(log, mark) as (made, kept):
        with EventLog.open(fresh / DATABASE_NAME) as source:
            imported(made, exported(source))
        for path in fresh.glob(f"{DATABASE_NAME}*"):
            path.unlink()
        Location(fresh, log).keep()
        fresh.rename(ready)
    return kept[0] if kept else None


def _set_aside(folder: Path, kept: str | None) -> Path | None:
    """Rename a folder that isn't empty to the next free ``<name>_before_<number>``.

    Args:
        folder: of a studio.
        kept: address of its log from then on; None for the one in its file.
    """
    if kept is not None:
        folder.mkdir(exist_ok=True)
    elif not folder.exists():
        return None
    elif not any(folder.iterdir()):
        folder.rmdir()
        return None
    Location(folder, kept).keep()
    names = (folder.with_name(f"{folder.name}_before_{number}") for number in count(1))
    return folder.rename(next(name for name in names if not name.exists()))


def _is_aside(folder: Path, kept: list[str]) -> bool:
    """Whether a folder that was set aside names a log that is kept."""
    aside = folder.parent.glob(f"{escape(folder.name)}_before_*")
    return not kept or any(Location(each).log == kept[0] for each in aside)


def _accept(folder: Path, head: Path, backup: Path, actor: str) -> None:
    """Record in the log that is put back, if the one before went on otherwise, that it is."""
    if not head.is_file():
        return
    shutil.copyfile(head, folder / HEAD_NAME)
    with EventLog.open(Location(folder).log, folder=folder) as log:
        if log.head_problem():
            log.accept(actor, backup.name)
