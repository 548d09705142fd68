"""Candidates per second from genome to score, beside a dense CNN read from MIDI files.

``python -m benchmarks.scoring_bench [MODEL]``, with the shipped model unless another is named.

The peer is ``benchmarks.dense_reference``: every candidate is written as a MIDI file, parsed,
painted note by note, and read by dense convolutions. Both models run in ONNX Runtime on two
threads: ours on two chunks side by side; the reference's share every layer of the only one that
it is given. Everybody takes turns round by round in one process. On a busy machine whoever waits
for two threads gets two shares of it, so processor time stands beside. The mixes are of approved
chords, drums and melody with a candidate for the bass, each as long as the roll's window.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.dense_reference import DenseReference, encoder_multiply_adds
from benchmarks.turns import Compared, Turn, Turns, Ways, compared, take_turns
from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, start
from engine.runs.run import Run
from engine.stages import find_stage
from engine.state.studio import Studio
from fitness.chromatic import chromatic
from fitness.colours import Colour, find_colour
from fitness.excerpts import Excerpt
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.roll import WINDOW_SECONDS
from fitness.theory import theory, theory_terms
from fitness.total import Fitness, Score, Scored, Weights, role_features
from genomes import CHORDS, Context, Part, Section
from genomes.notes import mixed, mixed_with

THREADS = 2
SECTION = Section("verse", 8)
SEED = 11
WARM_UP_GENERATIONS = 2

MIX = "render, mix, roll, features, model, chromatic"
CHROMATIC = "render, roll, features, model, chromatic"
WHOLE = "the same with theory and prior"
GENERATION = "vary, render, theory, model, select, log"
MANNERS = ("one by one", "once for all")  # of the reference
GENERATIONS = (
    GENERATION,
    "the same, dense reference one by one",
    "the same, dense reference at once",
)
# About as long as the reference's turn.
IN_A_ROW = {CHROMATIC: 6, MIX: 6, WHOLE: 6, GENERATION: 4}

# How many times as fast as the reference.
SCORING_LIMIT, MIX_LIMIT, GENERATION_LIMIT = 10.0, 10.0, 5.0
ARITHMETIC_LIMIT = 0.1  # of the reference's multiply-adds


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        candidates: scored together.
        rounds: measured after the one that warms up.
    """

    candidates: int = 50
    rounds: int = 12


@dataclass(frozen=True)
class Scoring:
    """Pools of genomes, another for every round, and the ways from them to scores."""

    pools: Sequence[Sequence[Any]]
    context: Context
    colour: Colour
    model: FusionModel
    dense: DenseReference

    def in_turn(self, score: Callable[[list[Part]], object]) -> Callable[[], object]:
        """Renders and scores the next pool whenever it is called."""
        pools = cycle(self.pools)
        return lambda: score([CHORDS.render(genome, self.context) for genome in next(pools)])

    def chromatic(self, parts: list[Part]) -> object:
        excerpts = [Excerpt(part, self.context.tempo_map, self.context.meter) for part in parts]
        predictions = self.model.predict_excerpts(excerpts)
        return chromatic(predictions, self.colour), self.model.passes(predictions, "chords")

    def ways(self) -> Ways:
        fitness = Fitness("chords", self.colour, Weights(), self.model)
        dense, context = self.dense, self.context
        scores: dict[str, Callable[[list[Part]], object]] = {
            CHROMATIC: self.chromatic,
            WHOLE: lambda parts: fitness.score(parts, context),
            "dense reference, one by one": lambda parts: dense.score_singly(parts, context),
            "dense reference, model once for all": lambda parts: dense.score_together(
                parts, context
            ),
        }
        return {name: self.in_turn(score) for name, score in scores.items()}


def scoring_turns(path: Path, dense: DenseReference, effort: Effort) -> Turns:
    """From genome to score: ours without and with theory and prior, then the reference's ways."""
    song = demo_song()
    context = Context(song.key, song.meter, float(song.tempo_bpm), SECTION)
    rng = np.random.default_rng(SEED)
    draw = find_stage("chords").genomes.random
    pools = [
        [draw(context, rng)[0] for _ in range(effort.candidates)] for _ in range(effort.rounds + 1)
    ]
    model = FusionModel.load(path, workers=THREADS)
    colour = find_colour(song.colour.name)
    return take_turns(Scoring(pools, context, colour, model, dense).ways(), effort.rounds, IN_A_ROW)


