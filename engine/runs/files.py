"""The files of a finished run: a curve, and MIDI, a picture and a recording of each survivor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.audio.cache import SoundCache
from engine.gate.exports import section_midi, track_of
from engine.ids import short
from engine.reports.pictures import draw_curve, draw_part
from engine.reports.summary import Summary
from engine.runs.checksums import CHECKSUMS, listed
from engine.runs.contexts import section_of, song_context
from engine.runs.recordings import record, recording_name, write_recording
from engine.state.files import write_whole
from engine.state.runs import Run, folder_of_run
from engine.state.studio import Studio
from genomes import Part
from genomes.midi import Track
from store.events import Survivor


def write_files(studio: Studio, summary: Summary) -> Path:
    """Write pictures of a run, MIDI files and recordings of its survivors; returns their folder.

    A survivor with parents also gets a MIDI file with their parts, and is recorded with them.
    Only missing files are written: an existing file may have been edited.
    """
    folder = run_folder(studio, summary)
    write_recordings(studio, summary)  # first, because people listen before they look
    survivors = [survivor.id for survivor in summary.finished.survivors]
    with listed(folder, _paths(folder, survivors, has_parents=bool(summary.parents))):
        _draw_and_write_midi(folder, summary)
    return folder


def _draw_and_write_midi(folder: Path, summary: Summary) -> None:
    """Write the missing pictures and MIDI files of a run."""
    title, colour, stage = summary.song.title, summary.song.colour, summary.started.stage
    section = section_of(summary.started.section)
    curve = folder / "curve.png"
    if not curve.exists():
        named = f"{title} — {stage} for {section.label}"
        draw_curve(curve, summary.finished.curve, named, colour)
    parents = _parents(summary)
    below = tuple((track.name, track.part) for track in parents)
    context = replace(song_context(summary.song, section), parts=below)
    for rank, survivor in enumerate(summary.finished.survivors, start=1):
        stem = file_stem(rank, survivor.id)
        track = _track(summary, survivor, stem)
        _write_midi(summary, survivor, [track], folder / f"{stem}.mid")
        if parents:
            _write_midi(summary, survivor, [*parents, track], folder / f"{stem}_mix.mid")
        picture = folder / f"{stem}.png"
        if not picture.exists():
            named = f"{title} — {stage} for {section.label}, {rank}. {short(survivor.id)}"
            draw_part(picture, track.part, context, named, colour)


def files_of(studio: Studio, run: str, state: Run) -> list[Path]:
    """The files of a finished run that are written when it ends, there or not.

    Args:
        studio: the studio.
        run: id of the run.
        state: its state.
    """
    folder = studio.exports / state.song_id / folder_of_run(state.stage, run)
    return _paths(folder, state.survivors, has_parents=bool(state.parents))


def missing_files(studio: Studio, run: str, state: Run) -> list[Path]:
    """Those of the files of a finished run, and of their checksums, that aren't there."""
    paths = files_of(studio, run, state)
    return [path for path in (*paths, paths[0].with_name(CHECKSUMS)) if not path.exists()]


def _paths(folder: Path, survivors: Iterable[str], *, has_parents: bool) -> list[Path]:
    """All files that are written when a run ends."""
    names = ["curve.png"]
    for rank, survivor in enumerate(survivors, start=1):
        stem = file_stem(rank, survivor)
        names += [f"{stem}.mid", f"{stem}.png", recording_name(stem, has_parents=has_parents)]
        names += [f"{stem}_mix.mid"] if has_parents else []
    return [folder / name for name in names]


def run_folder(studio: Studio, summary: Summary) -> Path:
    """Where the files of a run lie."""
    return studio.exports / summary.started.song_id / summary.folder_name


def file_stem(rank: int, candidate: str) -> str:
    """How the files of a survivor are called, without their suffixes."""
    return f"{rank}_{short(candidate)}"


def write_recordings(studio: Studio, summary: Summary, *, alone: bool = False) -> list[Path]:
    """Write the missing recordings of a run's survivors; returns the paths of all.

    Args:
        studio: the studio.
        summary: of the run.
        alone: record them without what they are built on.
    """
    folder, survivors = run_folder(studio, summary), summary.finished.survivors
    parents = [] if alone else _parents(summary)
    paths = [
        folder / recording_name(file_stem(rank, survivor.id), has_parents=bool(parents))
        for rank, survivor in enumerate(survivors, start=1)
    ]
    if not all(path.exists() for path in paths):
        stage, section = summary.started.stage, section_of(summary.started.section)
        tracks = [_track(summary, survivor, stage) for survivor in survivors]
        recorded = record(
            SoundCache.of_studio(studio.folder),
            parents,
            tracks,
            song_context(summary.song, section),
        )
        with listed(folder, paths):
            for path, audio in zip(paths, recorded, strict=True):
                if not path.exists():
                    write_recording(path, audio)
    return paths


def _track(summary: Summary, survivor: Survivor, name: str) -> Track:
    part = Part.from_payload(survivor.part)
    return track_of(summary.song, summary.started.stage, part, name)


def _parents(summary: Summary) -> list[Track]:
    """The parts of the run's parents, as tracks."""
    return [track_of(summary.song, stage, part, stage) for stage, part in summary.parents]


def _write_midi(summary: Summary, survivor: Survivor, tracks: list[Track], path: Path) -> None:
    if path.exists():
        return
    section = section_of(summary.started.section)
    provenance = (f"composition-engine candidate={survivor.id} run={summary.run}",)
    write_whole(path, section_midi(summary.song, section, tracks, section.label, provenance))
