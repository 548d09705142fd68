"""Whether a search stays with the music: an independent classifier looks at runs as they evolve.

``python -m benchmarks.evolution_bench MODEL [--generations 40] [--songs 20] [--picture FILE]``
evolves chords of every colour in the keys, meters and tempos of the demonstration songs, with the
prior and the gate switched on and off. After every generation ``benchmarks.reference_classifier``
classifies the survivors that a person would see, and the best of the population. Prints every
figure as JSON, then a table.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks import evolution_figures as figures
from benchmarks.pools_bench import BARS
from benchmarks.reference_classifier.classifier import (
    DEFAULT_SEED,
    DEFAULT_SONGS,
    ReferenceClassifier,
    train,
)
from benchmarks.reference_classifier.measures import chord_parts
from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from engine.evolution.survivors import choose_survivors
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, load, start
from engine.runs.run import Run
from engine.state.studio import Studio
from fitness.colours import COLOURS, Colour
from fitness.fusion import FusionModel
from fitness.total import Fitness, Scored, Weights
from genomes import Context, Part, Section

STAGE = "chords"
# By how much each round of songs moves on in the circle of colours: no demonstration song is
# evolved in its own colour, nor twice in another.
COLOUR_SHIFTS = (2, 5, 7)
LEADERS = 10
COMPOSED = 12  # songs of the same colour, composed in the same context, to compare with
COMPOSED_SEED = 11
MOST_PROCESSES = 2

_classifiers: list[ReferenceClassifier] = []  # of this process


class Ungated:
    """A fitness that lets every part pass, however unsure the model is."""

    def __init__(self, fitness: Fitness) -> None:
        self._fitness = fitness

    def scored(self, parts: list[Part], context: Context) -> Scored:
        scores, features = self._fitness.scored(parts, context)
        return Scored([replace(score, passes=True) for score in scores], features)

    def is_audible(self, part: Part, context: Context) -> bool:
        return self._fitness.is_audible(part, context)


@dataclass(frozen=True, slots=True)
class Variant:
    """What is switched on."""

    prior: bool
    gate: bool

    @property
    def name(self) -> str:
        switched = {"prior": self.prior, "gate": self.gate}
        return ", ".join(f"{what} {'on' if on else 'off'}" for what, on in switched.items())

    @property
    def weights(self) -> Weights:
        return Weights() if self.prior else Weights(prior=0.0)

    def fitness(self, colour: Colour, model: FusionModel) -> Fitness | Ungated:
        fitness = Fitness(STAGE, colour, self.weights, model)
        return fitness if self.gate else Ungated(fitness)


VARIANTS = tuple(Variant(prior, gate) for prior in (True, False) for gate in (True, False))


@dataclass(frozen=True, slots=True)
class Job:
    """One run: a song by its number, and what is switched on."""

    number: int
    variant: Variant
    model: Path
    generations: int


def start_run(studio: Studio, job: Job) -> Run:
    """A run before its first generation, scored as the variant says."""
    proposals = read(demo_paths()).proposals
    lap, place = divmod(job.number, len(proposals))
    colour = COLOURS[(COLOURS.index(proposals[place].colour) + COLOUR_SHIFTS[lap]) % len(COLOURS)]
    proposal = replace(proposals[place], colour=colour)
    add_songs(studio, (proposal,))
    settings = Settings(generations=job.generations, weights=job.variant.weights)
    section = Section("verse", BARS[lap])
    request = Request(studio.song(proposal.song_id), STAGE, section, job.number, settings, None)
    run = load(studio, start(studio, request))
    run.fitness = job.variant.fitness(colour, FusionModel.load(job.model, workers=1))
    return run


def evolve(job: Job) -> dict[str, Any]:
    """One run, classified after every generation."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        run = start_run(studio, job)
        shown = [_next_generation(run) for _ in range(job.generations + 1)]
        colour = studio.song(run.started.song_id).colour
    seen = {i.id: i for pair in shown for individuals in pair for i in individuals}
    predictions = figures.predict(
        _classifiers[0],
        list(seen),
        [run.genomes.render(individual.genome, run.context) for individual in seen.values()],
        run.context.meter,
        colour,
    )
    return {
        "song": job.number,
        "variant": job.variant.name,
        "colour": colour,
        "context": _described(run.context),
        "curve": [figures.generation_row(*pair, predictions) for pair in shown],
        "survivors": [_survivor(run, individual, predictions) for individual in shown[-1][0]],
        "composed": _composed(run, job.number, colour),
    }


