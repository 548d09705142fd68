"""Prosody as a table beside the segments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from training.catalogue.tables import SEGMENTS_FILE
from training.embedding.tables import write_table
from training.parquet import read_parquet
from training.text.prosody import PROSODY_NAMES, PROSODY_VERSION, prosody_matrix, verse_of

TABLE = "prosody.parquet"
VERSION_KEY = b"prosody_version"


def write_prosody(folder: Path, step: Callable[[int, int, str], None]) -> dict[str, Any]:
    """Measure every segment's lyric; gives a summary.

    Args:
        folder: with the segments' table.
        step: told of texts done.

    Raises:
        ValueError: if the table or a column isn't there.
    """
    import pyarrow

    segments = read_parquet(folder / SEGMENTS_FILE, "training segments makes it")
    for name in ("segment_id", "lyric_text"):
        if name not in segments.column_names:
            raise ValueError(f"{folder / SEGMENTS_FILE}: no column {name!r}")
    texts = [text or "" for text in segments["lyric_text"].to_pylist()]
    distinct = list(dict.fromkeys(texts))
    for done, text in enumerate(distinct, start=1):
        prosody_matrix([text])
        step(done, len(distinct), "")
    matrix = prosody_matrix(texts)
    has_lyric = [verse_of(text) is not None for text in texts]
    columns = dict(zip(PROSODY_NAMES, np.ascontiguousarray(matrix.T), strict=True))
    table = pyarrow.table(
        {"segment_id": segments["segment_id"], "has_lyric": has_lyric} | columns,
        metadata={VERSION_KEY: PROSODY_VERSION.encode()},
    )
    write_table(table, folder / TABLE)
    return {"rows": len(texts), "with_lyric": sum(has_lyric), "features": list(PROSODY_NAMES)}
