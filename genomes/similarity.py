"""Similarity: the Jaccard distance between sets of musical features, for every stage."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD_BITS = 64

# Pairs that are compared at once: what is compared of them takes hundreds of bytes a pair.
PAIRS_AT_ONCE = 2**15

Words = NDArray[np.uint64]
Compare = Callable[[NDArray[Any], NDArray[Any]], NDArray[np.float64]]


def in_blocks(compare: Compare) -> Compare:
    """A comparison of each row to each column that takes some rows at a time."""

    @wraps(compare)
    def compared(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
        step = max(1, PAIRS_AT_ONCE // max(1, len(second)))
        if len(first) <= step:
            return compare(first, second)
        blocks = (first[start : start + step] for start in range(0, len(first), step))
        return np.concatenate([compare(block, second) for block in blocks])

    return compared


def packed(held: NDArray[np.bool_]) -> Words:
    """Sets of features, packed as bits.

    Args:
        held: ``(n, groups, features)``: whether genome ``n`` has a feature of a group.

    Returns:
        ``(n, groups, words)``, of 64 bits each.
    """
    bits = np.packbits(held, axis=2)
    missing = -bits.shape[2] % (WORD_BITS // 8)
    return np.pad(bits, ((0, 0), (0, 0), (0, missing))).view(np.uint64)


@in_blocks
def jaccard_distances(first: Words, second: Words) -> NDArray[np.float64]:
    """Jaccard distances, averaged over the groups, shape ``(len(first), len(second))``.

    In each group it is 1 - |A ∩ B| / |A ∪ B| (Jaccard, 1912), and 0 where both are empty.

    Args:
        first: ``(n, groups, words)``, as ``packed`` makes them.
        second: ``(m, groups, words)``.
    """
    sizes = [np.bitwise_count(each).sum(axis=2, dtype=np.int32) for each in (first, second)]
    common = np.zeros((len(first), len(second), first.shape[1]), dtype=np.int32)
    for word in range(first.shape[2]):
        common += np.bitwise_count(first[:, None, :, word] & second[None, :, :, word])
    either = sizes[0][:, None] + sizes[1][None, :] - common
    alike = np.where(either > 0, common / np.maximum(either, 1), 1.0)
    return np.asarray(1.0 - alike.mean(axis=2))
