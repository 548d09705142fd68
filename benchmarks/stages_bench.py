"""Whether evolution beats chance in every stage, and what a generation of each costs.

``python -m benchmarks.stages_bench [--songs 20] [--stage bass]`` evolves every stage of the songs
of ``benchmarks.songs`` in full, each on earlier stages that were evolved a little and whose best
was approved, and draws as many random genomes in the same context. Best is what a person is shown
first: what passes the gate before what doesn't, then by the total. Prints a row for every run as
songs finish, then a table, then the table of ``benchmarks.stages_cost``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks import stages_cost
from benchmarks.songs import SongStudio, chosen_stages, song_studio, songs
from engine.evolution.settings import Settings
from engine.evolution.survivors import TOTAL
from engine.runs.lifecycle import recorded_run
from engine.runs.run import Run
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL
from fitness.total import Score
from store.events import RunFinished

SEED, RANDOM_SEED = 1, 99
# A rule that tells no more than this apart in a first pool (standard deviation) steers nothing.
FLAT = 0.03


@dataclass(frozen=True, slots=True)
class Row:
    """One run, and as many random genomes.

    Attributes:
        song: number of the song.
        stage: name of the stage.
        context: key, meter, tempo and colour, for people.
        scored: how many candidates the run scored.
        evolved: total of its best survivor.
        random: total of the best random genome.
        highest_random: highest total of a random genome, whether it passes or not.
        won: whether the best survivor ranks above the best random genome.
        survivors: how many were found.
        passing: share of what the run scored that passes the gate.
        first_passing: the same of the first pool.
        first_sd: standard deviation of the first pool's totals.
        median_distance: of two genomes of the first pool.
        above: how many passing candidates lie above the first pool's 95th percentile.
        flat: rules that hardly vary in the first pool, and their mean there.
        terms: of the best survivor.
        random_terms: of the best random genome.
    """

    song: int
    stage: str
    context: str
    scored: int
    evolved: float
    random: float
    highest_random: float
    won: bool
    survivors: int
    passing: float
    first_passing: float
    first_sd: float
    median_distance: float
    above: int
    flat: dict[str, float]
    terms: dict[str, float]
    random_terms: dict[str, float]


def measure_song(number: int, stages: Sequence[str], settings: Settings, model: Path) -> list[Row]:
    """A row for each stage of a song."""
    rows = []
    with song_studio(songs()[number], model) as bench:
        for stage in stages:
            bench.approve_before(stage)
            rows.append(measure_stage(bench, number, stage, settings))
    return rows


def measure_stage(bench: SongStudio, number: int, stage: str, settings: Settings) -> Row:
    """Evolve a stage in full, and compare."""
    run = bench.begin(stage, settings, SEED)
    bench.finish(run)
    end = recorded_run(bench.studio, run.id)[-1].payload
    assert isinstance(end, RunFinished)
    best = run.pool.scored[end.survivors[0].id].score
    drawn = random_scores(bench, stage, len(run.pool.scored))
    chance = max(drawn, key=lambda score: score.rank_key)
    everyone = [individual.score for individual in run.pool.scored.values()]
    first = [individual.score for individual in run.pool.first()]
    facts = end.first_pool
    return Row(
        song=number,
        stage=stage,
        context=_described(run, bench),
        scored=len(everyone),
        evolved=best.total,
        random=chance.total,
        highest_random=max(score.total for score in drawn),
        won=best.rank_key > chance.rank_key,
        survivors=len(end.survivors),
        passing=_passing(everyone),
        first_passing=_passing(first),
        first_sd=facts.spread[TOTAL],
        median_distance=facts.median_distance,
        above=sum(score.passes and score.total > facts.total_p95 for score in everyone),
        flat=_flat_rules(first, facts.spread),
        terms=dict(best.terms),
        random_terms=dict(chance.terms),
    )


def random_scores(bench: SongStudio, stage: str, count: int) -> list[Score]:
    """Scores of the first pool of a run that is all first pool."""
    drawn = bench.begin(stage, Settings(count, generations=0), RANDOM_SEED).evolve().event
    return [Score(child.terms, child.total, child.passes) for child in drawn.offspring]


def _described(run: Run, bench: SongStudio) -> str:
    context, colour = run.context, bench.studio.song(bench.song_id).colour
    return f"{context.key}, {context.meter}, {context.tempo_bpm:g}, {colour}"


def _passing(scores: Sequence[Score]) -> float:
    return float(np.mean([score.passes for score in scores]))


def _flat_rules(first: Sequence[Score], spread: dict[str, float]) -> dict[str, float]:
    rules = [name for name in spread if name.startswith("theory.") and spread[name] < FLAT]
    return {name: float(np.mean([score.terms[name] for score in first])) for name in rules}


def measure(
    numbers: Sequence[int], stages: Sequence[str], settings: Settings, model: Path, processes: int
) -> Iterator[Row]:
    """The rows of every song, as songs finish."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as workers:
        jobs = [workers.submit(measure_song, n, stages, settings, model) for n in numbers]
        for done in as_completed(jobs):
            yield from done.result()


