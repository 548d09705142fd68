"""Chords evolved under melodies of real songs, beside chords without them and the songs' own.

``python -m benchmarks harmonising FOLDER`` takes the first eight bars of singing of held-out pop
songs. Each melody is harmonised, and with the same seed as many bars of chords are evolved without
it. The measure is the share of the melody's time on notes that aren't in the chord below; intervals
are of 95 %, by bootstrap over the songs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.real_bench import interval
from benchmarks.song_form import pop_music
from engine import Studio
from engine.evolution.settings import Settings
from engine.gate.imports import import_part
from engine.gate.midi_parts import MidiPart
from engine.proposals import read
from engine.proposals.songs import add_songs
from engine.runs.evolve import evolve
from engine.runs.requests import EvolveOptions
from engine.stages import find_stage
from genomes import Part
from genomes.keys import PLAIN_NAMES
from genomes.notes import ChordSpan
from tools.real_songs import names
from tools.real_songs.pop import read_pop_song

SONGS = 24
KINDS = ("the song's own", "evolved under it", "evolved without it")


def foreign_share(melody: Part, harmony: Sequence[ChordSpan]) -> float:
    """The share of a melody's time over chords in which its note isn't of the chord, 0 to 1."""
    heard = foreign = 0
    for onset, duration, pitch, _, _ in melody.notes.tolist():
        for span in harmony:
            both = min(onset + duration, span.end_ticks) - max(onset, span.onset_ticks)
            if both > 0:
                heard += both
                foreign += both * (pitch % 12 not in span.pitch_classes)
    return foreign / max(1, heard)


def shares(folder: Path, seed: int, *, use_model: bool) -> tuple[float, float, float]:
    """The shares of a song, in the order of ``KINDS``."""
    song, (window, *_) = read_pop_song(folder), pop_music(folder).voices["melody"]
    own = foreign_share(window.part, window.chords)
    with TemporaryDirectory() as scratch, Studio.open(Path(scratch) / "studio") as studio:
        sheet = Path(scratch) / "song.yml"
        key = f"{PLAIN_NAMES[song.tonic_pitch_class]} {song.mode}"
        sheet.write_text(
            f"title: A\nkey: {key}\nbpm: {song.tempo_bpm}\ntempo: 4/4\nrainbow_color: Blue\n"
        )
        (song_id,) = add_songs(studio, read([sheet]).proposals).added
        tune = MidiPart(window.part, "tune.mid", "0" * 64, ())
        melody = import_part(studio, song_id, tune, find_stage("melody"), "verse").payload
        found = []
        for under in (melody.candidate, None):  # type: ignore[attr-defined]
            options = EvolveOptions(
                "chords", Settings(), "verse", bars=None if under else 8, under=under
            )
            (run,) = evolve(studio, song_id, options, seed=seed, use_model=use_model)
            best = Part.from_payload(run.finished.survivors[0].part)
            found.append(foreign_share(window.part, best.harmony))
    return own, found[0], found[1]


def report(folder: Path, songs: int, *, use_model: bool) -> str:
    """The shares over so many songs, and the difference that the melody makes."""
    pop = folder / "pop909"
    chosen = islice(names(pop, held_out=True), songs)
    rows = np.array(
        [shares(pop / name, seed, use_model=use_model) for seed, name in enumerate(chosen)]
    )
    columns = {kind: rows[:, place] for place, kind in enumerate(KINDS)}
    columns["without less under"] = rows[:, 2] - rows[:, 1]
    lines = [f"{len(rows)} held-out pop songs: share of the melody's time off its chords"]
    for name, values in columns.items():
        low, high = interval(values.tolist())
        lines.append(f"{name:20} {values.mean():.2f} [{low:.2f}, {high:.2f}]")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks harmonising")
    parser.add_argument("folder", type=Path, help="of real songs, as tools/real_songs reads them")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--no-model", action="store_true", help="score by theory and prior alone")
    given = parser.parse_args(arguments)
    print(report(given.folder, given.songs, use_model=not given.no_model))
