"""What is played of candidates: which of them, their recordings, and how loud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.audio.cache import SoundCache
from engine.audio.loudness import equally_loud
from engine.audio.playback import read_recording
from engine.audio.samples import Samples
from engine.errors import NotFound
from engine.gate.decisions import find_entry, music_of
from engine.gate.exports import proposal_at, track_of
from engine.gate.waiting import (
    Entry,
    entries,
    made_together,
    newest_first,
    newest_waiting,
    waiting,
    without_passed_over,
)
from engine.ids import short
from engine.reports.summary import summarise
from engine.runs.contexts import section_of, song_context
from engine.runs.files import write_recordings
from engine.runs.recordings import (
    record,
    recording_name,
    scene_of,
    write_recording,
)
from engine.state.studio import Studio
from genomes import Context, Part
from genomes.midi import Track

# Where recordings of parts lie that no run has made as they are now.
RECORDINGS_FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class Recording:
    """A candidate's recording.

    Attributes:
        entry: the candidate.
        path: of the sound file.
        loop_frames: length of its bars, without what sounds on after them.
    """

    entry: Entry
    path: Path
    loop_frames: int


def entries_to_hear(studio: Studio, prefixes: Sequence[str], song_id: str | None) -> list[Entry]:
    """The candidates that are meant.

    Args:
        studio: the studio.
        prefixes: of ids of candidates or runs; of none, what waits of the newest run is meant.
        song_id: of their song, or its beginning; None: of any.

    Raises:
        NotFound: if there is no such candidate or run, or nothing to hear.
    """
    songs = [studio.song(song_id)] if song_id else []
    if not prefixes:
        shown = waiting(songs or newest_waiting(studio, 1))
        wanted = without_passed_over(shown)
        found = newest_first(wanted or entries(songs or studio.songs().values()))
        found = [entry for entry in found if made_together(entry) == made_together(found[0])]
    else:
        of_song = song_id and songs[0].song_id
        found = [entry for each in prefixes for entry in _meant(studio, each, of_song)]
    if not found:
        raise NotFound("there is nothing to hear yet", "begin with engine evolve")
    return list({entry.id: entry for entry in found}.values())


def _meant(studio: Studio, prefix: str, song_id: str | None) -> list[Entry]:
    """The candidate with this id; if there is none, the survivors of the run with this id."""
    try:
        return [find_entry(studio, prefix, song_id)]
    except NotFound:
        try:
            run, state = studio.run(prefix)
        except NotFound:
            message = f"no candidate or run {prefix!r}"
            raise NotFound(message, "see engine review and engine runs") from None
    song = studio.song(song_id or state.song_id)
    of_song = entries([song if song.has_run(run, state.song_id) else studio.song(state.song_id)])
    return [entry for entry in of_song if entry.state.run == run]


def recordings_of(studio: Studio, wanted: Sequence[Entry], *, alone: bool) -> list[Recording]:
    """The recordings of candidates; those that are missing are made.

    Args:
        studio: the studio.
        wanted: the candidates.
        alone: without what they are built on.
    """
    paths: dict[str, Path] = {}
    for entry in wanted:
        if entry.id not in paths:
            paths |= _paths(studio, entry, alone=alone)
    scenes = [scene_of(context_of(studio, each)) for each in wanted]
    return [
        Recording(each, paths[each.id], scene.frames)
        for each, scene in zip(wanted, scenes, strict=True)
    ]


def _paths(studio: Studio, entry: Entry, *, alone: bool) -> dict[str, Path]:
    """The recordings of a candidate, and of the others of its run, by their ids."""
    run = entry.state.run
    is_survivor = run is not None and entry.id in studio.run(run)[1].survivors
    if run is None or not is_survivor or entry.state.transposed is not None:
        return {entry.id: _path_of_one(studio, entry, alone=alone)}
    summary = summarise(studio, run)
    paths = write_recordings(studio, summary, alone=alone)
    return dict(zip([each.id for each in summary.finished.survivors], paths, strict=True))


def context_of(studio: Studio, entry: Entry) -> Context:
    """Key, meter, tempo and section that a candidate was made for."""
    song = proposal_at(studio, entry.state.built_on)
    return song_context(song, section_of(entry.state.section))


def _path_of_one(studio: Studio, entry: Entry, *, alone: bool) -> Path:
    """The recording of a part that was imported, brought, or transposed after its run."""
    state = entry.state
    parents = [] if alone else parents_of(entry)
    transposed = "" if state.transposed is None else f"_{state.transposed.position}"
    name = recording_name(f"{short(entry.id)}{transposed}", has_parents=bool(parents))
    path = studio.exports / entry.song.song_id / state.stage / RECORDINGS_FOLDER / name
    if not path.exists():
        tracks = [entry_track(studio, each) for each in parents]
        sounds = SoundCache.of_studio(studio.folder)
        (audio,) = record(sounds, tracks, [entry_track(studio, entry)], context_of(studio, entry))
        write_recording(path, audio)
    return path


def parents_of(entry: Entry) -> list[Entry]:
    """What a candidate is built on."""
    return [Entry(each, entry.song, entry.song.candidates[each]) for each in entry.state.parents]


def entry_track(studio: Studio, entry: Entry) -> Track:
    """A candidate's music as a track that is named by its stage."""
    part = Part.from_payload(music_of(studio, entry).part)
    return track_of(entry.song, entry.state.stage, part, entry.state.stage)


class Sound(Protocol):
    """What has a recording."""

    @property
    def path(self) -> Path:
        """Path of the sound file."""


def sounds(recordings: Sequence[Sound]) -> list[Samples]:
    """The samples of recordings; of different runs, brought to one loudness."""
    samples = [read_recording(each.path) for each in recordings]
    are_alike = len({each.path.parent for each in recordings}) == 1
    return samples if are_alike else equally_loud(samples)
