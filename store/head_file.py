"""The HEAD file: the last position and hash of the log, kept outside of the log.

A chain of hashes shows every change but one: an end cut off cleanly, as by copying a database
without its write-ahead log. So the position and hash of the last event also stand in a file called
HEAD beside the database. It is written after each commit and only ever moves forward along the
chain; when it does not fit the log it stays as it is, as evidence, until a person accepts the log
with `EventLog.anchor`.

The file is one record of fixed length. It is made whole under another name, and from then on
overwritten in place: less than a disk sector, at the same bytes, so that a kill or a power cut
leaves the old record or the new one. It is not flushed to the disk each time. The commit before it
was, and a HEAD that is behind the log is harmless; a flush would make every append take three times
as long.
"""

import os
from pathlib import Path

from sqlalchemy import Connection

from store.database import Database, translated
from store.errors import LogCorrupt
from store.records import GENESIS_HASH, Head
from store.tables import hash_at, read_head

_RECORD_BYTES = 86  # 20 digits, a space, 64 digits of the hash, a newline


class HeadFile:
    """The HEAD file of one database. Its methods that write hold the database's write lock."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.path = folder / "HEAD"
        self._database = database

    def read(self) -> Head | None:
        """Return what the file says; None if there is no file.

        Raises:
            LogCorrupt: the file does not hold a position and a hash.
            LogUnavailable: the file cannot be read.
        """
        with translated():
            if not self.path.exists():
                return None
            # Only two equal readings are surely of one record: another process may be writing it.
            while (stored := self.path.read_bytes()) != self.path.read_bytes():
                pass
        try:
            position, digest = stored.decode("ascii").split()
            return Head(int(position), digest)
        except ValueError as error:  # of any of the three
            raise LogCorrupt(f"{self.path} does not hold a position and a hash") from error

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
                    self._create(Head(0, GENESIS_HASH))

    def advance(self, before: Head) -> None:
        """Move HEAD to the end of the log, if HEAD stands on its chain.

        Args:
            before: a head that is known to be on the chain, which spares looking for it.

        Raises:
            LogCorrupt: the file is not a HEAD file; it stays as it is.
            LogUnavailable: the database is locked, or the file cannot be read or written.
        """
        with self._database.write() as connection:
            end = read_head(connection, lock=True)
            known = self.read()
            if known is None or known.position >= end.position:
                return  # lost, or ahead, or another process was quicker
            if known == before or _is_on_chain(connection, known):
                self._overwrite(end)

    def anchor(self) -> None:
        """Write HEAD for the log as it is now, whatever HEAD said before.

        Raises:
            LogUnavailable: the database is locked, or the file cannot be read or written.
        """
        with self._database.write() as connection:
            self._create(read_head(connection, lock=True))

    def _create(self, head: Head) -> None:
        # The write lock is held, so that no other process uses the temporary name.
        temporary = self.path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            file.write(_record(head))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)

    def _overwrite(self, head: Head) -> None:
        with self.path.open("r+b", buffering=0) as file:
            file.write(_record(head))


def _record(head: Head) -> bytes:
    return f"{head.position} {head.hash}".ljust(_RECORD_BYTES - 1).encode("ascii") + b"\n"


def _is_on_chain(connection: Connection, head: Head) -> bool:
    if head.position == 0:
        return head.hash == GENESIS_HASH
    return head.hash == hash_at(connection, head.position)
