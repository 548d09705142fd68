"""How much memory a run takes, generation by generation: ``python -m benchmarks memory``.

A run of chords with the shipped model, by default of the largest population. After every
generation the most that the process occupied at any time so far is printed: what a machine must
have.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from time import process_time

from benchmarks.songs import song_studio, songs
from engine.evolution.settings import MAX_POPULATION, Settings
from engine.runs.lifecycle import carry_on
from engine.runs.run import Run
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL

LIMIT_MB = 600
SEED = 1
STAGE = "chords"


def peak_mb() -> float:
    """The most memory that this process ever occupied, in millions of bytes."""
    import resource  # noqa: PLC0415 - not on Windows

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1e6 if sys.platform == "darwin" else size * 1024 / 1e6


def one_generation(studio: Studio, run: Run) -> str:
    """Carry a run on by a generation; returns what it took."""
    number, begun = run.next_generation, process_time()
    carry_on(studio, run, lambda _: None, lambda: True)
    name = f"generation {number}" + (", end" if run.is_finished else "")
    return f"{name:20}{process_time() - begun:7.1f} s of processor time, {peak_mb():5.0f} MB"


def main(arguments: Sequence[str]) -> None:
    """Print what every generation took, and the peak of all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory", description=__doc__)
    parser.add_argument("--population", type=int, default=MAX_POPULATION)
    parser.add_argument("--generations", type=int, default=8, help="after the first pool")
    given = parser.parse_args(arguments)
    settings = Settings(population=given.population, generations=given.generations)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"a run of {STAGE}, population {given.population}; load {load}")
    with song_studio(songs()[0], DEFAULT_MODEL) as bench:
        print(f"before it, {peak_mb():.0f} MB at most; after every generation:")
        run = bench.begin(STAGE, settings, SEED)
        while not run.is_finished:
            print(one_generation(bench.studio, run), flush=True)
    print(f"{peak_mb():.0f} MB at most (limit {LIMIT_MB} at population {MAX_POPULATION})")
