"""The cache of sounds: files named by a hash of what they hold.

The least recently used are thrown away where there are too many. Several processes may use one
cache at a time. Losing it costs only the time to render again.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from engine.state.files import write_whole

# Where the cache lies in a studio's folder.
FOLDER = "cache"
MAX_BYTES = 1_000_000_000
# How much is left when it was too large, so that not every file that is added throws one away.
KEPT = 0.9

NAME = re.compile(r"[0-9a-f]{32}\.(flac|json)")


class SoundCache:
    """Files by name in one folder, with a limit on their size."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        """Use a folder, which is made when the first file is written."""
        self.folder = folder
        self.max_bytes = max_bytes

    @classmethod
    def of_studio(cls, folder: Path) -> SoundCache:
        """The cache of the studio in a folder."""
        return cls(folder / FOLDER)

    def read(self, name: str) -> bytes | None:
        """The file of this name, which counts as used now; None if there is none.

        Args:
            name: 32 digits of a hash, and a suffix; nothing is found under any other.
        """
        if not NAME.fullmatch(name):
            return None
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # another process threw it away, or nothing can be written here
            os.utime(path)
        return data

    def has(self, name: str) -> bool:
        """Whether there is a file of this name; it doesn't count as used."""
        return bool(NAME.fullmatch(name)) and (self.folder / name).is_file()

    def write(self, name: str, data: bytes) -> None:
        """Keep a file, if that is possible; files of one name always have the same meaning."""
        with suppress(OSError):  # a full disk, or on Windows a file that another process reads
            write_whole(self.folder / name, data, is_lasting=False)
            self._throw_away()

    def _throw_away(self) -> None:
        """Delete the least recently used files until they fit."""
        used: list[tuple[float, int, Path]] = []
        for path in self.folder.iterdir():
            with suppress(OSError):
                found = path.stat()
                used.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in used)
        if total <= self.max_bytes:
            return
        for _, size, path in sorted(used):
            if total <= KEPT * self.max_bytes:
                return
            with suppress(OSError):
                path.unlink()
                total -= size
