"""The decisions of a studio in numbers, as preference heads are fitted to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.preference.pairs import preferences
from engine.preference.pools import ShownCandidate, candidates_by_id
from engine.preference.run_pools import RunPools
from engine.runs.contexts import song_colour, texts_of
from engine.state.songs import Song
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.preference.examples import Preference
from fitness.preference.features import taste_matrix
from fitness.preference.head import DecidedPool, head_values
from fitness.preference.scales import PoolStatistics
from fitness.total import SHIPPED_TOTAL, Fitness, Score, Weights
from genomes import Part
from store import events

# So many of the first pools of a song's runs are measured, and of each run at most and at least:
# their mean and spread are what is needed of them.
FIRST_POOLS = 60
OF_A_RUN = (4, 30)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What was decided about one stage.

    Attributes:
        stage: name of the stage.
        pools: one for each song and section, in the order of their first decision.
        approved: row of the pool, and an approved candidate of it.
        runs: row of the pool, and a run that candidates of it came from.
    """

    stage: str
    pools: tuple[DecidedPool, ...]
    approved: tuple[tuple[int, ShownCandidate], ...]
    runs: tuple[tuple[int, str], ...]

    @property
    def songs(self) -> list[str]:
        """Ids of the decided songs, each once."""
        return list(dict.fromkeys(pool.song for pool in self.pools))

    @property
    def decided(self) -> int:
        """How many candidates a decision says something of."""
        return sum(len(np.unique(pool.pairs)) for pool in self.pools)


def decisions_by_stage(
    studio: Studio, model: FusionModel | None, stages: Iterable[str] | None = None
) -> dict[str, Decisions]:
    """The decisions of a studio in numbers, for each stage with any.

    Args:
        studio: the studio.
        model: scores what no run scored, such as imported parts; None scores it without one.
        stages: only these; all if None.
    """
    groups: dict[tuple[str, str, str], list[Preference]] = defaultdict(list)
    for each in preferences(studio):
        groups[each.stage, each.song, each.section].append(each)
    songs, runs = studio.all_songs(), RunPools(studio)
    found: dict[str, list[_Read]] = defaultdict(list)
    for (stage, song, _), pairs in groups.items():
        if stages is None or stage in stages:
            found[stage].append(_pool(studio, runs, songs[song], pairs, model))
    return {stage: _decisions(stage, pools) for stage, pools in found.items()}


class _Read(NamedTuple):
    """A pool, the approved candidates of it, and the runs that its candidates came from."""

    pool: DecidedPool
    approved: list[ShownCandidate]
    runs: list[str]


def _decisions(stage: str, read: Sequence[_Read]) -> Decisions:
    return Decisions(
        stage,
        tuple(each.pool for each in read),
        tuple((row, kept) for row, each in enumerate(read) for kept in each.approved),
        tuple((row, run) for row, each in enumerate(read) for run in each.runs),
    )


def _pool(
    studio: Studio,
    runs: RunPools,
    song: Song,
    pairs: Sequence[Preference],
    model: FusionModel | None,
) -> _Read:
    names = list(dict.fromkeys(n for pair in pairs for n in (pair.preferred, pair.other)))
    shown = candidates_by_id(studio, song, names)
    by_run: dict[str | None, list[str]] = defaultdict(list)
    for name in names:
        by_run[song.candidates[name].run].append(name)
    values: dict[str, Floats] = {}
    firsts = []
    least, most = OF_A_RUN
    of_each = max(least, min(most, FIRST_POOLS // len(by_run)))
    for run, of_run in by_run.items():
        first = [] if run is None else runs.first(run, of_each)
        rows = values_of(song, [*first, *(shown[name] for name in of_run)], model)
        firsts.append(rows[: len(first)] if first else rows)
        values |= zip(of_run, rows[len(first) :], strict=True)
    row = {name: index for index, name in enumerate(names)}
    pool = DecidedPool(
        song.song_id,
        np.stack([values[name] for name in names]),
        PoolStatistics.of(np.concatenate(firsts)),
        np.array([(row[pair.preferred], row[pair.other]) for pair in pairs], dtype=np.int64),
        np.array([pair.weight for pair in pairs]),
    )
    preferred = dict.fromkeys(pair.preferred for pair in pairs)
    return _Read(pool, [shown[name] for name in preferred], [run for run in by_run if run])


def values_of(
    song: Song, candidates: Sequence[ShownCandidate], model: FusionModel | None
) -> Floats:
    """``(n, columns)`` what a head reads of candidates of one stage.

    Args:
        song: of the candidates.
        candidates: at least one, all of one stage.
        model: scores what no run scored; None scores it without one.
    """
    stage = candidates[0].stage
    rows: list[Floats] = []
    for context, group in groupby(candidates, key=lambda each: each.context):
        alike = list(group)
        taste = taste_matrix(stage, [each.part for each in alike], context)
        terms = [_terms(song, each, model) for each in alike]
        rows.append(head_values(stage, taste, terms, [row[SHIPPED_TOTAL] for row in terms]))
    return np.concatenate(rows)


def _terms(song: Song, candidate: ShownCandidate, model: FusionModel | None) -> events.Terms:
    """The terms of a candidate's score, with its shipped total."""
    terms, total = candidate.terms, candidate.total
    if total is None:
        (score,) = scored(song, candidate, [candidate.part], model)
        terms, total = dict(score.terms), score.total
    return {SHIPPED_TOTAL: total} | terms


def scored(
    song: Song, candidate: ShownCandidate, parts: Sequence[Part], model: FusionModel | None
) -> list[Score]:
    """The shipped scores of parts in the place of a candidate."""
    texts = texts_of(song, candidate.context)
    fitness = Fitness(candidate.stage, song_colour(song), Weights(), model, texts)
    return fitness.score(parts, candidate.context)
