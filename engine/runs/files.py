"""The files of a finished run: a curve, and a MIDI file and a picture of each survivor."""

from __future__ import annotations

from pathlib import Path

from engine.gate.exports import section_midi, track_of
from engine.ids import short
from engine.reports.pictures import draw_curve, draw_part
from engine.reports.summary import Summary
from engine.runs.contexts import section_of, song_context
from engine.state.files import write_whole
from engine.state.studio import Studio
from genomes import Part
from genomes.midi import Track
from store.events import Survivor


def write_files(studio: Studio, summary: Summary) -> Path:
    """Write pictures of a run, and MIDI files of its survivors; returns their folder.

    A survivor with parents also gets a MIDI file with their parts. Only missing files are
    written: an existing file may have been edited.
    """
    folder = studio.exports / summary.started.song_id / summary.folder_name
    title, colour = summary.song.title, summary.song.colour
    section = section_of(summary.started.section)
    curve = folder / "curve.png"
    if not curve.exists():
        draw_curve(curve, summary.finished.curve, f"{title}: {section.label}", colour)
    parents = _parents(summary)
    for rank, survivor in enumerate(summary.finished.survivors, start=1):
        stem = f"{rank}_{short(survivor.id)}"
        track = track_of(
            summary.song, summary.started.stage, Part.from_payload(survivor.part), stem
        )
        _write_midi(summary, survivor, [track], folder / f"{stem}.mid")
        if parents:
            _write_midi(summary, survivor, [*parents, track], folder / f"{stem}_mix.mid")
        picture = folder / f"{stem}.png"
        if not picture.exists():
            context = song_context(summary.song, section)
            draw_part(picture, track.part, context, f"{title}: {stem}", colour)
    return folder


def _parents(summary: Summary) -> list[Track]:
    """The parts of the run's parents, as tracks."""
    return [track_of(summary.song, stage, part, stage) for stage, part in summary.parents]


def _write_midi(summary: Summary, survivor: Survivor, tracks: list[Track], path: Path) -> None:
    if path.exists():
        return
    section = section_of(summary.started.section)
    provenance = (f"composition-engine candidate={survivor.id} run={summary.run}",)
    write_whole(path, section_midi(summary.song, section, tracks, section.label, provenance))
