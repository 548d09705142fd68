"""How many parts a search must score to find one as good as a long random search does.

``python -m benchmarks evaluations [--full] [--cache FILE] [--json FILE]``: in every stage of twenty
songs, the target is what random search has found after so many scored parts, the median over the
seeds. Then the engine and a plain (mu + lambda) loop of DEAP's with the same operators are counted
until they have scored a part that reaches it. Counts don't depend on how busy the machine is. What
a run needs is the median over the seeds; ratios are those of one song, and the interval of their
median over the songs is that of the order statistics, 95 % at least.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks.searches import (
    Rank,
    Search,
    Tally,
    engine_search,
    plain_search,
    random_search,
    searched,
)
from benchmarks.songs import SongStudio, chosen_stages, song_studio, songs
from benchmarks.survivors import DRAW_SEED, drawn
from benchmarks.turns import Compared
from engine.evolution.settings import MAX_GENERATIONS, Settings
from engine.proposals import Proposal
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL

RANDOM, PLAIN, DEFAULT = "random search", "plain loop", "default"
LIMITS = {RANDOM: 1 / 3, PLAIN: 2 / 3}
BESIDE = {RANDOM: "random search", PLAIN: "DEAP's (mu + lambda) loop"}
TABLE_SONGS = 3  # of the table of all benchmarks
ENDLESS = Settings(generations=MAX_GENERATIONS, watched=False)
# What is compared: a search, and the settings of its run.
METHODS: dict[str, tuple[Search, Settings]] = {
    PLAIN: (plain_search, ENDLESS),
    DEFAULT: (engine_search, ENDLESS),
    "3 bred per child": (engine_search, replace(ENDLESS, bred_per_child=3)),
    "half open": (engine_search, replace(ENDLESS, open_share=0.5)),
}
SEEDS, RANDOM_EVALUATIONS = 1, 1_000
LEADERS = 100  # of a random search, by which it is known how often it reaches the target
INTERVAL = 0.95

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured.

    Attributes:
        seeds: runs of each search.
        random: parts that a random search scores, and at most any other.
    """

    seeds: int = SEEDS
    random: int = RANDOM_EVALUATIONS


FULL = Effort(seeds=5, random=10_000)


