"""Strokes spread as evenly as a grid allows."""

from __future__ import annotations

from functools import cache


@cache
def euclidean(strokes: int, places: int, rotation: int = 0) -> tuple[int, ...]:
    """The places of a Euclidean rhythm, the first at 0 unless rotated.

    As Bjorklund's algorithm spreads them (Toussaint, "The Euclidean Algorithm Generates
    Traditional Musical Rhythms", 2005): (3, 8) is the tresillo 0 3 6.

    Args:
        strokes: 0 to ``places``.
        places: 1 or more.
        rotation: places to turn it by, to the right.
    """
    found = [i for i, is_struck in enumerate(_bjorklund(strokes, places)) if is_struck]
    return tuple(sorted((place + rotation) % places for place in found))


def _bjorklund(strokes: int, places: int) -> list[int]:
    heads, tails = [[1] for _ in range(strokes)], [[0] for _ in range(places - strokes)]
    while len(tails) > 1 and heads:
        pairs = min(len(heads), len(tails))
        joined = [a + b for a, b in zip(heads, tails, strict=False)]
        heads, tails = joined, heads[pairs:] or tails[pairs:]
    return [place for row in (*heads, *tails) for place in row]
