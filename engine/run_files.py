"""The files of a finished run: pictures of it, and each survivor to hear and to see."""

from __future__ import annotations

from pathlib import Path

from engine.contexts import section_of, song_context
from engine.exports import part_midi
from engine.files import write_whole
from engine.ids import short
from engine.pictures import draw_curve, draw_part
from engine.studio import Studio
from engine.summary import Summary
from genomes import Part
from store.events import Survivor


def write_files(studio: Studio, summary: Summary) -> Path:
    """Pictures of the run, and each survivor as MIDI and as a piano roll; returns their folder.

    Only what is missing is written: a file that is there may have been edited.
    """
    folder = studio.exports / summary.started.song_id / summary.folder_name
    title, colour = summary.song["title"], summary.song["colour"]
    section = section_of(summary.started.section)
    curve = folder / "curve.png"
    if not curve.exists():
        draw_curve(curve, summary.finished.curve, f"{title}: {section.label}", colour)
    for rank, survivor in enumerate(summary.finished.survivors, start=1):
        _write_survivor(summary, survivor, folder / f"{rank}_{short(survivor.id)}")
    return folder


def _write_survivor(summary: Summary, survivor: Survivor, stem: Path) -> None:
    song, section = summary.song, section_of(summary.started.section)
    part = Part.from_payload(survivor.part)
    file, picture = stem.with_suffix(".mid"), stem.with_suffix(".png")
    if not file.exists():
        provenance = (f"composition-engine candidate={survivor.id} run={summary.run}",)
        stage = summary.started.stage
        midi = part_midi(song, stage, section, part, stem.name, section.label, provenance)
        write_whole(file, midi)
    if not picture.exists():
        context = song_context(song, section)
        draw_part(picture, part, context, f"{song['title']}: {stem.name}", song["colour"])
