"""Verifying a training folder: what it covers, and whether its slices are what they should be."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fitness.colours import find_colour
from training.catalogue.fidelity import differences
from training.catalogue.reading import read_catalogue
from training.catalogue.steps import SEGMENTS_REPORT, coverage, read_report, with_total
from training.progress import Update, no_update
from training.schemas import (
    MANIFEST_FILE,
    MANIFEST_TABLE,
    SEGMENTS_FILE,
    SEGMENTS_TABLE,
    SegmentRow,
    TrackRow,
    read_table,
    typed_rows,
)

EXTRACTS = "extracted"
A_FEW = 24


@dataclass(frozen=True, slots=True)
class Selection:
    """Which segments to look at.

    Attributes:
        colour: only of this one; empty for all.
        song: only of this one; empty for all.
        count: this many of them, drawn at random; None for all.
        seed: of the draw.
    """

    colour: str = ""
    song: str = ""
    count: int | None = A_FEW
    seed: int = 0


def verify(
    out: Path,
    selection: Selection,
    *,
    fidelity: bool,
    extract: bool,
    catalogue: Path | None = None,
    update: Update = no_update,
) -> dict[str, Any]:
    """Look at a training folder; ``findings`` in what is given back says what is wrong.

    Args:
        out: the training folder.
        selection: of segments to compare or extract.
        fidelity: compare them with their sources.
        extract: lay them out for people to hear and read.
        catalogue: where the sources are; None for where they were.
        update: called with segments done and in all.

    Raises:
        ValueError: if there is no such table, song or colour.
    """
    rows = typed_rows(read_table(out / SEGMENTS_FILE, SEGMENTS_TABLE), SegmentRow)
    tracks = typed_rows(read_table(out / MANIFEST_FILE, MANIFEST_TABLE), TrackRow)
    colour_of = {track.id: find_colour(track.rainbow_color).name for track in tracks}
    unknown = sorted({row.track_id for row in rows} - set(colour_of))
    if unknown:
        raise ValueError(f"{out / SEGMENTS_FILE}: songs that the manifest lacks: {unknown}")
    wanted = _wanted(rows, colour_of, selection)
    chosen = _drawn(wanted, selection)
    findings = _twice(rows)
    if fidelity:
        findings += _unfaithful(chosen, out, catalogue or _catalogue_of(out), update)
    if extract:
        findings += _extracted(chosen, out, colour_of)
    return {
        "segments": len(wanted),
        "looked_at": len(chosen) if fidelity or extract else 0,
        "coverage": coverage(wanted, colour_of),
        "assumed": read_report(out / SEGMENTS_REPORT).get("with_media") is False,
        "findings": findings,
    }


def _wanted(
    rows: Sequence[SegmentRow], colour_of: dict[str, str], selection: Selection
) -> list[SegmentRow]:
    colour = find_colour(selection.colour).name if selection.colour else ""
    if selection.song and selection.song not in colour_of:
        raise ValueError(f"song {selection.song!r}: expected one of {', '.join(sorted(colour_of))}")
    return [
        row
        for row in rows
        if colour in ("", colour_of[row.track_id]) and selection.song in ("", row.track_id)
    ]


def _drawn(rows: list[SegmentRow], selection: Selection) -> list[SegmentRow]:
    if selection.count is None or selection.count >= len(rows):
        return rows
    drawn = np.random.default_rng(selection.seed).choice(len(rows), selection.count, replace=False)
    return [rows[place] for place in sorted(drawn.tolist())]


def _twice(rows: Sequence[SegmentRow]) -> list[str]:
    """Segments that are in the table more than once."""
    counts = Counter(row.segment_id for row in rows)
    return [f"{name}: in the table for the second time" for name in counts if counts[name] > 1]


def _catalogue_of(out: Path) -> Path:
    """Where the sources were when the segments were cut."""
    report = read_report(out / SEGMENTS_REPORT)
    if not report.get("with_media"):
        raise ValueError(f"{out}: its segments were made without media; nothing to compare")
    return out / str(report["catalogue"])


def _unfaithful(
    rows: Sequence[SegmentRow], out: Path, catalogue: Path, update: Update
) -> list[str]:
    songs = {filed.song.name: filed.song for filed in read_catalogue(catalogue).songs}
    findings = []
    for done, row in enumerate(rows, start=1):
        song = songs.get(row.track_id)
        stems = {stem.number: stem for stem in song.stems} if song else {}
        stem = stems.get(row.track_number)
        if song is None or stem is None:
            findings.append(f"{row.segment_id}: the catalogue has no such track")
        else:
            findings += differences(row, song, stem, catalogue, out)
        update(done, len(rows), row.segment_id)
    return findings


def _extracted(rows: Sequence[SegmentRow], out: Path, colour_of: dict[str, str]) -> list[str]:
    """Lay slices out by colour, as WAV, MIDI and text; gives what is missing."""
    import soundfile

    findings = []
    for row in rows:
        name = row.segment_id
        folder = out / EXTRACTS / colour_of[row.track_id]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if row.segment_audio_file:
                samples, rate = soundfile.read(out / row.segment_audio_file)
                soundfile.write(folder / f"{name}.wav", samples, rate)
            if row.midi_file:
                shutil.copyfile(out / row.midi_file, folder / f"{name}.mid")
        except (OSError, RuntimeError) as error:
            findings.append(f"{name}: can't be extracted: {error}")
        text = f"{row.track_description or ''}\n{row.structure_section or ''}\n"
        (folder / f"{name}.txt").write_text(f"{text}{row.lyric_text}\n", "utf-8")
    return findings


def coverage_table(counts: dict[str, dict[str, int]], *, is_assumed: bool) -> str:
    """Coverage by colour, for people.

    Args:
        counts: of ``coverage``.
        is_assumed: whether no file was looked at: every one that a manifest lists counts.
    """
    lines = [f"{'colour':<10}{'segments':>10}{'audio %':>10}{'midi %':>10}{'text %':>10}"]
    if is_assumed:
        lines.insert(0, "audio and MIDI are assumed from the manifests (--no-media): none was read")
    for colour, rows, shares in with_total(counts):
        lines.append(f"{colour:<10}{rows:>10}" + "".join(f"{100 * x:>10.1f}" for x in shares))
    return "\n".join(lines)
