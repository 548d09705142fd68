"""Where the time of a generation goes: a chord run of the usual size, part by part.

python -m benchmarks.generation_bench
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from engine.evolution.settings import Settings
from engine.proposals import demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, start
from engine.runs.run import Run
from engine.state.runs import run_stream
from engine.state.studio import Studio
from fitness.features import feature_matrix
from fitness.prior import Prior
from fitness.theory import theory_terms
from genomes import Section
from store.records import NewEvent

WARM_UP_GENERATIONS = 2
MEASURED_GENERATIONS = 10


class Stopwatch:
    """Milliseconds by what they were spent on, generation by generation."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        begun = perf_counter()
        result = work()
        self.spent_ms.setdefault(name, []).append(1e3 * (perf_counter() - begun))
        return result


def one_generation(studio: Studio, run: Run, prior: Prior, watch: Stopwatch) -> None:
    """What ``carry_on`` does, each step under the watch."""
    context, stage = run.context, run.stage.name
    children, discarded = watch.time("vary and render", lambda: run.breed(run.next_generation))
    parts = [child.part for child in children]
    watch.time("theory", lambda: [theory_terms(stage, part, context) for part in parts])
    features = watch.time(
        "features", lambda: feature_matrix(parts, context.meter, context.tempo_map)
    )
    watch.time("prior", lambda: prior.penalties(features, stage, context.section.bars))
    scores = run.fitness.score(parts, context)
    event = watch.time("select", lambda: run.generation_event(children, scores, discarded))
    stream = run_stream(run.id)
    new = NewEvent(event, actor="benchmark")
    watch.time("append", lambda: studio.append(stream, [new], studio.log.version(stream)))
    watch.time("take in", lambda: run.pool.apply(event))


def measure() -> Stopwatch:
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        proposals = read([path for path in demo_paths() if path.stem == "green"]).proposals
        add_songs(studio, proposals)
        song = studio.song(proposals[0].song_id)
        settings = Settings(generations=WARM_UP_GENERATIONS)
        request = Request(song, "chords", Section("verse", 8), 1, settings, None)
        run = load(studio, start(studio, request))
        carry_on(studio, run, lambda _: None)
        run = load(studio, run.id)
        for _ in range(MEASURED_GENERATIONS):
            one_generation(studio, run, Prior.load(), watch)
    return watch


def report() -> str:
    """Median milliseconds of each step, and its share."""
    medians = {name: median(values) for name, values in measure().spent_ms.items()}
    total = sum(medians.values())
    lines = ["one generation: 50 candidates of 8 bars, theory and prior, no model"]
    lines += [f"{name:18} {ms:8.1f} ms {ms / total:7.1%}" for name, ms in medians.items()]
    lines.append(f"{'together':18} {total:8.1f} ms, {50e3 / total:,.0f} candidates/s")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
