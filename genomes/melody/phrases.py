"""From a phrase and its material to its tones: cut, ornamented, ended, its tail turned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from genomes.melody.genes import (
    FARTHEST_HEIGHT,
    ORNAMENTS,
    TAILS,
    Material,
    Phrase,
    Tone,
)

# Fewest cells that an ornament can be made of.
LEAST_ORNAMENTED = 4


@lru_cache(maxsize=2**12)
def tones_of(phrase: Phrase, material: Material, cells_per_bar: int) -> tuple[Tone, ...]:
    """The tones of a phrase, the first at height 0.

    When they begin and how long they last depends on the phrase's bars, ornament and ending and
    on its material's rhythm alone.
    """
    end = phrase.bars * cells_per_bar
    tones = list(material.tones)
    if phrase.bars < material.bars:
        inside = [tone for tone in tones if tone.cell < end]
        tones = [Tone(cell, min(length, end - cell), height) for cell, length, height in inside]
    tones = _ended(_ornamented(tones, phrase.ornament), phrase.ending, end)
    return tuple(_with_tail(tones, phrase.tail))


def _ornamented(tones: list[Tone], ornament: str) -> list[Tone]:
    """The longest tone before the last, or the only one, split as the ornament says."""
    shares = ORNAMENTS[ornament]
    if not shares:
        return tones
    longest = max(range(max(1, len(tones) - 1)), key=lambda index: tones[index].length)
    if tones[longest].length < LEAST_ORNAMENTED:
        return tones
    return [*tones[:longest], *_split(tones[longest], shares), *tones[longest + 1 :]]


def _split(tone: Tone, shares: Sequence[tuple[float, int]]) -> list[Tone]:
    cell, end, made = tone.cell, tone.cell + tone.length, []
    for index, (share, steps) in enumerate(shares):
        is_last = index == len(shares) - 1
        length = end - cell if is_last else max(1, round(tone.length * share))
        made.append(Tone(cell, length, tone.height + steps))
        cell += length
    return made


def _ended(tones: list[Tone], ending: str, end: int) -> list[Tone]:
    last = tones[-1]
    if ending == "held":
        return [*tones[:-1], Tone(last.cell, end - last.cell, last.height)]
    if ending == "short" and len(tones) > 1:
        return tones[:-1]
    if ending == "joined" and len(tones) > 1:
        whole = last.cell + last.length - tones[-2].cell
        return [*tones[:-2], Tone(tones[-2].cell, whole, last.height)]
    return tones


def _with_tail(tones: list[Tone], tail: str) -> list[Tone]:
    """The tones after the middle moved, mirrored or flattened around the one they follow."""
    base = tones[0].height
    if tail == "plain" and base == 0:
        return tones
    steps, scale = TAILS[tail]
    middle = (len(tones) + 1) // 2
    pivot = tones[middle - 1].height
    turned = [round(pivot + steps + scale * (tone.height - pivot)) for tone in tones[middle:]]
    heights = [*(tone.height for tone in tones[:middle]), *turned]
    return [
        Tone(cell, length, max(-FARTHEST_HEIGHT, min(FARTHEST_HEIGHT, height - base)))
        for (cell, length, _), height in zip(tones, heights, strict=True)
    ]
