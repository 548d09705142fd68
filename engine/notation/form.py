"""The form of a score: passes of a section that are equal are written once, with repeat signs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

# The fewest bars that stand between repeat signs.
MIN_REPEATED_BARS = 2


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """A bar of the score.

    Attributes:
        bars: the bars of the song that it stands for, 0 the first, in playing order.
        ending: the passes that play it, 1 the first, if it belongs to one of several endings.
        opens_repeat: whether a repeat begins here.
        opens_ending: whether one of several endings begins here.
        closes_repeat: how many passes play up to the repeat sign after it; 0 without a sign.
        closes_ending: whether one of several endings stops here.
    """

    bars: tuple[int, ...]
    ending: tuple[int, ...] = ()
    opens_repeat: bool = False
    opens_ending: bool = False
    closes_repeat: int = 0
    closes_ending: bool = False

    @property
    def opens(self) -> bool:
        """Whether something begins here, so that what still holds is said again."""
        return self.opens_repeat or self.opens_ending


def written_form(music: Sequence[Hashable], section_bars: Sequence[int]) -> list[WrittenBar]:
    """The bars to write, in order: those that a reader plays by them are all bars of the song.

    Args:
        music: of each bar, equal where two bars are played alike.
        section_bars: the bars at which sections begin; what comes before the first is not folded.
    """
    starts = sorted({bar for bar in section_bars if bar < len(music)})
    edges = [*starts, len(music)]
    before = [WrittenBar((bar,)) for bar in range(edges[0])]
    return before + [
        bar for start, end in pairwise(edges) for bar in _section(music, range(start, end))
    ]


def _section(music: Sequence[Hashable], bars: range) -> list[WrittenBar]:
    """The shortest way to write a section."""
    lengths = range(MIN_REPEATED_BARS, len(bars) // 2 + 1)
    ways = [_folded(music, bars, length) for length in lengths if len(bars) % length == 0]
    plain = [WrittenBar((bar,)) for bar in bars]
    return min([plain, *(way for way in ways if way)], key=len)


def _folded(music: Sequence[Hashable], bars: range, length: int) -> list[WrittenBar]:
    """A section as passes of one length; empty where less than half of them is common."""
    passes = [bars[start : start + length] for start in range(0, len(bars), length)]
    common = next(
        (place for place in range(length) if len({music[each[place]] for each in passes}) > 1),
        length,
    )
    if 2 * common < length:
        return []
    written = [
        WrittenBar(
            tuple(each[place] for each in passes),
            opens_repeat=place == 0,
            closes_repeat=len(passes) if place == length - 1 else 0,
        )
        for place in range(common)
    ]
    return written + list(_endings(music, passes, common)) if common < length else written


def _endings(
    music: Sequence[Hashable], passes: Sequence[range], common: int
) -> Iterator[WrittenBar]:
    """The last bars of every pass; passes in a row that end alike have one ending."""
    numbered = list(enumerate(passes, start=1))
    for _, alike in groupby(numbered, key=lambda each: [music[bar] for bar in each[1][common:]]):
        group = list(alike)
        numbers = tuple(number for number, _ in group)
        last_place = len(passes[0]) - 1
        for place in range(common, last_place + 1):
            closes = place == last_place
            yield WrittenBar(
                tuple(each[place] for _, each in group),
                numbers,
                opens_ending=place == common,
                closes_repeat=len(numbers) + 1 if closes and numbers[-1] < len(passes) else 0,
                closes_ending=closes,
            )