class Cache:
    """Results of searches by what they are of; a line of JSON each, where there is a file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Found] = {}
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                self._known[json.dumps(row["of"])] = row["found"]

    def of(self, key: Sequence[Any], search: Callable[[], Found]) -> Found:
        """What is known, or else what is found now."""
        name = json.dumps(key)
        if name not in self._known:
            self._known[name] = search()
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"of": key, "found": self._known[name]}) + "\n")
        return self._known[name]


@dataclass(frozen=True, slots=True)
class Row:
    """One stage of one song.

    Attributes:
        song: its title.
        stage: name of the stage.
        target: that was to be reached: whether it passes the gate, and its total.
        evaluations: by search, how many parts it takes, the median over the seeds; infinite where
            half of them never reached it.
    """

    song: str
    stage: str
    target: Rank
    evaluations: dict[str, float]

    def ratio(self, method: str, to: str) -> float:
        """Of two searches; 1 where neither reached the target."""
        if math.inf == self.evaluations[method] == self.evaluations[to]:
            return 1.0
        return self.evaluations[method] / self.evaluations[to]


def measure_stage(
    bench: SongStudio, title: str, stage: str, effort: Effort, methods: Sequence[str], cache: Cache
) -> Row:
    """A row: random search by its seeds, then every method by the same."""
    seeds = range(1, effort.seeds + 1)
    drawn_by_seed = [
        cache.of(
            [title, stage, RANDOM, seed, effort.random],
            lambda seed=seed: _random(bench, stage, effort, seed),  # type: ignore[misc]
        )
        for seed in seeds
    ]
    bests = sorted(_rank(found["leaders"][0]) for found in drawn_by_seed)
    target = bests[(len(bests) - 1) // 2]
    evaluations = {RANDOM: random_evaluations(drawn_by_seed, target)}
    for method in methods:
        counts = [
            cache.of(
                [title, stage, METHODS[method][1].to_payload(), method, seed, list(target)],
                lambda method=method, seed=seed: _count(  # type: ignore[misc]
                    bench, stage, effort, method, seed, target
                ),
            )["evaluations"]
            for seed in seeds
        ]
        evaluations[method] = median(math.inf if each is None else each for each in counts)
    return Row(title, stage, target, evaluations)


def _rank(found: Sequence[Any]) -> Rank:
    return bool(found[0]), float(found[1])


def _random(bench: SongStudio, stage: str, effort: Effort, seed: int) -> Found:
    bench.approve_before(stage)
    run = bench.begin(stage, ENDLESS, seed)
    ranks = searched(random_search, run, Tally(effort.random)).ranks
    return {"count": len(ranks), "leaders": sorted(ranks, reverse=True)[:LEADERS]}


def _count(
    bench: SongStudio, stage: str, effort: Effort, method: str, seed: int, target: Rank
) -> Found:
    bench.approve_before(stage)
    search, settings = METHODS[method]
    run = bench.begin(stage, settings, seed)
    return {"evaluations": searched(search, run, Tally(effort.random, target)).evaluations}


def random_evaluations(found: Sequence[Found], target: Rank) -> float:
    """After how many parts half of all random searches have found the target.

    The median of a geometric distribution whose probability is the share of all parts drawn that
    reach the target.
    """
    reached = sum(_rank(each) >= target for one in found for each in one["leaders"])
    share = reached / sum(one["count"] for one in found)
    return math.log(0.5) / math.log1p(-share) if share < 1 else 1.0


def measure_song(
    song: Proposal, stages: Sequence[str], effort: Effort, methods: Sequence[str], cache: Cache
) -> list[Row]:
    """The rows of a song, each stage on the best of those before it, evolved a little."""
    with song_studio(song, DEFAULT_MODEL) as bench:
        return [measure_stage(bench, song.title, s, effort, methods, cache) for s in stages]


def measure(
    chosen: Sequence[Proposal],
    stages: Sequence[str],
    effort: Effort,
    methods: Sequence[str],
    cache: Cache,
) -> list[Row]:
    """The rows of all songs, one after another in this process."""
    rows: list[Row] = []
    with Progress(console=Console(stderr=True)) as progress:
        for song in progress.track(chosen, description="songs"):
            rows += measure_song(song, stages, effort, methods, cache)
    return rows


def interval(values: Sequence[float]) -> tuple[float, float]:
    """An interval of the median by order statistics, ``INTERVAL`` at least; else the range."""
    ordered, count = sorted(values), len(values)
    below, outside = -1, 0.0
    while below + 1 < (count - 1) / 2:
        outside += 2 * math.comb(count, below + 1) / 2**count
        if outside > 1 - INTERVAL:
            break
        below += 1
    below = max(below, 0)
    return ordered[below], ordered[count - 1 - below]


def figures(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    """By stage and method: evaluations, and the ratios to both yardsticks with their intervals."""
    return {
        stage: {
            method: {
                "evaluations": median(row.evaluations[method] for row in found),
                **{f"of {to}": _ratio([row.ratio(method, to) for row in found]) for to in LIMITS},
            }
            for method in found[0].evaluations
        }
        for stage in STAGES
        if (found := [row for row in rows if row.stage == stage])
    }


def _ratio(ratios: Sequence[float]) -> dict[str, Any]:
    lowest, highest = interval(ratios)
    return {"ratio": median(ratios), "lowest": lowest, "highest": highest, "songs": len(ratios)}


def compared(measured: Sequence[Row], effort: Effort) -> list[Compared]:
    """What the engine needs by default beside either yardstick, by stage."""
    found = []
    for stage, methods in figures(measured).items():
        for name, limit in LIMITS.items():
            ratio = methods[DEFAULT][f"of {name}"]
            row = Compared(
                f"parts until the best of {effort.random:,}, {stage}, {ratio['songs']} songs",
                BESIDE[name],
                "parts",
                methods[DEFAULT]["evaluations"],
                methods[name]["evaluations"],
                ratio["ratio"],
                ratio["lowest"],
                ratio["highest"],
                wanted=f"≤ {limit:.2f}" if effort == FULL else "",
            )
            found.append(row)
    return found


def rows(cache: Path | None = None, *, is_full: bool = False) -> list[Compared]:
    """The default beside either yardstick: on a few songs, or in full."""
    effort = FULL if is_full else Effort()
    chosen = songs() if is_full else songs()[:TABLE_SONGS]
    found = measure(chosen, list(STAGES), effort, [PLAIN, DEFAULT], Cache(cache))
    return compared(found, effort)


def table(rows: Sequence[Row], effort: Effort) -> list[str]:
    """The figures for people."""
    limits = ", ".join(f"{limit:.2f} of {name}" for name, limit in LIMITS.items())
    heading = (
        f"parts scored until the best of {effort.random:,} random ones is reached, "
        f"{effort.seeds} seeds, medians over {len({row.song for row in rows})} songs "
        f"(wanted: {limits})"
    )
    lines = [
        heading,
        f"{'stage':9}{'search':18}{'parts':>8}" + "".join(f"{f'of {to}':>24}" for to in LIMITS),
    ]
    for stage, methods in figures(rows).items():
        for method, found in methods.items():
            told = "".join(f"{_told(found[f'of {to}']):>24}" for to in LIMITS)
            lines.append(f"{stage:9}{method:18}{found['evaluations']:8,.0f}{told}")
    return lines


def _told(found: dict[str, Any]) -> str:
    return f"{found['ratio']:.2f} ({found['lowest']:.2f} to {found['highest']:.2f})"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks evaluations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--songs", type=int, default=len(songs()))
    parser.add_argument("--stage", action="append", choices=list(STAGES), help="may be repeated")
    parser.add_argument("--method", action="append", choices=list(METHODS), help="may be repeated")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--random", type=int, default=RANDOM_EVALUATIONS, metavar="PARTS")
    parser.add_argument("--full", action="store_true", help="5 seeds of 10,000 parts; hours")
    parser.add_argument("--proposals", type=Path, help="a folder of proposals to draw songs of")
    parser.add_argument("--draw-seed", type=int, default=DRAW_SEED)
    parser.add_argument("--cache", type=Path, help="a file that keeps what was searched already")
    parser.add_argument("--json", type=Path, help="a file for every row and figure")
    options = parser.parse_args(arguments)
    effort = Effort(options.seeds, options.random)
    if options.full:
        effort = FULL
    if options.proposals:
        chosen = drawn(options.proposals, options.songs, options.draw_seed)
    else:
        chosen = songs()[: options.songs]
    methods = options.method or list(METHODS)
    stages = chosen_stages(options.stage)
    rows = measure(chosen, stages, effort, methods, Cache(options.cache))
    print("\n".join(table(rows, effort)))
    if options.json:
        told = [
            {"song": r.song, "stage": r.stage, "target": r.target, "evaluations": r.evaluations}
            for r in rows
        ]
        options.json.write_text(json.dumps({"figures": figures(rows), "rows": told}), "utf-8")


if __name__ == "__main__":
    main()
