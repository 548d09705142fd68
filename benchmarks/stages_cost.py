"""What a scored roll of each stage's run costs, beside one of the chord stage.

A chord candidate is one roll; a later one is two, the part alone and the mix with what is
approved. Runs of every stage of a song take turns, generation by generation, in one process.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.generation_bench import Stopwatch
from benchmarks.songs import songs
from benchmarks.stages_ground import ground_of
from engine.evolution.settings import Settings
from engine.runs import Run
from engine.state.runs import run_stream
from engine.studio import Studio
from fitness.features import feature_matrix
from fitness.prior import Prior
from fitness.theory import theory_terms
from fitness.total import ROLES
from store.records import NewEvent

REFERENCE = "chords"
LIMIT = 1.5  # times what the reference's roll costs
SETTINGS = Settings(population=50, generations=20)
SEED = 5

BREED, SCORE, SELECT, APPEND, TAKE_IN = STEPS = (
    "vary and render",
    "score",
    "select",
    "append",
    "take in",
)
THEORY, PRIOR, MODEL = PARTS_OF_SCORE = ("theory", "features and prior", "rolls and model")


@dataclass(slots=True)
class Cost:
    """What the run of a stage took.

    Attributes:
        rolls: how many were scored.
        watch: what each step took, generation by generation.
    """

    rolls: int = 0
    watch: Stopwatch = field(default_factory=Stopwatch)

    def microseconds(self, name: str) -> float:
        """Of a step, for each scored roll."""
        if name == MODEL:
            return self.microseconds(SCORE) - self.microseconds(THEORY) - self.microseconds(PRIOR)
        return 1e3 * sum(self.watch.spent_ms[name]) / self.rolls

    @property
    def whole_microseconds(self) -> float:
        """Of everything, for each scored roll."""
        return sum(self.microseconds(step) for step in STEPS)


Costs = list[dict[str, Cost]]  # of each song, by stage


def measure(numbers: Sequence[int], stages: Sequence[str], model: Path) -> Costs:
    """Run every stage of these songs by turns, the reference among them."""
    wanted = [REFERENCE, *(stage for stage in stages if stage != REFERENCE)]
    return [_of_song(number, wanted, model) for number in numbers]


def _of_song(number: int, stages: Sequence[str], model: Path) -> dict[str, Cost]:
    costs = {stage: Cost() for stage in stages}
    with ground_of(songs()[number], model) as ground:
        runs = {}
        for stage in stages:
            ground.stand_on(stage)
            runs[stage] = ground.begin(stage, SETTINGS, SEED)
        prior = Prior.load()
        for _ in range(SETTINGS.generations + 1):
            for stage, run in runs.items():
                _one_generation(ground.studio, run, prior, costs[stage])
    return costs


def _one_generation(studio: Studio, run: Run, prior: Prior, cost: Cost) -> None:
    """What ``carry_on`` does, each step under the watch; then parts of the scoring once more."""
    context, stage, watch = run.context, run.stage.name, cost.watch
    children, discarded = watch.time(BREED, lambda: run.breed(run.next_generation))
    parts = [child.part for child in children]
    scores = watch.time(SCORE, lambda: run.fitness.score(parts, context))
    event = watch.time(SELECT, lambda: run.generation_event(children, scores, discarded))
    new = NewEvent(event, actor="benchmark")
    stream = run_stream(run.id)
    watch.time(APPEND, lambda: studio.append(stream, [new], run.version))
    run.version += 1
    watch.time(TAKE_IN, lambda: run.pool.apply(event))
    cost.rolls += len(parts) * (2 if context.parts else 1)
    watch.time(THEORY, lambda: [theory_terms(stage, part, context) for part in parts])
    watch.time(
        PRIOR,
        lambda: prior.fines(
            feature_matrix(parts, context.meter, context.tempo_map),
            ROLES[stage],
            context.section.bars,
        ),
    )
    gc.freeze()


def ratios(costs: Costs) -> dict[str, list[float]]:
    """By stage, what a roll costs over what the reference's does, song by song."""
    return {
        stage: [
            of_song[stage].whole_microseconds / of_song[REFERENCE].whole_microseconds
            for of_song in costs
        ]
        for stage in costs[0]
    }


COLUMNS = (BREED, THEORY, PRIOR, MODEL, SELECT, APPEND, TAKE_IN)


def figures(costs: Costs) -> dict[str, dict[str, float]]:
    """By stage: median microseconds of each step and of all, and the ratio to the reference."""
    return {
        stage: {
            name: median(of_song[stage].microseconds(name) for of_song in costs) for name in COLUMNS
        }
        | {
            "whole": median(of_song[stage].whole_microseconds for of_song in costs),
            "ratio": median(found),
            "lowest": min(found),
            "highest": max(found),
        }
        for stage, found in ratios(costs).items()
    }


def table(costs: Costs) -> list[str]:
    """The figures for people."""
    heading = (
        f"microseconds for each scored roll, runs of {SETTINGS.population} x "
        f"{SETTINGS.generations} by turns, medians of {len(costs)} songs (limit {LIMIT:g} times)"
    )
    lines = [heading, f"{'stage':8}" + "".join(f"{name:>20}" for name in COLUMNS) + f"{'whole':>9}"]
    for stage, row in figures(costs).items():
        steps = "".join(f"{row[name]:20,.0f}" for name in COLUMNS)
        spread = f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})"
        lines.append(f"{stage:8}{steps}{row['whole']:9,.0f}  {spread} times {REFERENCE}")
    return lines
