"""Reading a model's files: nothing too large, nothing that is no file."""

from __future__ import annotations

import stat
from pathlib import Path

from fitness.errors import ModelMissing, ModelRefused


def read_bounded(path: Path, max_bytes: int, what: str, refused: type[ModelRefused]) -> bytes:
    """The file's bytes.

    Args:
        path: of the file.
        max_bytes: a larger one is refused unread.
        what: what a person should have found there.
        refused: raised if it can't be read.

    Raises:
        ModelMissing: if there is no such file.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
            raise refused(f"{path}: not a file; expected {what}")
        if found.st_size > max_bytes:
            raise refused(f"{path}: {found.st_size} bytes; expected {what}, at most {max_bytes}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"{path}: no such file; expected {what}") from error
    except OSError as error:
        raise refused(f"{path}: {error.strerror}") from error
