"""A preference head on a real person's review files, leaving one song out.

``python -m benchmarks.preference_reviews FOLDER`` prints the share of pairs of an approved and a
rejected candidate of one song that are ranked right: by the shipped total, by a head fitted to the
other songs, and by one that knows some decisions of the song itself, tried on the rest of it.
Intervals come from drawing whole songs again and again. The person's own consistency is that of
pairs that were decided in two songs: how often the order was the same.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.rules_bench import INTERVAL_PERCENT, RESAMPLES, SEED, Decision, read_songs
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.preference.features import taste_matrix
from fitness.preference.head import DecidedPool, PreferenceHead, head_values
from fitness.preference.scales import PoolStatistics
from fitness.total import Fitness, Weights

STAGE = "chords"
KNOWN = (0, 2, 4, 6, 8)  # decisions of the new song itself
DRAWS = 20

Floats = NDArray[np.float64]


def measured(decisions: Sequence[Decision], model: FusionModel) -> Floats:
    """``head_values`` of the candidates of a song."""
    rows = []
    for each in decisions:
        score = Fitness(STAGE, each.colour, Weights(), model).score([each.part], each.context)[0]
        taste = taste_matrix(STAGE, [each.part], each.context)
        rows.append(head_values(STAGE, taste, [score.terms], [score.total]))
    return np.concatenate(rows)


def pool(
    song: str, values: Floats, approved: NDArray[np.bool_], rows: Sequence[int]
) -> DecidedPool:
    """The pairs of an approved and a rejected candidate among some of a song."""
    pairs = [(a, r) for a in rows if approved[a] for r in rows if not approved[r]]
    return DecidedPool(
        song,
        values,
        PoolStatistics.of(values),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.ones(len(pairs)),
    )


def right(head: PreferenceHead, of_song: DecidedPool) -> tuple[float, int]:
    """Pairs that a head ranks right, ties half, and all pairs."""
    pairs = of_song.comparisons(head.scales).differences
    utilities = head.utilities(pairs)
    return float(np.sum((utilities > 0) + 0.5 * (utilities == 0))), len(pairs)


def share(counts: Floats) -> str:
    """A share of pairs and its interval, songs drawn again."""
    rng = np.random.default_rng(SEED)
    drawn = counts[rng.integers(len(counts), size=(RESAMPLES, len(counts)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], INTERVAL_PERCENT)
    total = counts.sum(axis=0)
    return f"{total[0] / total[1]:.3f}  [{low:.2f}–{high:.2f}]"


def adapted(
    song: str,
    values: Floats,
    approved: NDArray[np.bool_],
    others: Sequence[DecidedPool],
    known: int,
) -> tuple[float, float]:
    """Right and all pairs of the rest of a song, means over draws of what is known of it."""
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(DRAWS if known else 1):
        order = rng.permutation(len(values))
        rest = pool(song, values, approved, order[known:].tolist())
        if not len(rest.pairs):
            continue
        own = pool(song, values, approved, order[:known].tolist())
        head = PreferenceHead.fitted(STAGE, [*others, own])
        found.append(right(head, rest))
    return tuple(np.mean(found, axis=0).tolist()) if found else (0.0, 0.0)


def consistency(songs: dict[str, list[Decision]]) -> tuple[int, int]:
    """Pairs of candidates that two songs share and decide differently of: same order, and all."""
    orders: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = defaultdict(list)
    for decisions in songs.values():
        kept = {_identity(each): each.approved for each in decisions}
        for one, other in combinations(sorted(kept), 2):
            if kept[one] != kept[other]:
                orders[one, other].append(1 if kept[one] else -1)
    same = sum(a == b for each in orders.values() for a, b in combinations(each, 2))
    return same, sum(len(each) * (len(each) - 1) // 2 for each in orders.values())


def _identity(decision: Decision) -> tuple[str, ...]:
    """The functions of the chords, in order."""
    return tuple(span.numeral for span in decision.part.harmony)


def report(folder: Path) -> str:
    """The table."""
    songs = read_songs(folder)
    songs = {name: found for name, found in songs.items() if len({d.approved for d in found}) == 2}
    if not songs:
        return f"No review files with approved and rejected chords in {folder}."
    model = FusionModel.load(DEFAULT_MODEL)
    values = {name: measured(found, model) for name, found in songs.items()}
    approved = {name: np.array([d.approved for d in found]) for name, found in songs.items()}
    pools = {n: pool(n, values[n], approved[n], range(len(values[n]))) for n in songs}
    shipped = PreferenceHead.untrained(STAGE)
    same, twice = consistency(songs)
    decided, pairs = sum(map(len, songs.values())), sum(len(p.pairs) for p in pools.values())
    lines = [
        f"{decided} decisions, {len(songs)} songs, {pairs} pairs",
        f"{'shipped total':44}{share(np.array([right(shipped, pools[n]) for n in songs]))}",
    ]
    for known in KNOWN:
        counts = [
            adapted(n, values[n], approved[n], [p for m, p in pools.items() if m != n], known)
            for n in songs
        ]
        told = f"head of the other songs and {known} of this one" if known else "head of the others"
        lines.append(f"{told:44}{share(np.array(counts))}")
    if twice:
        told = f"{same / twice:.3f}  ({same} of {twice} pairs)"
        lines.append(f"{'the person, in two songs':44}{told}")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.preference_reviews FOLDER_OF_REVIEW_FILES")
    print(report(Path(sys.argv[1])))
