"""Files of NumPy's arrays: read whole, or refused in a line."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What reading a damaged file raises: of the archive, of its compression, and of NumPy's headers.
UNREADABLE = (
    *(ValueError, KeyError, TypeError, SyntaxError, EOFError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError, NotImplementedError, RuntimeError),
)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz`` file by name.

    Raises:
        ValueError: if it can't be read.
        OSError: if it isn't there.
    """
    try:
        # NumPy leaves a file open that it opened itself and that is no archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except UNREADABLE as error:
        what = " ".join(str(error).split())
        raise ValueError(f"{path}: not arrays that can be read: {what}") from error
