"""The files of a finished run: pictures of it, and each survivor to hear and to see."""

from __future__ import annotations

from pathlib import Path

from engine.contexts import song_context
from engine.exports import part_midi
from engine.files import write_whole
from engine.ids import short
from engine.pictures import draw_curve, draw_part
from engine.runs import section_of
from engine.studio import Studio
from engine.summary import Summary
from genomes import Part


def write_files(studio: Studio, summary: Summary) -> Path:
    """Pictures of the run, and each survivor as MIDI and as a piano roll; returns their folder."""
    folder = studio.exports / summary.started.song_id / summary.folder_name
    title, colour = summary.song["title"], summary.song["colour"]
    section = section_of(summary.started)
    context = song_context(summary.song, section)
    draw_curve(folder / "curve.png", summary.finished.curve, f"{title}: {section.label}", colour)
    for rank, survivor in enumerate(summary.finished.survivors, start=1):
        part = Part.from_payload(survivor.part)
        name = f"{rank}_{short(survivor.id)}"
        provenance = (f"composition-engine candidate={survivor.id} run={summary.run}",)
        midi = part_midi(
            summary.song, summary.started.stage, section, part, name, section.label, provenance
        )
        write_whole(folder / f"{name}.mid", midi)
        draw_part(folder / f"{name}.png", part, context, f"{title}: {name}", colour)
    return folder
