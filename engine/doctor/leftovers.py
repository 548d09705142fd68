"""Temporary files: what is written whole has another name until it is, which a kill leaves."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

# As ``engine.state.files.write_whole`` names them: the file's name and the process that writes.
_TEMPORARY = re.compile(r"\..+\.(\d+)-[a-z0-9_]{8}")

# Where it can't be asked whether a process still runs, what is older is nobody's; in seconds.
_OLD_S = 3600.0


def leftovers(folder: Path) -> Iterator[Path]:
    """The temporary files in a studio's folder whose process doesn't run any more."""
    for path in sorted(folder.rglob(".*")):
        named = _TEMPORARY.fullmatch(path.name)
        if named and path.is_file() and not _is_being_written(path, int(named[1])):
            yield path


def remove_leftovers(folder: Path) -> list[Path]:
    """Remove them; returns which."""
    found = list(leftovers(folder))
    for path in found:
        path.unlink(missing_ok=True)
    return found


def _is_being_written(path: Path, process: int) -> bool:
    if os.name == "nt":  # there a signal 0 would end it
        return time.time() - path.stat().st_mtime < _OLD_S
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
