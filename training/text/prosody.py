"""The prosody of a folder's lyrics as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fitness.prosody import PROSODY_NAMES, PROSODY_VERSION, prosody_matrix, verse_of
from training.progress import Update
from training.schemas import PROSODY_FILE, SEGMENTS_FILE, read_parquet, write_table

VERSION_KEY = b"prosody_version"


def write_prosody(folder: Path, update: Update) -> dict[str, Any]:
    """Measure every segment's lyric and write the table; gives a summary.

    Raises:
        ValueError: if the table or a column isn't there.
    """
    import pyarrow

    segments = read_parquet(folder / SEGMENTS_FILE, ("segment_id", "lyric_text"))
    texts = [text or "" for text in segments["lyric_text"].to_pylist()]
    distinct = list(dict.fromkeys(texts))
    for done, text in enumerate(distinct, start=1):
        prosody_matrix([text])  # remembered, for all that sing it
        update(done, len(distinct), "")
    matrix = prosody_matrix(texts)
    has_lyric = [verse_of(text) is not None for text in texts]
    columns = dict(zip(PROSODY_NAMES, np.ascontiguousarray(matrix.T), strict=True))
    table = pyarrow.table(
        {"segment_id": segments["segment_id"], "has_lyric": has_lyric} | columns,
        metadata={VERSION_KEY: PROSODY_VERSION.encode()},
    )
    write_table(table, folder / PROSODY_FILE)
    return {"rows": len(texts), "with_lyric": sum(has_lyric), "features": list(PROSODY_NAMES)}
