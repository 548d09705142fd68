"""Parquet files as tables; whatever is wrong with one is said in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read_parquet(path: Path, advice: str = "") -> Any:
    """A ``pyarrow.Table`` of one file.

    Args:
        path: of the file.
        advice: what to do where it isn't there.

    Raises:
        ValueError: if it isn't there or is no parquet file.
    """
    import pyarrow
    from pyarrow import parquet

    if not path.is_file():
        raise ValueError(f"{path}: no such table{f'; {advice}' if advice else ''}")
    try:
        return parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: is no parquet file: {reason}") from error
