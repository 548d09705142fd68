"""Whether a model tells the candidates of a first pool apart, and by their colour.

``python -m benchmarks.pools_bench MODEL [OTHER_MODEL]``: 20 first pools of 50 random chord
genomes, in the keys, meters and tempos of the demonstration songs. Prints the spread of the
chromatic term for each colour and what it carries of the total, how alike the rankings of one
pool under two colours are, and how far two models agree on a pool's ranking.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.proposals import demo_paths, read
from engine.stages import find_stage
from fitness.chromatic import chromatic
from fitness.colours import COLOUR_NAMES, COLOURS
from fitness.excerpts import Excerpt
from fitness.fusion import FusionModel
from fitness.predictions import Predictions
from fitness.total import Fitness, Weights
from genomes import Context, Part, Section

POOLS = 20
POOL = 50
BARS = (8, 4, 16)
SEED = 3

Floats = NDArray[np.float64]


def pools() -> Iterator[tuple[Context, list[Part]]]:
    """First pools: a context, and its candidates."""
    songs = read(demo_paths()).proposals
    genomes = find_stage("chords").genomes
    for number in range(POOLS):
        song = songs[number % len(songs)]
        section = Section("verse", BARS[number // len(songs)])
        context = Context(song.key, song.meter, float(song.tempo_bpm), section)
        rng = np.random.default_rng([SEED, number])
        drawn = [genomes.random(context, rng)[0] for _ in range(POOL)]
        yield context, [genomes.render(genome, context) for genome in drawn]


def predictions(model: FusionModel, context: Context, parts: list[Part]) -> Predictions:
    return model.predict_excerpts(
        [Excerpt(part, context.tempo_map, context.meter) for part in parts]
    )


def terms(predicted: Predictions) -> Floats:
    """``(9, n)``: the chromatic term under every colour."""
    return np.array([chromatic(predicted, colour).values for colour in COLOURS])


def spearman(first: Floats, second: Floats) -> float:
    ranks = [values.argsort().argsort() for values in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1])


def the_rest(context: Context, parts: list[Part]) -> Floats:
    """``(n,)`` what theory and prior give a candidate; no colour changes that."""
    weights = Weights()
    scores = Fitness("chords", COLOURS[0], weights).score(parts, context)
    theory, prior = (np.array([s.terms[name] for s in scores]) for name in ("theory", "prior"))
    return np.asarray(weights.theory * theory - weights.prior * prior)


def carried(chromatics: Floats, rest: Floats) -> float:
    """The chromatic term's share of the total's variance."""
    weighted = Weights().chromatic * chromatics
    return float(np.cov(weighted, weighted + rest)[0, 1] / (weighted + rest).var(ddof=1))


def measure(model: FusionModel, other: FusionModel | None = None) -> dict[str, Any]:
    spreads, shares, pairs, agreements, passing, levels = [], [], [], [], [], []
    for context, parts in pools():
        predicted = predictions(model, context, parts)
        found = terms(predicted)
        spreads.append(found.std(axis=1))
        levels.append(found.mean(axis=1))
        rest = the_rest(context, parts)
        shares.append([carried(row, rest) for row in found])
        pairs.append([spearman(found[a], found[b]) for a, b in combinations(range(9), 2)])
        passing.append(model.passes(predicted, "chords").mean())
        if other is not None:
            others = terms(predictions(other, context, parts))
            agreements.append([spearman(*pair) for pair in zip(found, others, strict=True)])
    return {
        "spread": _by_colour(spreads),
        "level": _by_colour(levels),
        "carried": _by_colour(shares),
        "alike": _alike(np.median(pairs, axis=0)),
        "passing": round(float(np.mean(passing)), 3),
        "agreement": _by_colour(agreements) if agreements else None,
    }


def _by_colour(rows: list[Any]) -> dict[str, float]:
    medians = np.median(rows, axis=0)
    return {name: round(float(v), 4) for name, v in zip(COLOUR_NAMES, medians, strict=True)}


def _alike(medians: Floats) -> dict[str, Any]:
    """The pairs of colours, by the median over the pools of their rankings' correlation."""
    names = [" and ".join(pair) for pair in combinations(COLOUR_NAMES, 2)]
    order = np.argsort(-medians)
    return {
        "median pair": round(float(np.median(medians)), 3),
        "most alike": {names[i]: round(float(medians[i]), 3) for i in order[:5]},
    }


if __name__ == "__main__":
    models = [FusionModel.load(path, workers=1) for path in sys.argv[1:3]]
    print(json.dumps(measure(*models), indent=1))
