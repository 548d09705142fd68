"""What is lost where a run ends once its last generations gained little.

``python -m benchmarks lengths``: runs of every stage of twenty songs go through all generations.
Their curves say where each would have ended, and how its best, the mean of its ten best and the
judge's two probabilities stood there, beside the end of all generations. Differences are those of
one song; intervals are of their mean, of songs drawn anew. What ends a run doesn't change what came
before, so that one run is enough for both.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.songs import SongStudio, chosen_stages, song_studio, songs
from benchmarks.survivors import DRAW_SEED, drawn
from engine.evolution.settings import Settings
from engine.evolution.survivors import TOTAL
from engine.evolution.watch import stands_still
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL
from store.events import CurvePoint
from training.fusion.intervals import interval

USUAL = Settings.sized(None, None)
WHOLE = replace(USUAL, patience=0)
SEED = 7
# What is compared at both ends, and the cost of getting there.
COLUMNS = ("best", "ten best", "of the colour", "music")

Floats = NDArray[np.float64]


def ended(curve: Sequence[CurvePoint], spread: float, patience: int = USUAL.patience) -> int:
    """The place in a curve at which a run of such patience ends."""
    ends = (end for end in range(1, len(curve)) if stands_still(curve[:end], patience, spread))
    return next(ends, len(curve)) - 1


def at(point: CurvePoint) -> list[float]:
    """What a run has at a point of its curve, in the order of ``COLUMNS``."""
    assert point.reality is not None  # every generation is judged
    return [point.best, point.elite or 0.0, point.judged or 0.0, point.reality.music]


def compared(bench: SongStudio, stage: str) -> list[float]:
    """Where a run would have ended, where it ended, and the differences of ``COLUMNS``."""
    bench.approve_before(stage)
    run = bench.begin(stage, WHOLE, SEED)
    bench.finish(run)
    curve = run.pool.curve
    end = ended(curve, run.first_pool.spread[TOTAL])
    return [end, len(curve) - 1, *np.subtract(at(curve[end]), at(curve[-1]))]


def line(stage: str, rows: Floats) -> str:
    """What was found in the songs of a stage."""
    early, late = rows[:, :2].mean(axis=0)
    differences = "  ".join(
        "{:+.3f} [{:+.3f} {:+.3f}]".format(*interval(column)) for column in rows[:, 2:].T
    )
    return f"  {stage:9}{early:5.1f} of {late:4.1f}  {differences}"


def main(arguments: Sequence[str]) -> None:
    """Print, for each stage, where runs end and what that changes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks lengths", description=__doc__)
    parser.add_argument("--proposals", type=Path, help="songs drawn from a folder of proposals")
    parser.add_argument("--draw-seed", type=int, default=DRAW_SEED)
    parser.add_argument("--songs", type=int, default=20)
    parser.add_argument("--stages", nargs="+", choices=STAGES)
    given = parser.parse_args(arguments)
    known = drawn(given.proposals, given.songs, given.draw_seed) if given.proposals else songs()
    rows: dict[str, list[list[float]]] = {stage: [] for stage in chosen_stages(given.stages)}
    for proposal in track(known[: given.songs], "songs"):
        with song_studio(proposal, DEFAULT_MODEL) as bench:
            for stage, found in rows.items():
                found.append(compared(bench, stage))
    print(f"generations, and the difference in {', '.join(COLUMNS)} (95 % over songs)")
    for stage, found in rows.items():
        print(line(stage, np.array(found)))
