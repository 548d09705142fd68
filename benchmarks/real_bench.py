"""Real songs beside ours: ``python -m benchmarks real FOLDER [--survivors FOLDER …]``.

FOLDER holds the sets of real songs (``billboard``, ``pop909``, ``rock``); other folders are
what ``python -m benchmarks survivors`` wrote, or studios with composed songs. Prints the mean
over songs of every measure, with a 95 % interval by bootstrap over songs. The songs that are
held out are measured with ``--held-out`` alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.song_form import Music, columns_of, real_music
from benchmarks.song_measures import MEASURES, Measure

DRAWS = 1000
SEED = 0
WIDTH = 22


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Between which bounds the mean over songs lies in 95 % of bootstrap draws."""
    rng = np.random.default_rng(SEED)
    numbers = np.asarray(values, dtype=float)
    means = numbers[rng.integers(len(numbers), size=(DRAWS, len(numbers)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def cell(songs: Sequence[Music], measure: Measure) -> str:
    """Mean, interval and number of songs of a measure; a dash where no song has it."""
    values = [float(value) for song in songs if (value := measure(song)) is not None]
    if not values:
        return "–"
    low, high = interval(values)
    return f"{np.mean(values):.2f} [{low:.2f}–{high:.2f}] {len(values)}"


def table(columns: dict[str, list[Music]]) -> str:
    """One row for each measure, one column for each set of songs: mean [interval] songs."""
    width = max(len(name) for group in MEASURES.values() for name in group) + 2
    lines = [" " * width + "".join(f"{name:>{WIDTH}}" for name in columns)]
    for group, measures in MEASURES.items():
        lines.append(group)
        for name, measure in measures.items():
            cells = [cell(songs, measure) for songs in columns.values()]
            lines.append(f"  {name:{width - 2}}" + "".join(f"{each:>{WIDTH}}" for each in cells))
    return "\n".join(lines)


def options_of(command: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The folder of real songs and those of ours beside them, as a command line tells them."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {command}")
    parser.add_argument("folder", type=Path, help="of the sets of real songs")
    parser.add_argument("--survivors", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--held-out", action="store_true", help="every fifth real song alone")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = options_of("real", arguments)
    columns = real_music(options.folder, held_out=options.held_out)
    columns |= columns_of(options.survivors)
    print(table(columns))


if __name__ == "__main__":
    main()
