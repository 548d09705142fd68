"""What was learned of a person's taste as a picture: each inclination with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from engine.preference.taste import Inclination, Taste

WIDTH = 640.0
NAMES_WIDTH = 250.0
ROW_HEIGHT = 20.0
LEAST_SCALE = 0.1  # logits


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the picture.

    Attributes:
        inclination: what it shows.
        y: its top.
        x, width: of the bar, from no weight on.
        low, high: ends of the interval of 95 %.
    """

    inclination: Inclination
    y: float
    x: float
    width: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TastePicture:
    """What the template draws.

    Attributes:
        bars: the heaviest first.
        zero: where a weight of 0 lies.
        height: of the picture.
    """

    bars: tuple[Bar, ...]
    zero: float
    height: float
    width: float = WIDTH
    row_height: float = ROW_HEIGHT


def taste_picture(found: Taste) -> TastePicture:
    """The picture of a taste that was learned."""
    ends = [abs(end) for each in found.shown for end in each.interval]
    reach = max([LEAST_SCALE, *ends])
    zero = (NAMES_WIDTH + WIDTH) / 2
    scale = (WIDTH - zero) / reach
    bars = []
    for row, each in enumerate(found.shown):
        low, high = each.interval
        at = zero + scale * each.weight
        bars.append(
            Bar(
                inclination=each,
                y=ROW_HEIGHT * row,
                x=round(min(zero, at), 2),
                width=round(abs(at - zero), 2),
                low=round(zero + scale * low, 2),
                high=round(zero + scale * high, 2),
            )
        )
    return TastePicture(tuple(bars), zero, ROW_HEIGHT * len(bars))
