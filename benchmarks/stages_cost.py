"""What a scored roll of each stage's run costs, beside one of the chord stage.

A chord candidate is one roll; a later one is two, the part alone and the mix with what is
approved. Runs of every stage of a song take turns, generation by generation, in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks.songs import song_studio, songs
from engine.evolution.settings import Settings
from engine.execution.garbage import keep_everything
from engine.runs.run import Run
from engine.state.runs import run_stream
from engine.state.studio import Studio
from fitness.features import batch_features
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.theory import theory_terms
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
# Inside of scoring; a mix's features are measured with its rolls.
THEORY, FEATURES, MODEL = ("theory", "features", "rolls and model")
REST = "rest of score"
COLUMNS = (BREED, THEORY, FEATURES, MODEL, REST, SELECT, APPEND, TAKE_IN)


class Stopwatch:
    """Milliseconds by what they were spent on, generation by generation."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        begun = perf_counter()
        result = work()
        self.spent_ms.setdefault(name, []).append(1e3 * (perf_counter() - begun))
        return result


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
        if name == REST:
            inside = sum(self.microseconds(part) for part in (THEORY, FEATURES, MODEL))
            return self.microseconds(SCORE) - inside
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
    with song_studio(songs()[number], model) as bench:
        runs = {}
        for stage in stages:
            bench.approve_before(stage)
            runs[stage] = bench.begin(stage, SETTINGS, SEED)
        for _ in range(SETTINGS.generations + 1):
            for stage, run in runs.items():
                _one_generation(bench.studio, run, costs[stage])
    return costs


def _one_generation(studio: Studio, run: Run, cost: Cost) -> None:
    """What ``carry_on`` does, each step under the watch."""
    watch = cost.watch
    children, discarded = watch.time(BREED, lambda: run.breed(run.next_generation))
    parts = [child.part for child in children]
    with _looking_inside(watch):
        scores = watch.time(SCORE, lambda: run.fitness.score(parts, run.context))
    generation = watch.time(SELECT, lambda: run.generation(children, scores, discarded))
    new = NewEvent(generation.event, actor="benchmark")
    stream = run_stream(run.id)
    watch.time(APPEND, lambda: studio.append(stream, [new], run.version))
    run.version += 1
    watch.time(TAKE_IN, lambda: run.pool.apply(*generation))
    cost.rolls += len(parts) * (2 if run.context.parts else 1)
    keep_everything()


@contextmanager
def _looking_inside(watch: Stopwatch) -> Iterator[None]:
    """Put what scoring calls under the watch: measured again by itself, much of it is cached."""

    def watched(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: watch.time(step, lambda: work(*given, **named))

    with (
        patch("fitness.total.theory_terms", watched(THEORY, theory_terms)),
        patch("fitness.total.batch_features", watched(FEATURES, batch_features)),
        patch.object(FusionModel, "predict_excerpts", watched(MODEL, FusionModel.predict_excerpts)),
    ):
        yield


def ratios(costs: Costs) -> dict[str, list[float]]:
    """By stage, what a roll costs over what the reference's does, song by song."""
    return {
        stage: [
            of_song[stage].whole_microseconds / of_song[REFERENCE].whole_microseconds
            for of_song in costs
        ]
        for stage in costs[0]
    }


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
    lines = [heading, f"{'stage':8}" + "".join(f"{name:>17}" for name in COLUMNS) + f"{'whole':>8}"]
    for stage, row in figures(costs).items():
        steps = "".join(f"{row[name]:17,.0f}" for name in COLUMNS)
        spread = f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})"
        lines.append(f"{stage:8}{steps}{row['whole']:8,.0f}  {spread} times {REFERENCE}")
    return lines


def report() -> str:
    """What the steps of a generation of chords cost, with the model that ships."""
    return "\n".join(table(measure([0], [REFERENCE], DEFAULT_MODEL)))