HEADING = (
    f"{'stage':8}{'wins':>9}{'evolved':>9}{'random':>9}{'kept':>7}{'first sd':>10}"
    f"{'passing':>9}{'first':>7}{'apart':>7}{'above':>7}"
)


def line(row: Row) -> str:
    """A row for people."""
    verdict = "won" if row.won else "lost"
    return (
        f"song {row.song:2} {row.stage:8} evolved {row.evolved:.3f}, random {row.random:.3f} "
        f"{verdict:5}kept {row.survivors}, passing {row.passing:.2f}  {row.context}"
    )


def table(rows: Sequence[Row]) -> list[str]:
    """Means by stage: wins, best totals, survivors, the gate, the first pool's distances."""
    lines = [HEADING]
    for stage in STAGES:
        found = [row for row in rows if row.stage == stage]
        if found:
            lines.append(_stage_line(stage, found))
            lines += [f"  hardly varies: {rule}" for rule in _often_flat(found)]
    return lines


def _stage_line(stage: str, rows: Sequence[Row]) -> str:
    def mean(name: str) -> float:
        return float(np.mean([getattr(row, name) for row in rows]))

    wins = f"{sum(row.won for row in rows)} of {len(rows)}"
    return (
        f"{stage:8}{wins:>9}{mean('evolved'):9.3f}{mean('random'):9.3f}{mean('survivors'):7.2f}"
        f"{mean('first_sd'):10.3f}{mean('passing'):9.2f}{mean('first_passing'):7.2f}"
        f"{mean('median_distance'):7.2f}{mean('above'):7.0f}"
    )


def _often_flat(rows: Sequence[Row]) -> Iterator[str]:
    """Rules that hardly vary in at least half of the first pools."""
    for name in sorted({name for row in rows for name in row.flat}):
        means = [row.flat[name] for row in rows if name in row.flat]
        if len(means) * 2 >= len(rows):
            yield f"{name} in {len(means)} of {len(rows)} first pools, mean {np.mean(means):.2f}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages_bench")
    most, usual = len(songs()), Settings()
    parser.add_argument("--songs", type=int, default=most, choices=range(most + 1))
    parser.add_argument("--stage", action="append", choices=list(STAGES), help="may be repeated")
    parser.add_argument("--population", type=int, default=usual.population)
    parser.add_argument("--generations", type=int, default=usual.generations)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--processes", type=int, default=1, help="songs side by side")
    parser.add_argument("--cost-songs", type=int, default=4, choices=range(most + 1))
    parser.add_argument("--json", type=Path, metavar="FILE", help="rows and costs, one a line")
    options = parser.parse_args(arguments)
    stages = chosen_stages(options.stage)
    settings = Settings(options.population, options.generations)
    with options.json.open("w") if options.json else nullcontext() as file:
        rows = []
        for row in measure(
            range(options.songs), stages, settings, options.model, options.processes
        ):
            rows.append(row)
            _write(line(row), asdict(row), file)
        if rows:
            _write("\n".join(table(rows)), None, file)
        if options.cost_songs:
            costs = stages_cost.measure(range(options.cost_songs), stages, options.model)
            _write("\n".join(stages_cost.table(costs)), stages_cost.figures(costs), file)


def _write(text: str, values: Any, file: TextIO | None) -> None:
    print(text, flush=True)
    if file and values:
        print(json.dumps(values, ensure_ascii=False), file=file, flush=True)


if __name__ == "__main__":
    main()
