"""How loud composed songs are: ``python -m benchmarks loudness FOLDER…``.

A folder is a studio, or any that holds arrangements with recordings. For each song it prints the
integrated loudness (ITU-R BS.1770) of every stem against the melody's, the loudness of the sections
by their energy, and the highest peak; then what all songs have in common.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import mido
import numpy as np
import soundfile

from engine.arrangement.files import PLAN_FILE, WHOLE_SONG
from engine.arrangement.plan_text import read_plan
from engine.audio import FORMATS
from engine.audio.loudness import integrated_lufs
from engine.audio.samples import Samples
from engine.stages import STAGES
from genomes.midi import read_midi

LOWEST_LUFS = -70.0


@dataclass(frozen=True)
class Levels:
    """What is measured of one song.

    Attributes:
        stems: stage -> its loudness in LU against the melody's, or in LUFS where there is none.
        sections: ``(energy, LUFS)`` of each section, without rests.
        lufs: loudness of the mix.
        peak_db: the highest sample of the mix and the stems, in dBFS.
    """

    stems: dict[str, float]
    sections: tuple[tuple[float, float], ...]
    lufs: float
    peak_db: float


def recorded_songs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each folder of an arrangement with recordings, and their format."""
    for midi in sorted(folder.rglob(WHOLE_SONG)):
        for suffix in FORMATS:
            if midi.with_suffix(suffix).is_file() and (midi.parent / PLAN_FILE).is_file():
                yield midi.parent, suffix


def measure(folder: Path, suffix: str) -> Levels:
    mix, rate = _read(folder / f"song{suffix}")
    stems = {
        stage: _read(path)[0]
        for stage in STAGES
        if (path := folder / "stems" / f"{stage}{suffix}").is_file()
    }
    lufs = {stage: integrated_lufs(stem, rate) for stage, stem in stems.items()}
    melody = lufs.get("melody", 0.0)
    peak = max(float(np.abs(each).max()) for each in (mix, *stems.values()))
    return Levels(
        {stage: value - melody for stage, value in lufs.items()},
        tuple(_sections(folder, mix, rate)),
        integrated_lufs(mix, rate),
        20 * np.log10(peak),
    )


def _read(path: Path) -> tuple[Samples, int]:
    return soundfile.read(path, dtype="float32", always_2d=True)


def _sections(folder: Path, mix: Samples, rate: int) -> Iterator[tuple[float, float]]:
    """Energy and loudness of each section, by the markers of the MIDI file."""
    energies = [section.energy for section in read_plan(folder / PLAN_FILE).sections]
    data = (folder / WHOLE_SONG).read_bytes()
    tempo_map = read_midi(data).tempo_map
    onsets, tick = [], 0
    for message in mido.MidiFile(folder / WHOLE_SONG).tracks[0]:
        tick += message.time
        if message.type == "marker":
            onsets.append(round(float(tempo_map.seconds(tick)) * rate))
    for energy, start, end in zip(energies, onsets, [*onsets[1:], len(mix)], strict=False):
        lufs = integrated_lufs(mix[start:end], rate)
        if lufs > LOWEST_LUFS:
            yield energy, lufs


def report(folders: list[Path]) -> str:
    found = {
        path: measure(path, suffix) for folder in folders for path, suffix in recorded_songs(folder)
    }
    if not found:
        return "no arrangement with recordings"
    lines = []
    for path, levels in found.items():
        stems = "  ".join(f"{stage} {lu:+.1f}" for stage, lu in levels.stems.items())
        sections = "  ".join(f"{energy:.2f}: {lufs:.1f}" for energy, lufs in levels.sections)
        lines += [
            f"{path.parent.parent.name}/{path.name}",
            f"  stems, LU against the melody: {stems}",
            f"  sections, LUFS by energy:     {sections}",
            f"  whole song {levels.lufs:.1f} LUFS, peak {levels.peak_db:.2f} dBFS",
        ]
    return "\n".join([*lines, "", *_together(list(found.values()))])


def _together(songs: list[Levels]) -> Iterator[str]:
    of_stage: defaultdict[str, list[float]] = defaultdict(list)
    of_energy: defaultdict[float, list[float]] = defaultdict(list)
    for levels in songs:
        for stage, lu in levels.stems.items():
            if "melody" in levels.stems:
                of_stage[stage].append(lu)
        loudest = max(lufs for _, lufs in levels.sections)
        for energy, lufs in levels.sections:
            of_energy[round(energy, 1)].append(lufs - loudest)
    yield f"{len(songs)} songs; highest peak {max(each.peak_db for each in songs):.2f} dBFS"
    for stage, values in of_stage.items():
        yield f"  {stage:<8} {fmean(values):+6.1f} LU ({min(values):+.1f} to {max(values):+.1f})"
    for energy, values in sorted(of_energy.items()):
        mean = fmean(values)
        yield f"  energy {energy:.1f}  {mean:+6.1f} LU against the loudest section ({len(values)})"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks loudness", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    print(report(parser.parse_args(arguments).folders))
