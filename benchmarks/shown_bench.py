"""What runs show: ``python -m benchmarks shown [--songs 20] [--stage chords] [--small]``.

Evolves songs and chooses what is shown twice from the same pools: as the best ones that are far
apart, and as the bests of different cells of the map. Says for each stage how many are shown, how
near the nearest two are as music and on the axes of the map, their mean total, how many cells they
are of, and how many of all cells hold something that may be shown. Brackets are 95 % bootstrap
intervals over songs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.songs import SongStudio, chosen_stages, song_studio, songs
from benchmarks.survivors import SMALL
from engine.evolution.behaviour import Archive
from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from engine.evolution.survivors import choose_survivors, mutual_distances
from engine.gate.decisions import approve
from engine.proposals import Proposal
from engine.runs.run import Run
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL
from training.fusion.intervals import interval

SEED = 5
POLICY = "benchmark: the best survivor"

# How the shown are chosen: the cells that keep them apart.
RULES: dict[str, Callable[[Archive], dict[str, tuple[int, ...]]]] = {
    "far apart": lambda archive: dict.fromkeys(archive.cells, ()),
    "of cells": lambda archive: archive.cells,
}
MEASURES = ("shown", "nearest", "nearest on axes", "mean total", "cells")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one run shows.

    Attributes:
        measures: by rule, ``MEASURES``.
        filled: cells in which something passes the gate and the first pool's 95th percentile.
    """

    measures: dict[str, tuple[float, ...]]
    filled: int


def measure(run: Run) -> Shown:
    """What a finished run shows, by each rule."""
    archive, scored, facts = run.archive(), run.pool.scored.values(), run.first_pool
    found = {}
    for name, cells in RULES.items():
        args = (scored, run.settings.keep, facts, (), run.genomes, cells(archive))
        found[name] = _measures(run, archive, choose_survivors(*args))
    eligible = {
        archive.cells[each.id] for each in scored if each.passes and each.total > facts.total_p95
    }
    return Shown(found, len(eligible))


def _measures(run: Run, archive: Archive, shown: Sequence[Individual]) -> tuple[float, ...]:
    pairs = np.triu_indices(len(shown), k=1)
    apart = mutual_distances(shown, run.genomes)[pairs]
    everywhere = np.array(list(archive.places.values()))
    ranks = np.array(
        [(everywhere <= np.array(archive.places[each.id])).mean(axis=0) for each in shown]
    )
    on_axes = np.abs(ranks[:, None] - ranks[None]).mean(axis=2)[pairs]
    return (
        len(shown),
        apart.min(initial=np.inf),
        on_axes.min(initial=np.inf),
        float(np.mean([each.total for each in shown])),
        len({archive.cells[each.id] for each in shown}),
    )


def evolved(song: Proposal, stages: Sequence[str], settings: Settings) -> dict[str, Shown]:
    """What every stage of a song shows, each on the best of the stages before."""
    with song_studio(song, DEFAULT_MODEL) as studio:
        return {stage: _evolved(studio, stage, settings) for stage in stages}


def _evolved(studio: SongStudio, stage: str, settings: Settings) -> Shown:
    studio.approve_before(stage)
    run = studio.begin(stage, settings, SEED)
    best, *_ = studio.finish(run)
    approve(studio.studio, best, policy=POLICY, song_id=studio.song_id)
    return measure(run)


def shown_mean(values: NDArray[np.float64]) -> str:
    """A mean over songs and its interval; songs without two shown are left out of distances."""
    return "{:.3f} [{:.3f}–{:.3f}]".format(*interval(values))


def report(found: Sequence[dict[str, Shown]]) -> Iterator[str]:
    """The table, stage by stage."""
    for stage in found[0]:
        runs = [song[stage] for song in found]
        filled = shown_mean(np.array([float(run.filled) for run in runs]))
        yield f"{stage}, {len(runs)} songs: {filled} of 27 cells hold what may be shown"
        values = {
            name: np.array([run.measures[name] for run in runs], dtype=np.float64) for name in RULES
        }
        for column, name in enumerate(MEASURES):
            each = {rule: shown_mean(values[rule][:, column]) for rule in RULES}
            with np.errstate(invalid="ignore"):
                gain = values["of cells"][:, column] - values["far apart"][:, column]
            told = "   ".join(f"{rule} {text}" for rule, text in each.items())
            yield f"  {name:16} {told}   difference {shown_mean(gain)}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks shown")
    parser.add_argument("--songs", type=int, default=len(songs()))
    parser.add_argument("--stage", action="append", choices=tuple(STAGES))
    parser.add_argument("--small", action="store_true", help="30 individuals, 12 generations")
    options = parser.parse_args(arguments)
    stages = chosen_stages(options.stage)
    settings = SMALL if options.small else Settings()
    found = []
    for number, song in enumerate(songs()[: options.songs], start=1):
        found.append(evolved(song, stages, settings))
        print(f"{number} of {options.songs}: {song.title}", flush=True)
    for line in report(found):
        print(line)


if __name__ == "__main__":
    main()