def _next_generation(run: Run) -> tuple[list[Individual], list[Individual]]:
    """Go on by one; hands back the survivors if the run ended here, and the population's best."""
    run.pool.apply(*run.evolve())
    survivors = choose_survivors(
        run.pool.scored.values(),
        run.settings.keep,
        run.first_pool,
        (),
        run.genomes,
        run.archive().cells,
    )
    return survivors, best_first(run.pool.population)[:LEADERS]


def _described(context: Context) -> str:
    return f"{context.key}, {context.meter}, {context.tempo_bpm:g}, {context.section.bars} bars"


def _survivor(
    run: Run, individual: Individual, predictions: figures.ColourPredictions
) -> dict[str, Any]:
    return {
        "called": predictions.predicted[individual.id],
        "total": round(individual.total, 3),
        "passes": individual.passes,
        "terms": {name: round(value, 3) for name, value in individual.score.terms.items()},
        "genome": individual.genome.to_payload(),
        "description": run.genomes.describe(individual.genome, run.context),
    }


def _composed(run: Run, number: int, colour: str) -> dict[str, float]:
    """Figures of parts that were composed in the colour, in the same context."""
    rng = np.random.default_rng([COMPOSED_SEED, number])
    songs = [chord_parts(colour, run.context, 1, rng) for _ in range(COMPOSED)]
    parts = [part for song in songs for part in song]
    scores = run.fitness.scored(parts, run.context).scores
    individuals = [Individual(str(n), None, score, 0) for n, score in enumerate(scores)]
    names = [individual.id for individual in individuals]
    predictions = figures.predict(_classifiers[0], names, parts, run.context.meter, colour)
    return figures.generation_row(individuals, individuals, predictions)


def _set_classifier(classifier: ReferenceClassifier) -> None:
    _classifiers[:] = [classifier]


def measure(
    jobs: list[Job], classifier: ReferenceClassifier, processes: int
) -> list[dict[str, Any]]:
    """Every run, in the order of the jobs."""
    with ProcessPoolExecutor(
        processes, initializer=_set_classifier, initargs=(classifier,)
    ) as workers:
        runs = workers.map(evolve, jobs)
        return list(track(runs, "runs", total=len(jobs), console=Console(stderr=True)))


def main(arguments: list[str] | None = None) -> None:
    most_songs = len(COLOUR_SHIFTS) * len(COLOURS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evolution_bench")
    parser.add_argument("model", type=Path)
    parser.add_argument("--generations", type=int, default=40)
    parser.add_argument("--songs", type=int, default=20, choices=range(1, most_songs + 1))
    parser.add_argument("--judge-songs", type=int, default=DEFAULT_SONGS, help="of every colour")
    parser.add_argument("--judge-seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--processes", type=int, default=min(MOST_PROCESSES, os.cpu_count() or 1))
    parser.add_argument("--picture", type=Path, help="a PNG of every curve")
    options = parser.parse_args(arguments)
    trained = train(options.judge_seed, options.judge_songs)
    jobs = [
        Job(number, variant, options.model, options.generations)
        for number in range(options.songs)
        for variant in VARIANTS
    ]
    runs = measure(jobs, trained.classifier, options.processes)
    report = {"judge": trained.figures(), **figures.summary(runs), "runs": runs}
    print(json.dumps(report, indent=1, ensure_ascii=False))
    print(figures.table(report))
    if options.picture:
        figures.draw(report, options.picture)


if __name__ == "__main__":
    main()
