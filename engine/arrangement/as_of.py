"""The files of a song as of a moment: the parts approved then, and the song as arranged last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.files import midi_files
from engine.arrangement.plan_text import parse_plan
from engine.errors import EngineError
from engine.gate.exports import UNCHANGED, WRITTEN, Export, export_paths, part_midi
from engine.state.files import write_whole
from engine.state.songs import Song, last_arrangement
from engine.state.studio import Studio

FOLDER = "as-of"
SONG_FOLDER = "song"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The files of a song as of a moment.

    Attributes:
        folder: where they are.
        files: each file, and whether it was written.
        unarranged: why the arrangement can't be made of the parts that were approved then; empty
            if it was, or there was none.
    """

    folder: Path
    files: tuple[Export, ...]
    unarranged: str = ""


def export_as_of(studio: Studio, song_id: str, then: Song) -> AsOf:
    """Write the MIDI files of a song as of a moment to a folder of their own.

    They are no files of the song as it is, so that the log doesn't record them.

    Args:
        studio: the studio.
        song_id: full id of the song.
        then: the song as of the moment.
    """
    folder = studio.exports / song_id / FOLDER / str(then.touched)
    parts = [_write(folder / path, data) for path, data in _parts(studio, then)]
    try:
        whole = [_write(folder / SONG_FOLDER / name, data) for name, data in _song(studio, then)]
    except (EngineError, ValueError) as error:
        return AsOf(folder, tuple(parts), str(error))
    return AsOf(folder, (*parts, *whole))


def _write(path: Path, data: bytes) -> Export:
    """Write a file; what is there under its name with other notes, a person may have edited."""
    for free in export_paths(path.parent, path.stem, path.suffix):
        if not free.exists():
            write_whole(free, data)
            return Export(free, WRITTEN)
        if free.read_bytes() == data:
            return Export(free, UNCHANGED)
    raise AssertionError("there is always another name")


def _parts(studio: Studio, then: Song) -> Iterator[tuple[Path, bytes]]:
    for state in then.candidates.values():
        for approval in state.approvals:
            recorded = studio.event(approval.position)
            yield Path(state.stage, f"{approval.label}.mid"), part_midi(studio, then, recorded)


def _song(studio: Studio, then: Song) -> Iterator[tuple[str, bytes]]:
    """The whole song by the plan that it was arranged by last; nothing without one."""
    last = last_arrangement(then)
    if last is None:
        return
    plan = parse_plan(last.plan)
    yield from midi_files(assemble(plan, approved_parts(studio, then), conductor_of(then)))