def scoring_lines(path: Path, dense: DenseReference, effort: Effort) -> list[str]:
    """Candidates per second from genome to score."""
    taken = scoring_turns(path, dense, effort)
    chromatic_alone, whole, *peers = taken.values()
    rows = [_row(name, effort.candidates / _median(turns), "/s") for name, turns in taken.items()]
    return [
        "from genome to score, candidates per second",
        *rows,
        *_ratios("chromatic alone", chromatic_alone, peers, SCORING_LIMIT),
        *_ratios("whole score", whole, peers, SCORING_LIMIT),
    ]


def mix_context(song: Any, rng: np.random.Generator) -> Context:
    """Where a bass is mixed with what is approved, in as many bars as the window holds."""
    plain = Context(song.key, song.meter, float(song.tempo_bpm), SECTION)
    bar_seconds = float(plain.tempo_map.seconds(np.array([song.meter.bar_ticks]))[0])
    context = replace(plain, section=Section("verse", math.ceil(WINDOW_SECONDS / bar_seconds)))
    for stage in ("chords", "drums", "melody"):
        genomes = find_stage(stage).genomes
        part = genomes.render(genomes.random(context, rng)[0], context)
        context = replace(context, parts=(*context.parts, (stage, part)))
    return context


def mix_turns(path: Path, dense: DenseReference, effort: Effort) -> tuple[Turns, int]:
    """Mixes from genome to score, and their bars; the bass alone isn't scored beside its mix."""
    song, rng = demo_song(), np.random.default_rng(SEED)
    context, genomes = mix_context(song, rng), find_stage("bass").genomes
    backing = mixed([part for _, part in context.parts])
    pools = cycle(
        [genomes.random(context, rng)[0] for _ in range(effort.candidates)]
        for _ in range(effort.rounds + 1)
    )
    model = FusionModel.load(path, workers=THREADS)
    scoring = Scoring((), context, find_colour(song.colour.name), model, dense)

    def mixes() -> list[Part]:
        rendered = [genomes.render(genome, context) for genome in next(pools)]
        return mixed_with(backing, rendered)

    ways: Ways = {
        MIX: lambda: scoring.chromatic(mixes()),
        "dense reference, mixes one by one": lambda: dense.score_singly(mixes(), context),
        "dense reference, mixes at once": lambda: dense.score_together(mixes(), context),
    }
    return take_turns(ways, effort.rounds, IN_A_ROW), context.section.bars


def mix_lines(path: Path, dense: DenseReference, effort: Effort) -> list[str]:
    """Mixes per second from genome to score."""
    taken, bars = mix_turns(path, dense, effort)
    ours, *peers = taken.values()
    rows = [_row(name, effort.candidates / _median(turns), "/s") for name, turns in taken.items()]
    return [
        f"mixes of {bars} bars, from genome to score, mixes per second",
        *rows,
        *_ratios("mixes", ours, peers, MIX_LIMIT),
    ]


def _median(turns: list[Turn]) -> float:
    return median(turn.seconds for turn in turns)


def _row(name: str, value: float, unit: str) -> str:
    return f"  {name:48} {value:9,.1f} {unit}"


def _ratios(what: str, ours: list[Turn], peers: Sequence[list[Turn]], limit: float) -> list[str]:
    """How many times as long the reference took: medians over the rounds."""
    lines = []
    for manner, peer in zip(MANNERS, peers, strict=True):
        both = list(zip(ours, peer, strict=True))
        times = median(theirs.seconds / mine.seconds for mine, theirs in both)
        busy = median(theirs.processor_seconds / mine.processor_seconds for mine, theirs in both)
        lines.append(
            f"  {f'{what}, reference {manner}':48} {times:9.1f} times as fast (limit {limit:g}); "
            f"{busy:.1f} in processor time"
        )
    return lines


def demo_song() -> Any:
    """The song that is scored for."""
    (song,) = read([path for path in demo_paths() if path.stem == "green"]).proposals
    return song


def generation_turns(path: Path, dense: DenseReference, effort: Effort) -> Turns:
    """A whole generation: the same varying, rendering, theory, selecting and recording of runs of
    one song, with our scoring or with the reference's.
    """
    fitnesses = (None, DenseFitness(dense.score_singly), DenseFitness(dense.score_together))
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        runs = [
            _begun(studio, path, effort, seed, fitness)
            for seed, fitness in enumerate(fitnesses, start=1)
        ]
        ways: Ways = {
            name: partial(carry_on, studio, run, lambda _: None, lambda: True)
            for name, run in zip(GENERATIONS, runs, strict=True)
        }
        return take_turns(ways, effort.rounds, IN_A_ROW)


