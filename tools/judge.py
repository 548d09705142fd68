"""Fit the judge to composed songs and planted fakes.

``python -m tools.judge [--songs 60]`` composes songs of every colour and as many parts that are no
music, fits every stage's logistic regression to three quarters of the songs, writes
``fitness/data/judge.json`` and prints how well it tells the other quarter.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from fitness.colours import COLOUR_NAMES
from fitness.judge.judge import CLASSES, JUDGE_VERSION, NO_MUSIC, WEIGHTS_FILE, StageJudge, scaled
from fitness.judge.measures import GROUPS, MEASURES_VERSION, measure_matrix, measure_names
from genomes.context import Context
from genomes.notes import Part
from training.composed.compose import compose_parts, moves
from training.composed.draws import draw_context, with_bars
from training.composed.fakes import (
    FAKES,
    corrupted,
    damaged_as,
    make_fake,
    near_music,
    near_music_of,
)
from training.composed.songs import Parts

SEED = 9_000_000  # far from every catalogue's and from the planted fakes'
SONGS = 60  # of every colour
SECTIONS = 3
BARS = (4, 8, 16)
FAKES_PER_SECTION = 2  # of each stage
TEST_EVERY = 4
RIDGE = 0.05  # C of the regression: the inverse of the penalty
FLAT = 1e-3  # smallest deviation of a measure
DECIMALS = 4

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A measured part: its stage, its class and its song."""

    stage: str
    label: str
    song: int
    measures: Floats


def song_rows(song: int) -> list[Row]:
    """Every stage's parts of one song, and parts that are no music in their place."""
    rng = np.random.default_rng([SEED, song])
    colour = COLOUR_NAMES[song % len(COLOUR_NAMES)]
    context = with_bars(draw_context(rng), int(rng.choice(BARS)))
    rows = []
    for parts in compose_parts(colour, context, SECTIONS, rng):
        for stage in GROUPS:
            named = [(colour, parts[stage])] if moves(parts[stage]) else []
            named += [(NO_MUSIC, part) for part in _fakes(stage, parts, context, rng)]
            found = measure_matrix([part for _, part in named], context.meter, stage)
            rows += [
                Row(stage, label, song, row) for (label, _), row in zip(named, found, strict=True)
            ]
    return rows


def _fakes(stage: str, parts: Parts, context: Context, rng: np.random.Generator) -> Iterator[Part]:
    """Fakes with the chords of the composed part: what it says of itself gives none away."""
    kinds = (*FAKES, *damaged_as(stage), *near_music_of(stage))
    for kind in rng.choice(kinds, FAKES_PER_SECTION, replace=False).tolist():
        if kind in FAKES:
            part = make_fake(kind, context, rng)
        elif kind in near_music_of(stage):
            part = near_music(kind, stage, parts[stage], context, rng)
        else:
            part = corrupted(kind, parts[stage], context, rng)
        yield Part.of(part.notes, part.length_ticks, harmony=parts[stage].harmony)


def fit(stage: str, rows: list[Row]) -> tuple[dict[str, Any], dict[str, float]]:
    """The weights of one stage as plain lists, and how well they tell unseen songs."""
    measures = np.array([row.measures for row in rows])
    labels = np.array([CLASSES.index(row.label) for row in rows])
    is_test = np.array([row.song // len(COLOUR_NAMES) % TEST_EVERY == 0 for row in rows])
    mean = measures[~is_test].mean(axis=0)
    deviation = np.maximum(measures[~is_test].std(axis=0), FLAT)
    fitted = LogisticRegression(C=RIDGE, max_iter=2000, class_weight="balanced")
    fitted.fit(scaled(measures[~is_test], mean, deviation), labels[~is_test])
    columns = {
        "mean": mean,
        "deviation": deviation,
        "weights": fitted.coef_,
        "bias": fitted.intercept_,
    }
    table = {name: np.round(values, DECIMALS).tolist() for name, values in columns.items()}
    return {"measures": list(measure_names(stage)), **table}, _figures(
        StageJudge.of(table), measures[is_test], labels[is_test]
    )


def _figures(judge: StageJudge, measures: Floats, labels: NDArray[np.int64]) -> dict[str, float]:
    found = judge.probabilities(measures)
    is_music = labels < len(COLOUR_NAMES)
    best = found[:, : len(COLOUR_NAMES)].argmax(axis=1)
    taken = found[:, -1] > 0.5
    own = found[np.arange(len(labels)), labels]
    return {
        "music": int(is_music.sum()),
        "fakes": int((~is_music).sum()),
        "colour told": round(float((best == labels)[is_music].mean()), 3),
        "probability of the own colour": round(float(own[is_music].mean()), 3),
        "fakes told": round(float(taken[~is_music].mean()), 3),
        "music taken for fakes": round(float(taken[is_music].mean()), 3),
    }


def main(arguments: list[str] | None = None) -> None:
    """Fit, write and print."""
    parser = argparse.ArgumentParser(prog="python -m tools.judge", description=__doc__)
    parser.add_argument("--songs", type=int, default=SONGS, help="of every colour")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(options.processes) as workers:
        songs = workers.map(song_rows, range(options.songs * len(COLOUR_NAMES)), chunksize=4)
        rows = [row for song in songs for row in song]
    found = {stage: fit(stage, [row for row in rows if row.stage == stage]) for stage in GROUPS}
    document = {
        "version": JUDGE_VERSION,
        "measures_version": MEASURES_VERSION,
        "classes": list(CLASSES),
        "held_out": {stage: figures for stage, (_, figures) in found.items()},
        "stages": {stage: table for stage, (table, _) in found.items()},
    }
    WEIGHTS_FILE.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(document["held_out"], indent=1) + "\n")


if __name__ == "__main__":
    main()
