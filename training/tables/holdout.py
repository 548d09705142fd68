"""Which pieces nothing may learn from."""

from __future__ import annotations

import hashlib

HELD_OUT_ONE_IN = 10


def is_held_out(piece: str) -> bool:
    """Whether a piece is kept for checks: the shipped tables never saw it.

    Args:
        piece: path below music21's corpus folder, with forward slashes.

    Returns:
        True for about one piece in ten, on every machine and for ever the same ones.
    """
    return int.from_bytes(hashlib.sha256(piece.encode()).digest()[:4]) % HELD_OUT_ONE_IN == 0
