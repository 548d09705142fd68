"""How soon candidates are heard: ``python -m benchmarks listening [--before CHECKOUT]``.

Evolves three candidates of eight bars of a stage by the command line, in a studio of its own, and
measures from the run's last event to their recordings, and how long a page waits for loops of all
three: right after the run, at another tempo, and where nothing was played yet. Beside these, in
the same process, each candidate is played anew as if there were no cache. ``--before`` measures
the command line of another checkout too. Medians, in seconds; in brackets the processor's seconds
of the process that measures, which are what a machine that does nothing else would take.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from math import isfinite, nan
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from engine.audio import audio_bytes, player, render_stems
from engine.audio.auditions import Audition
from engine.audio.loudness import equally_loud
from engine.audio.samples import Audio
from engine.gate.waiting import entries_of
from engine.proposals import demo_paths
from engine.reports.auditions import Comparison, comparison
from engine.state.studio import Studio

ROOT = Path(__file__).parents[1]
EVOLVE = ("--bars", "8", "--population", "16", "--generations", "4", "--keep", "3", "--seed", "5")
OTHER_TEMPO = 1.1  # times the song's


# Seconds by the clock, and the processor's; not a number where another process does the work.
Seconds = tuple[float, float]


def seconds_of(work: Callable[[], object]) -> Seconds:
    """How long something takes."""
    begun, begun_here = perf_counter(), process_time()
    work()
    return perf_counter() - begun, process_time() - begun_here


class CommandLine:
    """The command line of a checkout, on a studio."""

    def __init__(self, checkout: Path, studio: Path) -> None:
        self._environment = os.environ | {"PYTHONPATH": str(checkout)}
        self._command = [sys.executable, "-P", "-m", "engine", "--studio", str(studio)]

    def __call__(self, *words: str) -> str:
        command = [*self._command, *words]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        )
        return done.stdout


def evolved(engine: CommandLine, studio: Path, song: str, seed: int) -> dict[str, Seconds]:
    """Seconds from a run's last event to its recordings, and until ``engine listen`` has them."""
    engine("evolve", "--song", song, *EVOLVE[:-1], str(seed))
    (finished,) = json.loads(engine("log", "--kind", "RunFinished", "--limit", "1", "--json"))
    ended = datetime.fromisoformat(finished["recorded_at"]).timestamp()
    run = finished["stream"].partition("/")[2]
    written = [path.stat().st_mtime for path in studio.rglob(f"{run}/*.flac")]
    listening, _ = seconds_of(lambda: engine("listen", run, "--json"))
    return {
        "from the end of a run to its recordings": (max(written) - ended, nan),
        "engine listen, until it can play": (listening, nan),
    }


def as_before(compared: Comparison) -> None:
    """Every candidate played anew, and its recording written, as if nothing were kept."""
    for alternative in compared.alternatives:
        scene = compared.scene
        rendering = render_stems(alternative.tracks, scene.tempo_map, scene.length_ticks)
        (mix,) = equally_loud([rendering.mix.samples])
        audio_bytes(Audio(mix), "candidate.flac")


def heard(studio_folder: Path) -> Iterator[tuple[str, Seconds]]:
    """How long a page waits for what it plays, in the process that renders for it."""
    with Studio.open(studio_folder) as studio:
        (song,) = studio.songs().values()
        waiting = entries_of(studio, song.song_id, list(song.candidates)[-3:])
        compared = comparison(studio, waiting)
        faster = comparison(studio, waiting, OTHER_TEMPO * compared.scene.tempo_bpm)
        yield "loops right after the run", seconds_of(compared.quick)
        yield "loops at another tempo", seconds_of(faster.quick)
        yield "the same once more", seconds_of(faster.quick)
        shutil.rmtree(compared.cache.folder)
        yield "loops where nothing was played yet", seconds_of(compared.best)
        yield "each played anew, without a cache", seconds_of(lambda: as_before(compared))
        made: Audition = compared.best()
        kept = sum(len(compared.cache.read(file) or b"") for file in made.files)
        yield "(megabytes that the browser loads)", (kept / 1e6, nan)


def measured(checkout: Path, times: int, *, is_ours: bool) -> dict[str, Seconds]:
    """The median of each figure of a checkout."""
    found: dict[str, list[Seconds]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(times):
            studio = Path(folder) / f"studio {turn}"
            engine = CommandLine(checkout, studio)
            song = _add_song(engine)
            figures = list(evolved(engine, studio, song, seed=5 + turn).items())
            for name, seconds in [*figures, *(heard(studio) if is_ours else ())]:
                found.setdefault(name, []).append(seconds)
    return {
        name: (median(clock), median(processor))
        for name, values in found.items()
        for clock, processor in [zip(*values, strict=True)]
    }


def _add_song(engine: CommandLine) -> str:
    """Add one demonstration song; returns its id."""
    engine("songs", "add", str(demo_paths()[0]))
    (song,) = json.loads(engine("songs", "list", "--json"))
    return str(song["id"])


def main(arguments: list[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks listening", description=__doc__)
    parser.add_argument("--before", type=Path, help="Another checkout.")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args(arguments)
    print(f"played by {player()}; medians of {options.times}, in seconds")
    ours = measured(ROOT, options.times, is_ours=True)
    others = measured(options.before, options.times, is_ours=False) if options.before else {}
    for name, (clock, processor) in ours.items():
        before = f"   before: {others[name][0]:.2f}" if name in others else ""
        here = f" ({processor:.2f})" if isfinite(processor) else ""
        print(f"{name:45}{clock:7.2f}{here}{before}")
