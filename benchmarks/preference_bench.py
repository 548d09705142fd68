"""How much a preference head learns from simulated people, beside other learners.

``python -m benchmarks preference PROPOSALS FOLDER`` evolves pools of a seeded draw of songs into
FOLDER, once, and lets simulated people decide on what the engine shows, ten candidates of a song at
a time. Every learner's people see what that learner's totals show. It prints, after 30, 90 and
300 decisions, the share of pairs of held-out songs that are ranked as the person would without
mistakes, and the percentile of the taste at which the best three shown lie: medians over the
tastes, and over the linear ones, with 95 % intervals from drawing held-out songs and seeds again.
Learners were chosen on the songs and tastes that ``--tuning`` shows; the figures are of the others.
With ``--drawn 48`` they are of as many tastes that are drawn by chance from the head's columns.

``benchmarks.preference_reviews`` does the same with a real person's review files.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.preference_people import (
    CHECKPOINTS,
    LEARNERS,
    JudgedPool,
    Person,
    judged_pools,
    live,
)
from benchmarks.preference_pools import write_pools
from benchmarks.preference_random import RandomTaste, heard_by, random_taste
from benchmarks.preference_tastes import LINEAR, TASTES, Taste
from engine.evolution.settings import Settings

SONGS = 110
SEEDS = 3
SPLIT_SEED = 3
KEPT = Settings(population=30, generations=12, keep=10)
TUNING_SHARE, HELD_OUT_SHARE = 0.5, 0.3
HEAD = "preference head"
RESAMPLES = 1000
INTERVAL_PERCENT = (2.5, 97.5)

Floats = NDArray[np.float64]
Rows = dict[int, Floats]  # decisions -> (songs, 2): accuracy, and the place of the best three


@cache
def _pools(folder: Path) -> tuple[JudgedPool, ...]:
    return tuple(judged_pools(folder))


def split(songs: Sequence[str], *, tuning: bool) -> tuple[set[str], set[str]]:
    """Songs that are decided on, and those held out, of the half for tuning or of the other."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(songs))
    half = round(TUNING_SHARE * len(songs))
    chosen = [songs[row] for row in (order[:half] if tuning else order[half:])]
    held_out = round(HELD_OUT_SHARE * len(chosen))
    return set(chosen[held_out:]), set(chosen[:held_out])


def chosen_tastes(folder: Path, tuning: bool, drawn: int | None) -> list[Taste]:
    """The tastes of a table: those written by hand, or so many that are drawn by chance."""
    if drawn is None:
        return [taste for taste in TASTES if taste.tuning == tuning]
    return [random_taste(number, _pools(folder)) for number in range(drawn)]


def lived(
    folder: Path, tuning: bool, drawn: int | None, name: str, learner: str, seed: int
) -> Rows:
    """One person's decisions with one learner."""
    (taste,) = [each for each in chosen_tastes(folder, tuning, drawn) if each.name == name]
    if isinstance(taste, RandomTaste):
        pools = heard_by(taste, _pools(folder))
    else:
        pools = [pool for pool in _pools(folder) if pool.stage == taste.stage]
    known, held_out = split(sorted({pool.song for pool in pools}), tuning=tuning)
    person = Person.of(taste, pools)
    found = live(
        person,
        LEARNERS[learner](person),
        [pool for pool in pools if pool.song in known],
        [pool for pool in pools if pool.song in held_out],
        seed,
    )
    return {
        count: np.array([(each.accuracy, each.best) for each in outcomes])
        for count, outcomes in found.items()
    }


def summary(
    tastes: Sequence[Taste], rows: dict[tuple[str, int], Rows], column: int, decisions: int
) -> tuple[float, float, float]:
    """Median over tastes of the mean over songs and seeds; its interval from songs and seeds."""
    seeds = sorted({seed for _, seed in rows})
    table = [[rows[taste.name, seed][decisions][:, column] for seed in seeds] for taste in tastes]
    rng = np.random.default_rng(0)

    def median(drawn_seeds: NDArray[np.int64] | None = None) -> float:
        means = []
        for of_seeds in table:
            chosen = of_seeds if drawn_seeds is None else [of_seeds[row] for row in drawn_seeds]
            if drawn_seeds is not None:
                chosen = [songs[rng.integers(len(songs), size=len(songs))] for songs in chosen]
            means.append(float(np.mean([songs.mean() for songs in chosen])))
        return float(np.median(means))

    draws = [median(rng.integers(len(seeds), size=len(seeds))) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, INTERVAL_PERCENT)
    return median(), float(low), float(high)


def report(
    folder: Path,
    learners: Sequence[str],
    *,
    tuning: bool,
    drawn: int | None,
    seeds: int,
    processes: int,
) -> str:
    """The tables."""
    _pools(folder)  # measured once, before the processes share it
    tastes = chosen_tastes(folder, tuning, drawn)
    jobs = list(product([t.name for t in tastes], learners, range(seeds)))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as workers:
        futures = [workers.submit(lived, folder, tuning, drawn, *job) for job in jobs]
        found = {job: future.result() for job, future in zip(jobs, futures, strict=True)}
    linear = [taste for taste in tastes if taste.kind == LINEAR]
    lines = [f"{len(tastes)} tastes, {len(linear)} of them linear; {seeds} seeds; 95 % intervals"]
    for title, some, column in (
        ("pairs of held-out songs, linear tastes", linear, 0),
        ("pairs of held-out songs, all tastes", tastes, 0),
        ("place of the best three shown, all tastes", tastes, 1),
    ):
        lines += ["", f"{title:44}" + "".join(f"{count:>20}" for count in CHECKPOINTS)]
        for learner in learners:
            rows = {(n, s): r for (n, each, s), r in found.items() if each == learner}
            cells = [summary(some, rows, column, count) for count in CHECKPOINTS]
            lines.append(
                f"{learner:44}" + "".join(f"   {m:.3f} [{a:.2f}–{b:.2f}]" for m, a, b in cells)
            )
    if HEAD not in learners:
        return "\n".join(lines)
    lines += ["", f"{'the head, taste by taste':44}" + "".join(f"{c:>20}" for c in CHECKPOINTS)]
    for taste in tastes:
        rows = {(n, s): r for (n, each, s), r in found.items() if each == HEAD}
        cells = [summary([taste], rows, 0, count)[0] for count in CHECKPOINTS]
        label = f"{taste.stage}: {taste.name} ({taste.kind}, noise {taste.noise:.2f})"
        lines.append(f"{label:64}" + "".join(f"{cell:10.3f}" for cell in cells))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks preference")
    parser.add_argument("proposals", type=Path, help="a folder of song proposals")
    parser.add_argument("folder", type=Path, help="a folder for the pools, which are evolved once")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--learner", action="append", choices=tuple(LEARNERS), help="only this one")
    parser.add_argument("--tuning", action="store_true", help="what learners were chosen on")
    parser.add_argument(
        "--drawn", type=int, metavar="TASTES", help="so many tastes by chance instead"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    write_pools(options.proposals, options.folder, options.songs, KEPT)
    print(
        report(
            options.folder,
            options.learner or tuple(LEARNERS),
            tuning=options.tuning,
            drawn=options.drawn,
            seeds=options.seeds,
            processes=options.processes,
        )
    )


if __name__ == "__main__":
    main()
