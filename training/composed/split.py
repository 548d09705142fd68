"""Train, validation and test, by song: clips of one song never stand on two sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from training.composed.examples import REAL, Examples

# Shares of the songs of each colour and of each kind of fake; the rest trains.
VALIDATION_SHARE, TEST_SHARE = 0.15, 0.15

Mask = NDArray[np.bool_]
K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Which examples are for what; each is for exactly one.

    Attributes:
        train: ``(n,)`` to learn from.
        validation: ``(n,)`` to stop, to calibrate and to choose by.
        test: ``(n,)`` to report on, once.
    """

    train: Mask
    validation: Mask
    test: Mask


def split_by_song(examples: Examples) -> Split:
    """Part the examples: every colour and every kind in the same shares.

    Of real music, the pieces that nothing may learn from are the test, and no others.
    """
    validation, test = np.zeros((2, len(examples)), dtype=np.bool_)
    strata = np.stack((examples.colour, examples.kind), axis=1)
    for stratum in np.unique(strata, axis=0):
        inside = (strata == stratum).all(axis=1) & ~examples.held_out
        share = 0.0 if stratum[1] == REAL else TEST_SHARE
        validated, tested = parted(np.unique(examples.song[inside]).tolist(), share)
        test |= np.isin(examples.song, list(tested))
        validation |= np.isin(examples.song, list(validated))
    test |= examples.held_out
    return Split(~(validation | test), validation, test)


def parted(songs: Iterable[K], test_share: float = TEST_SHARE) -> tuple[set[K], set[K]]:
    """The songs to validate on and those to test on, chosen by their own names or numbers.

    Args:
        songs: of one kind, each once.
        test_share: 0 where the test is chosen otherwise.
    """
    ordered = sorted(songs, key=_shuffled)
    tested = _share(test_share, len(ordered))
    validated = tested + _share(VALIDATION_SHARE, len(ordered))
    return set(ordered[tested:validated]), set(ordered[:tested])


def _share(share: float, songs: int) -> int:
    """At least one song of three or more."""
    return max(round(share * songs), int(songs > 2)) if share else 0


def _shuffled(song: int | str) -> bytes:
    return hashlib.sha256(f"split {song}".encode()).digest()