def generation_lines(path: Path, dense: DenseReference, effort: Effort) -> list[str]:
    """What a whole generation takes."""
    taken = generation_turns(path, dense, effort)
    ours, *peers = taken.values()
    return [
        "a whole generation, milliseconds",
        *(_row(name, 1e3 * _median(turns), "ms") for name, turns in taken.items()),
        *_ratios("generation", ours, peers, GENERATION_LIMIT),
    ]


class DenseFitness:
    """Scores theory as a run does, with the dense reference in place of the model."""

    def __init__(self, predict: Callable[[list[Part], Context], object]) -> None:
        self._predict = predict

    def scored(self, parts: list[Part], context: Context) -> Scored:
        self._predict(parts, context)
        rules = [theory_terms("chords", part, context) for part in parts]
        worth = [theory(terms, "chords") for terms in rules]
        scores = [
            Score({"theory": mean, **terms}, mean) for mean, terms in zip(worth, rules, strict=True)
        ]
        return Scored(scores, role_features("chords", parts, context))

    def is_audible(self, _part: Part, _context: Context) -> bool:
        return True


def _begun(
    studio: Studio, path: Path, effort: Effort, seed: int, fitness: DenseFitness | None
) -> Run:
    """A run that is a few generations old, scored by another fitness if one is given."""
    song = demo_song()
    add_songs(studio, [song])
    sha256 = ModelRegistry(studio).register(path)
    # The first to open a file decides how many workers it has.
    FusionModel.load(studio.folder / "models" / f"{sha256}.onnx", workers=THREADS)
    generations = WARM_UP_GENERATIONS + IN_A_ROW[GENERATION] * (effort.rounds + 1)
    settings = Settings(population=effort.candidates, generations=generations)
    request = Request(studio.song(song.song_id), "chords", SECTION, seed, settings, sha256)
    run = load(studio, start(studio, request))
    run.fitness = fitness or run.fitness  # type: ignore[assignment]
    for _ in range(WARM_UP_GENERATIONS):
        carry_on(studio, run, lambda _: None, lambda: True)
    return run


def arithmetic_lines(path: Path, dense: DenseReference) -> list[str]:
    """Multiply-adds of the encoders that read the roll."""
    light, heavy = (encoder_multiply_adds(each) for each in (path, dense.model.path))
    return [
        "multiply-adds a sample, encoders of the roll, all members",
        _row("this model", light / 1e6, "million"),
        _row("dense reference", heavy / 1e6, "million"),
        f"  {'share of the reference':48} {light / heavy:9.3f} (limit {ARITHMETIC_LIMIT:g})",
    ]


def rows(path: Path = DEFAULT_MODEL, effort: Effort | None = None) -> list[Compared]:
    """From genome to score and whole generations, beside the reference's."""
    effort = effort or Effort()
    with tempfile.TemporaryDirectory() as folder:
        dense = DenseReference(Path(folder, "dense.onnx"), THREADS, effort.candidates)
        alone, _, *peers = scoring_turns(path, dense, effort).values()
        mix, *mixes = mix_turns(path, dense, effort)[0].values()
        generation, *others = generation_turns(path, dense, effort).values()
    measured = {
        "from genome to colour, chords": (alone, peers, ("≥ 25", "")),
        "from genome to colour, full-window mixes": (mix, mixes, ("≥ 15", "")),
        "a whole generation, chords": (generation, others, ("≥ 10", "")),
    }
    amounts = (effort.candidates, effort.candidates)
    return [
        compared(
            (what, f"the predecessor's path, {manner}"),
            "candidates/s",
            (ours, peer),
            amounts,
            wanted,
        )
        for what, (ours, theirs, limits) in measured.items()
        for manner, peer, wanted in zip(MANNERS, theirs, limits, strict=True)
    ]


def _heading(effort: Effort) -> str:
    """What is measured, and how busy the machine is with everything that runs on it."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{effort.candidates} candidates of {SECTION.bars} bars, {THREADS} threads, medians of "
        f"{effort.rounds} rounds by turns; {os.cpu_count()} cores, load {load}"
    )


def report(path: Path = DEFAULT_MODEL, effort: Effort | None = None) -> str:
    """All tables; takes about half a minute."""
    effort = effort or Effort()
    if not path.exists():
        return f"no model at {path.name}: nothing to score with"
    with tempfile.TemporaryDirectory() as folder:
        dense = DenseReference(Path(folder, "dense.onnx"), THREADS, effort.candidates)
        lines = [
            _heading(effort),
            *scoring_lines(path, dense, effort),
            *mix_lines(path, dense, effort),
            *generation_lines(path, dense, effort),
            *arithmetic_lines(path, dense),
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(*map(Path, sys.argv[1:2])))
