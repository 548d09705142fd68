"""Files that a command which was ended has left unwritten: the next one writes them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.composing.composer import runs_of
from engine.composing.composition import Composition
from engine.gate.exports import EDITED_STAYS, KEPT, UNCHANGED, export_song
from engine.runs.files import missing_files
from engine.runs.together import remove_made
from engine.state.inflight import interrupted
from engine.state.runs import FINISHED, run_of
from engine.state.songs import Song, song_of
from engine.state.studio import Studio


def reconcile(studio: Studio) -> Iterator[str]:
    """Write the files of decisions that were recorded, and say so, a line for each file.

    Runs that ended without their files are named: to write those takes longer.
    """
    for _ in remove_made(studio):  # there is nothing to tell of it
        pass
    for path, position, doubted in interrupted(studio.folder):
        if doubted:
            yield _doubted(studio, doubted)
        streams = {recorded.stream for recorded in studio.log.read(after=position)}
        songs = studio.all_songs()
        for song_id in sorted(filter(None, map(song_of, streams))):
            if song_id in songs:
                for export in export_song(studio, songs[song_id]):
                    if export.outcome not in {UNCHANGED, EDITED_STAYS, KEPT}:
                        studio.mended.add(export.path)
                        name = export.path.relative_to(studio.folder).as_posix()
                        yield f"{name} is {export.outcome}: a command was ended before it was"
        for run in sorted(filter(None, map(run_of, streams))):
            if _lacks_files(studio, songs, run):
                yield f"run {run} ended without its files: engine resume {run} writes them"
        path.unlink(missing_ok=True)


def _doubted(studio: Studio, event_ids: list[str]) -> str:
    """Whether events stand that were being recorded when the connection was lost."""
    found = [recorded.position for recorded in studio.log.with_ids(event_ids)]
    was = "what was being recorded when the connection to the database was lost"
    if not found:
        return f"{was} is not in the log: type that command again"
    return f"{was} stands: it is event {', '.join(map(str, sorted(found)))}"


def _lacks_files(studio: Studio, songs: dict[str, Song], run: str) -> bool:
    """Whether files of a run that ended are missing; the runs of compositions have none."""
    state = studio.run(run)[1]
    if state.status != FINISHED or state.song_id not in songs:
        return False
    compositions = map(Composition.of, songs[state.song_id].compositions.values())
    if any(run in runs_of(studio, state.song_id, each) for each in compositions):
        return False
    return bool(missing_files(studio, run, state))
