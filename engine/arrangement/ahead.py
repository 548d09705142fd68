"""Files of several arrangements, begun side by side before they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import Arrangement, assemble
from engine.arrangement.files import File, Writer
from engine.arrangement.instruments import with_instruments
from engine.arrangement.plan import Plan
from engine.state.songs import Song
from engine.state.studio import Studio

# Is told the name of a file that is made next, how many were made, and how many there are.
Report = Callable[[str, int, int], None]


def announce(studio: Studio, song: Song, plans: Sequence[Plan], writers: Sequence[Writer]) -> int:
    """Tell writers which plans are to be arranged, all of whose files are missing.

    What they share is made once, and their executor begins on the next while one is written.

    Returns:
        how many files there are.
    """
    parts, conductor = approved_parts(studio, song), conductor_of(song)
    arrangements = [assemble(with_instruments(plan, song), parts, conductor) for plan in plans]
    return sum(len(list(writer(each))) for each in arrangements for writer in writers)


def reporting(writers: Iterable[Writer], files: int, report: Report) -> list[Writer]:
    """Writers of so many files that report each before it is made."""
    made = 0

    def counted(file: File) -> File:
        def make() -> bytes:
            nonlocal made
            report(file.name, made, files)
            made += 1
            return file.make()

        return replace(file, make=make)

    def counting(writer: Writer) -> Writer:
        def write(arrangement: Arrangement) -> Iterator[File]:
            return map(counted, writer(arrangement))

        return write

    return [counting(writer) for writer in writers]
