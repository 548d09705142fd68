"""The decisions of a studio in numbers, as preference heads are fitted to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.preference.pairs import preferences
from engine.preference.pools import ShownCandidate, candidates_by_id
from engine.runs.contexts import song_colour, texts_of
from engine.runs.run import Run
from engine.state.runs import run_stream
from engine.state.songs import Song
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.preference.examples import Preference
from fitness.preference.features import taste_matrix
from fitness.preference.head import DecidedPool, PoolStatistics, head_values
from fitness.total import SHIPPED_TOTAL, Fitness, Score, Weights
from genomes import Part
from store import events

# So many of a run's first pool are measured: their mean and spread are what is needed of them.
FIRST_POOL = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What was decided about one stage.

    Attributes:
        stage: name of the stage.
        pools: one for each song and section, in the order of their first decision.
        approved: pool -> the approved candidates, for planted fakes.
    """

    stage: str
    pools: tuple[DecidedPool, ...]
    approved: tuple[tuple[int, ShownCandidate], ...]

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
    songs = studio.all_songs()
    found: dict[str, list[tuple[DecidedPool, list[ShownCandidate]]]] = defaultdict(list)
    for (stage, song, _), pairs in groups.items():
        if stages is None or stage in stages:
            found[stage].append(_pool(studio, songs[song], pairs, model))
    return {stage: _decisions(stage, pools) for stage, pools in found.items()}


def _decisions(stage: str, pools: Sequence[tuple[DecidedPool, list[ShownCandidate]]]) -> Decisions:
    approved = [(row, each) for row, (_, kept) in enumerate(pools) for each in kept]
    return Decisions(stage, tuple(pool for pool, _ in pools), tuple(approved))


def _pool(
    studio: Studio,
    song: Song,
    pairs: Sequence[Preference],
    model: FusionModel | None,
) -> tuple[DecidedPool, list[ShownCandidate]]:
    names = list(dict.fromkeys(n for pair in pairs for n in (pair.preferred, pair.other)))
    shown = candidates_by_id(studio, song, names)
    by_run: dict[str | None, list[str]] = defaultdict(list)
    for name in names:
        by_run[song.candidates[name].run].append(name)
    values: dict[str, Floats] = {}
    firsts = []
    for run, of_run in by_run.items():
        first = [] if run is None else _first_pool(studio, run)
        rows = _values(song, [*first, *(shown[name] for name in of_run)], model)
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
    return pool, [shown[name] for name in preferred]


def _values(song: Song, candidates: Sequence[ShownCandidate], model: FusionModel | None) -> Floats:
    """``(n, columns)`` what a head reads of candidates of one stage."""
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


def _first_pool(studio: Studio, identifier: str) -> list[ShownCandidate]:
    """The beginning of a run's first pool."""
    recorded = list(studio.log.read(stream=run_stream(identifier), limit=2))
    first: Any = recorded[1].payload
    run = Run(identifier, recorded[:1], studio, None)
    return [
        ShownCandidate(
            id=each.id,
            stage=run.stage.name,
            section=run.context.section.label,
            part=run.genomes.render(run.genomes.from_payload(each.genome), run.context),
            context=run.context,
            terms=each.terms,
            total=each.total,
            first_pool=None,
        )
        for each in first.offspring[:FIRST_POOL]
    ]
