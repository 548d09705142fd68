"""Evolve chords for the verse of a song: ``python evolve.py song.yml [studio]``."""

import sys
from pathlib import Path

from engine import EvolveOptions, Settings, Studio, add_songs, evolve, read_proposals

proposal, folder = Path(sys.argv[1]), Path(*sys.argv[2:] or ["studio"])
with Studio.open(folder) as studio:
    add_songs(studio, read_proposals([proposal]).proposals)
    song = list(studio.songs())[-1]
    options = EvolveOptions("chords", Settings(population=24, generations=8), bars=4)
    for summary in evolve(studio, song, options, seed=1):
        for survivor in summary.finished.survivors:
            print(survivor.id, f"{survivor.total:.3f}", survivor.description["numerals"])
