"""The HEAD file: the last position and hash of the log, kept outside of the log.

A chain of hashes shows every change but one: an end cut off cleanly, as by copying a database
without its write-ahead log. So the position and hash of the last event also stand in a file called
HEAD beside the database. It is written after each commit and only ever moves forward along the
chain. When it does not fit the log nothing is appended, and it stays as it is, as evidence, until a
person accepts the log with `EventLog.accept` or puts the right files back.

The file is one record of fixed length. It is made whole under another name, and from then on
overwritten in place: less than a disk sector, at the same bytes, so that a kill or a power cut
leaves the old record or the new one. Where it leaves a mixture of both after all, the log proves
it, and the file is written again. It is not flushed to the disk each time. The commit before it
was, and a HEAD that is behind the log is harmless; a flush would make every append take three times
as long.
"""

import os
from io import FileIO
from pathlib import Path

from sqlalchemy import Connection

from store.database import Database, translated
from store.errors import HeadMismatch, LogCorrupt
from store.records import GENESIS_HASH, Head
from store.tables import hash_at, hashes_after, read_head, was_accepted

_RECORD_BYTES = 86  # 20 digits, a space, 64 digits of the hash, a newline

# How far behind the end of the log a record can be that was being overwritten, in events.
_TORN_EVENTS = 512

# The fewest bytes of a record that was cut short that prove where it comes from: a position, and
# eight digits of its hash.
_PROOF_BYTES = 10


class HeadFile:
    """The HEAD file of one database. Its methods that write hold a lock of the database's."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.path = folder / "HEAD"
        self._database = database

    def read(self) -> Head | None:
        """Return what the file says; None if there is no file.

        Raises:
            LogCorrupt: the file does not hold a position and a hash.
            LogUnavailable: the file cannot be read.
        """
        stored = self.stored()
        return None if stored is None else _parsed(stored)

    def create(self) -> None:
        """Write the first HEAD of a log that is still empty; do nothing for any other log.

        A log with events and no HEAD has lost it, and must not get one as if nothing had happened.

        Raises:
            LogUnavailable: the database is locked or read-only, or the file cannot be written.
        """
        if self.path.exists():
            return
        with self._database.read() as connection:
            empty = read_head(connection).position == 0
        if empty:
            with self._database.write() as connection:
                if read_head(connection, lock=True).position == 0 and not self.path.exists():
                    self.replace(Head(0, GENESIS_HASH))

    def stored(self) -> bytes | None:
        """Return the bytes of the file; None if there is no file.

        Raises:
            LogUnavailable: the file cannot be read.
        """
        with translated():
            try:
                with self.path.open("rb", buffering=0) as file:
                    # Only two equal readings are surely of one record: another process may write.
                    stored = file.readall()
                    while stored != (again := _from_start(file)):
                        stored = again
            except FileNotFoundError:
                return None
        return stored

    def problem(self, connection: Connection, end: Head, stored: bytes | None) -> str:
        """Return in words why HEAD does not vouch for the log; empty if it does.

        Args:
            connection: of a transaction.
            end: the end of the log, in that transaction.
            stored: the file's bytes, read before a transaction that only reads began: whatever
                they name was committed then.
        """
        if stored is None:
            return "the HEAD file is missing" if end.position else ""
        try:
            known = _parsed(stored)
        except LogCorrupt as error:
            return "" if _is_torn(connection, stored, end) else str(error)
        if known == end or (known.position <= end.position and _is_on_chain(connection, known)):
            return ""
        if _is_torn(connection, stored, end) or was_accepted(connection, known):
            return ""
        if known.position > end.position:
            return (
                f"the HEAD file says position {known.position}, the log ends at position "
                f"{end.position}: its tail was dropped"
            )
        return f"the HEAD file has another hash for position {known.position}"

    def require(self, connection: Connection, end: Head) -> None:
        """Require that HEAD vouches for the log; the caller holds the write lock.

        Raises:
            HeadMismatch: it doesn't.
            LogUnavailable: the file cannot be read.
        """
        problem = self.problem(connection, end, self.stored())
        if problem:
            raise HeadMismatch(problem)

    def is_at(self, end: Head, stored: bytes | None) -> bool:
        """Whether what HEAD holds is an end of the log, or nothing, so that it needn't move."""
        return stored in {None, _record(end)}

    def advance(self, patience_s: float | None = None) -> None:
        """Move HEAD to the end of the log, if it vouches for what is before.

        Args:
            patience_s: how long to wait for another writer; None: as long as it ever does.

        Raises:
            LogUnavailable: the database is locked, or the file cannot be read or written.
        """
        with self._database.write(patience_s, only_state=True) as connection:
            # Not the lock of who appends: on a server one would wait for all who came meanwhile.
            self._database.lock_head_file(connection)
            end, stored = read_head(connection), self.stored()
            if self.is_at(end, stored) or self.problem(connection, end, stored):
                return  # lost, or another process was quicker, or it is evidence
            with translated():
                self._overwrite(end)

    def replace(self, head: Head) -> None:
        """Write HEAD whole, whatever it said before; the caller holds the write lock.

        Raises:
            LogUnavailable: the file cannot be written.
        """
        with translated():
            temporary = self.path.with_suffix(".tmp")
            with temporary.open("wb") as file:
                file.write(_record(head))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)

    def _overwrite(self, head: Head) -> None:
        with self.path.open("r+b", buffering=0) as file:
            file.write(_record(head))
            file.truncate()


def _from_start(file: FileIO) -> bytes:
    file.seek(0)
    return file.readall()


def _parsed(stored: bytes) -> Head:
    try:
        position, digest = stored.decode("ascii").split()
        return Head(int(position), digest)
    except ValueError as error:  # of any of the three
        raise LogCorrupt("the HEAD file does not hold a position and a hash") from error


def _record(head: Head) -> bytes:
    return f"{head.position} {head.hash}".ljust(_RECORD_BYTES - 1).encode("ascii") + b"\n"


def _is_on_chain(connection: Connection, head: Head) -> bool:
    if head.position == 0:
        return head.hash == GENESIS_HASH
    return head.hash == hash_at(connection, head.position)


def _is_torn(connection: Connection, stored: bytes, end: Head) -> bool:
    """Whether what is stored is the beginning of one record of the log and the end of another.

    The writing of the later one was cut off, or the file ends where it was.
    """
    first = max(0, end.position - _TORN_EVENTS)
    records = [_record(Head(first, GENESIS_HASH))] if first == 0 else []
    records += [_record(head) for head in hashes_after(connection, first, _TORN_EVENTS)]
    cut = stored.rstrip(b"\0")
    longest = 0  # of the beginnings, in the records after the one that is looked at
    for record in reversed(records):
        ending = _common(record[::-1], stored[::-1])
        if len(stored) == _RECORD_BYTES <= longest + ending:
            return True
        if len(cut) >= _PROOF_BYTES and record.startswith(cut):
            return True
        longest = max(longest, _common(record, stored))
    return False


def _common(one: bytes, other: bytes) -> int:
    """The number of bytes that two begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
