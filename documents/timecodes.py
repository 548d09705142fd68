"""Timecodes such as ``[03:26.118]``: their text, and the units of their fraction.

The fraction is not always a decimal. Some programs write a frame number where milliseconds belong:
whole frames (``.014`` is frame 14) or tenths of frames (``.142`` is frame 14.2). The largest
fractions of a file show which it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

A_TIMECODE = "[MM:SS.fff]"

_TIMECODE = re.compile(
    r"\[?\s*(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{1,2})"
    r"(?:[.,](?P<fraction>\d{1,6}))?\s*\]?",
    re.ASCII,
)

# Chance that a fraction follows no reading, such as a later edit by hand.
SLIP = 0.05
# How much likelier the reading is that another file of the same song has.
EXPECTED = 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The units of the fractions of a file.

    Attributes:
        name: for people.
        units_per_second: how many units of the fraction make a second; 0 for decimals.
        digits: of a fraction that can mean this; 0 for any number of them.
    """

    name: str
    units_per_second: int = 0
    digits: int = 0

    def takes(self, code: Timecode) -> bool:
        """Whether a fraction can mean this."""
        if self.digits and code.digits not in (0, self.digits):
            return False
        return not self.units_per_second or code.fraction < self.units_per_second

    def range_of(self, code: Timecode) -> int:
        """How many fractions of this length there are."""
        return self.units_per_second or int(10**code.digits)


DECIMAL = Reading("decimals of a second")
FRAMES_25 = Reading("frames, 25 a second", 25)
FRAMES_30 = Reading("frames, 30 a second", 30)
TENTHS_25 = Reading("tenths of frames, 25 a second", 250, 3)
TENTHS_30 = Reading("tenths of frames, 30 a second", 300, 3)
READINGS = (FRAMES_25, FRAMES_30, TENTHS_25, TENTHS_30, DECIMAL)


@dataclass(frozen=True, slots=True)
class Timecode:
    """A place in a song as it is written.

    Attributes:
        minutes: whole minutes, hours among them.
        seconds: 0 to 59.
        fraction: the number after the point.
        digits: how many digits it has.
    """

    minutes: int
    seconds: int
    fraction: int = 0
    digits: int = 0

    @classmethod
    def parse(cls, text: str) -> Timecode:
        """Read ``[MM:SS.fff]``; brackets, fraction and hours may be missing.

        Raises:
            ValueError: for anything else.
        """
        match = _TIMECODE.fullmatch(text.strip())
        if match is None or int(match["seconds"]) > 59:
            raise ValueError(f"{text[:40]!r} is no timecode (accepted: {A_TIMECODE})")
        minutes = 60 * int(match["hours"] or 0) + int(match["minutes"])
        fraction = match["fraction"] or ""
        return cls(minutes, int(match["seconds"]), int(fraction or 0), len(fraction))

    def in_seconds(self, reading: Reading) -> float:
        """Seconds from the start; a fraction too large for the reading is a decimal."""
        whole = 60 * self.minutes + self.seconds
        if reading.units_per_second and reading.takes(self):
            return whole + self.fraction / reading.units_per_second
        return whole + self.fraction / float(10**self.digits)

    def __str__(self) -> str:
        point = f".{self.fraction:0{self.digits}}" if self.digits else ""
        return f"[{self.minutes:02}:{self.seconds:02}{point}]"


def reading_of(codes: Sequence[Timecode], expected: Reading | None = None) -> Reading:
    """The likeliest reading of a file's timecodes: the narrowest that fits them.

    A fraction of 0 is the same in every reading and doesn't count.

    Args:
        codes: of one file.
        expected: the reading of another file of the same song.
    """

    def likelihood(reading: Reading) -> float:
        logs = [math.log(_chance(code, reading)) for code in codes if code.fraction]
        return math.fsum(logs) + (math.log(EXPECTED) if reading == expected else 0.0)

    return max(READINGS, key=likelihood)


def _chance(code: Timecode, reading: Reading) -> float:
    slip = SLIP / float(10**code.digits)
    return slip + (1 - SLIP) / reading.range_of(code) if reading.takes(code) else slip


def written(seconds: float, reading: Reading) -> Timecode:
    """The last timecode of three digits that is not after a place."""
    units = reading.units_per_second or 1000
    whole, fraction = divmod(math.floor(seconds * units + 1e-6), units)
    return Timecode(whole // 60, whole % 60, fraction, 3)
