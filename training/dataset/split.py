"""Who learns and who is held out: by song, and by row to show what that would have hidden."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.composed.examples import Split, parted
from training.dataset.tables import Row


def by_song(rows: Sequence[Row]) -> Split:
    """No song on two sides; every colour in the same shares.

    A song's side depends on the ids of its colour's songs, and on nothing else.
    """
    songs: dict[int, set[str]] = {}
    for row in rows:
        songs.setdefault(row.colour, set()).add(row.song_id)
    validation: set[str] = set()
    test: set[str] = set()
    for ids in songs.values():
        validated, tested = parted(ids)
        validation |= validated
        test |= tested
    return _split([row.song_id for row in rows], validation, test)


def by_row(rows: Sequence[Row]) -> Split:
    """Tracks of segments dealt out whatever song they belong to, in the same shares.

    Rows of one song share its concept, and its words and bars from track to track: a model that is
    tested on them has seen the answers.
    """
    ids = [row.segment_id for row in rows]
    validation, test = parted(ids)
    return _split(ids, validation, test)


def _split(ids: Sequence[str], validation: set[str], test: set[str]) -> Split:
    validated = np.array([one in validation for one in ids], np.bool_)
    tested = np.array([one in test for one in ids], np.bool_)
    return Split(~(validated | tested), validated, tested)
