"""Files of several arrangements, made side by side before they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import Arrangement, assemble
from engine.arrangement.files import File, Writer
from engine.arrangement.instruments import with_instruments
from engine.arrangement.plan import Plan
from engine.arrangement.writers import WriterKind, writers_of
from engine.execution.executor import Executor, each
from engine.state.songs import Song
from engine.state.studio import Studio


def made_by_workers(
    studio: Studio, song: Song, plans: Sequence[Plan], kind: WriterKind, executor: Executor
) -> list[Writer]:
    """Writers that have all files other than MIDI of these plans already.

    Args:
        studio: the studio.
        song: state of the song.
        plans: to be arranged.
        kind: which files.
        executor: makes them, on this machine: the recordings sound as its instruments do.
    """
    parts, conductor = approved_parts(studio, song), conductor_of(song)
    arrangements = [assemble(with_instruments(plan, song), parts, conductor) for plan in plans]
    places = range(len(writers_of(kind)))
    jobs = [(place, arrangement, kind) for arrangement in arrangements for place in places]
    made: dict[tuple[str, int], list[File]] = {}
    for (place, arrangement, _), files in zip(jobs, each(executor, _made, jobs), strict=True):
        made[arrangement.id, place] = [
            File(name, data.__bytes__, made_by) for name, data, made_by in files
        ]

    def writer(place: int) -> Writer:
        def write(arrangement: Arrangement) -> Iterator[File]:
            yield from made[arrangement.id, place]

        return write

    return [writer(place) for place in places]


def _made(job: tuple[int, Arrangement, WriterKind]) -> list[tuple[str, bytes, str]]:
    """Name, bytes and maker of the files of one writer."""
    place, arrangement, kind = job
    files = writers_of(kind)[place](arrangement)
    return [(file.name, file.make(), file.made_by) for file in files]
