"""What learning costs: retraining a studio, and scoring candidates by what was learned.

``python -m benchmarks retrain [--decisions 300] [--rounds 31] [--stage chords …]`` decides so many
candidates of chords of the demonstration songs in a studio of its own, half of them as better, and
times ``engine retrain``. Then candidates of each stage are scored by the shipped total and by a
head, by turns in one process, each time rendered anew, so that nothing that is kept of them helps
the second: what a candidate costs more of the processor's time, with its interval over the rounds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.songs import chosen_stages, song_studio, songs
from engine.evolution.settings import Settings
from engine.gate.decisions import approve, reject
from engine.models.promotion import model_for_runs
from engine.preference.pools import candidates_by_id
from engine.preference.retrain import Retrained, retrain
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, start
from engine.runs.run import Run
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.preference.bradley_terry import KEPT_DIRECTIONS, Posterior
from fitness.preference.head import CAUTION, PreferenceHead, head_columns, listened_shares
from fitness.preference.scales import MOST_CURVES, PoolStatistics, Scales
from fitness.total import Fitness, Weights
from genomes import Section

STAGE, BARS = "chords", 8
DECISIONS, SECONDS = 300, 10.0
MORE_PERCENT = 5.0
DECIDED = Settings(population=30, generations=2, keep=9)
SCORED = Settings(population=50, generations=1)
ROUNDS = 31
SONG, SEED = 0, 7
RESAMPLES = 2000
INTERVAL_PERCENT = (2.5, 97.5)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Retraining:
    """What retraining took.

    Attributes:
        decisions: how many candidates were decided.
        songs: of how many songs.
        seconds: of ``retrain``, as the command calls it.
        processor_seconds: of them, that the processor worked for it.
        results: what came of it.
    """

    decisions: int
    songs: int
    seconds: float
    processor_seconds: float
    results: list[Retrained]


@dataclass(frozen=True, slots=True)
class More:
    """What a candidate costs by a head, beside the shipped total.

    Attributes:
        stage: of the candidates.
        microseconds: by the shipped total, median over the rounds.
        percent: how much more by the head, median over the rounds.
        low: lower end of its interval of 95 %, rounds drawn again.
        high: upper end of it.
    """

    stage: str
    microseconds: float
    percent: float
    low: float
    high: float


def time_retraining(decisions: int, model: Path | None = DEFAULT_MODEL) -> Retraining:
    """Evolve chords until there are enough candidates, decide all, and retrain once."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        sha256 = model_for_runs(studio, model) if model else None
        ids = add_songs(studio, read(demo_paths()).proposals).added
        seed, left = 0, decisions
        while left > 0:
            for song_id in ids:
                _evolve(studio, song_id, seed, sha256)
                left -= _decide(studio, song_id, left)
            seed += 1
        begun, worked = perf_counter(), process_time()
        results = retrain(studio)
        seconds, processor_seconds = perf_counter() - begun, process_time() - worked
        return Retraining(decisions, len(ids), seconds, processor_seconds, results)


def _evolve(studio: Studio, song_id: str, seed: int, model_sha256: str | None) -> None:
    section = Section("verse", BARS)
    request = Request(studio.song(song_id), STAGE, section, seed, DECIDED, model_sha256)
    carry_on(studio, load(studio, start(studio, request)), lambda _: None)


def _decide(studio: Studio, song_id: str, most: int) -> int:
    """Approve the lower half of what waits of a song, and reject the rest; how many these are."""
    song = studio.song(song_id)
    waiting = [name for name, each in song.candidates.items() if not each.decisions][:most]
    shown = candidates_by_id(studio, song, waiting)
    pitches = {name: float(each.part.notes["pitch"].mean()) for name, each in shown.items()}
    middle = median(pitches.values()) if pitches else 0.0
    for name, pitch in pitches.items():
        decision = approve if pitch < middle else reject
        decision(studio, name, song_id=song_id)
    return len(waiting)


def time_scoring(stage: str, rounds: int) -> More:
    """Score the candidates of a generation by turns, with a head and without."""
    with song_studio(songs()[SONG], DEFAULT_MODEL) as bench:
        bench.approve_before(stage)
        run = bench.begin(stage, SCORED, SEED)
        run.pool.apply(*run.evolve())
        taken = _taken(run, rounds)
    ratios = taken[:, 1] / taken[:, 0]
    rng = np.random.default_rng(0)
    drawn = np.median(ratios[rng.integers(rounds, size=(RESAMPLES, rounds))], axis=1)
    low, high = 100 * (np.percentile(drawn, INTERVAL_PERCENT) - 1)
    each = 1e6 * float(np.median(taken[:, 0])) / SCORED.population
    return More(stage, each, 100 * (float(np.median(ratios)) - 1), float(low), float(high))


def _taken(run: Run, rounds: int) -> Floats:
    """``(rounds, 2)`` seconds by the shipped total, and by a head; who is first takes turns."""
    genomes = [each.genome for each in run.pool.first()]
    stage, colour = run.stage.name, songs()[SONG].colour
    model = FusionModel.load(DEFAULT_MODEL, workers=1)
    shipped, by_head = (
        Fitness(stage, colour, Weights(), model, head=head) for head in (None, _head(stage))
    )

    def scoring(by: Fitness) -> Callable[[], float]:
        def take() -> float:
            parts = [run.genomes.render(genome, run.context) for genome in genomes]
            begun = process_time()
            by.score(parts, run.context)
            return process_time() - begun

        return take

    both = [scoring(shipped), scoring(by_head)]
    for take in both:
        take()  # loads what is loaded once
    rows = []
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        row = [0.0, 0.0]
        for which in order:
            row[which] = both[which]()
        rows.append(row)
    return np.array(rows)


def _head(stage: str) -> PreferenceHead:
    """A head of any weights: all cost alike."""
    columns = head_columns(stage)
    pool = PoolStatistics(np.zeros(len(columns)), np.ones(len(columns)))
    scales = Scales.of([pool], np.arange(1, 1 + MOST_CURVES))
    size = len(listened_shares(stage, scales))
    rng = np.random.default_rng(SEED)
    learned = rng.normal(0, 0.1, (KEPT_DIRECTIONS, size))
    posterior = Posterior(rng.normal(0, 1, size), np.ones(size), learned)
    return PreferenceHead(stage, posterior, scales, 1.0, CAUTION, {})


def report(retraining: Retraining, more: Sequence[More]) -> str:
    """Both tables."""
    promoted = sum(each.sha256 is not None and each.refused is None for each in retraining.results)
    of_all = f"{retraining.decisions} decisions on {retraining.songs} songs"
    taken = f"{retraining.seconds:.1f} s, {retraining.processor_seconds:.1f} s of the processor"
    lines = [
        f"engine retrain after {of_all}: {taken} (limit {SECONDS:g} s)",
        f"{promoted} of {len(retraining.results)} heads promoted",
        "",
        f"scoring a candidate by turns (limit {MORE_PERCENT:g} % more)",
        f"{'stage':8}{'shipped total':>16}{'by a head':>12}   95 % interval",
    ]
    lines += [
        f"{each.stage:8}{each.microseconds:13,.0f} µs{each.percent:+10.1f} %   "
        f"{each.low:+.1f} to {each.high:+.1f} %"
        for each in more
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks retrain")
    parser.add_argument("--decisions", type=int, default=DECISIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--stage", action="append", choices=list(STAGES))
    options = parser.parse_args(arguments)
    retraining = time_retraining(options.decisions)
    stages = chosen_stages(options.stage)
    print(report(retraining, [time_scoring(stage, options.rounds) for stage in stages]))


if __name__ == "__main__":
    main()
