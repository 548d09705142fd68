"""Which album a combination of three modes belongs to.

Twenty-seven combinations, eight albums: a combination belongs to the colour whose targets it is
nearest to, by the same closeness that scores a part, a mode standing for the target that has its
peak there; of equals, the earlier album. Black and Indigo, which are even on most axes, are nearest
to none: an album told by modes alone is never theirs.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import closeness
from fitness.colours import COLOURS, FIRST, SECOND, THIRD

PEAKS = (FIRST, SECOND, THIRD)
# The colours that have an album: White's isn't out.
ALBUMS = tuple(range(8))


@cache
def album_table() -> NDArray[np.int8]:
    """``(3, 3, 3)`` by temporal, spatial and ontological mode: index of the album's colour."""
    table = np.zeros((3, 3, 3), np.int8)
    for modes in product(range(3), repeat=3):
        combination = np.array([PEAKS[mode] for mode in modes])[None]
        near = [closeness(combination, np.array(COLOURS[a].targets))[0] for a in ALBUMS]
        table[modes] = int(np.argmax(np.round(near, 9)))
    table.flags.writeable = False
    return table


def albums_of(axes: NDArray[np.floating]) -> NDArray[np.int8]:
    """The album that each row's likeliest modes name.

    Args:
        axes: ``(n, 3, 3)``, a distribution for each axis.

    Returns:
        ``(n,)`` indices in ``COLOURS``.
    """
    return np.asarray(album_table()[tuple(axes.argmax(axis=2).T)])
