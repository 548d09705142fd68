"""Files that are damaged: bits turned, stretches missing or doubled, hostile bytes put in."""

from __future__ import annotations

import numpy as np

HOSTILE = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\xe2\x80\xae", b"\xc3", b"\r", b"\n"),
    *(b"\t", b"[", b"]", b"{", b"}", b"(", b")", b"<", b">", b"*", b"_", b":", b";", b"&", b"|"),
    *(b"999999999999", b"-1", b"nan", b"1e999", b"x99", b": - [", b"!!python/x", b"&a *a", b"'"),
)
MOST_CHANGES = 6


def damaged(data: bytes, seed: int) -> bytes:
    """A copy of a file with a few damages, always the same for a seed."""
    rng = np.random.default_rng(seed)
    for _ in range(rng.integers(1, MOST_CHANGES + 1)):
        data = _damaged_once(data, rng)
    return data


def _damaged_once(data: bytes, rng: np.random.Generator) -> bytes:
    at, other = sorted(rng.integers(0, len(data) + 1, 2).tolist())
    kind = rng.integers(6)
    if kind == 0 and data:  # a bit
        place = min(at, len(data) - 1)
        turned = data[place] ^ (1 << int(rng.integers(8)))
        return data[:place] + bytes([turned]) + data[place + 1 :]
    if kind == 1:  # the end is missing
        return data[:other]
    if kind == 2:  # a stretch is missing
        return data[:at] + data[other:]
    if kind == 3:  # a stretch comes again elsewhere
        piece = data[at : min(other, at + 64)]
        place = int(rng.integers(0, len(data) + 1))
        return data[:place] + piece + data[place:]
    if kind == 4:  # random bytes
        return data[:at] + rng.bytes(int(rng.integers(1, 9))) + data[at:]
    return data[:at] + HOSTILE[int(rng.integers(len(HOSTILE)))] + data[at:]
