"""The audit of a head, without which it isn't promoted: can a fake, or a search, fool it?

Fakes are planted beside approved parts. Of what the runs of decided songs scored, the candidates
that the head puts first are shown to the judge, beside those that the shipped total puts first. And
small searches by each of the two are run on decided songs, with the same seeds, while the judge,
which is no part of either, looks on. Nothing of it is recorded but what came out; candidates of one
song aren't independent, so that intervals are bootstrapped over songs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.evolution.settings import Settings
from engine.models.audits import lost_share
from engine.preference.decided import Decisions, scored, values_of
from engine.preference.run_pools import RunPools
from engine.runs.contexts import read_by
from engine.runs.run import Run
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.judge.judge import JUDGE_VERSION, shipped_judge
from fitness.preference.features import taste_matrix
from fitness.preference.head import PreferenceHead, head_values
from fitness.preference.scales import PoolStatistics
from genomes import Part

AUDIT_VERSION = "1"

SEED = 7
RESAMPLES = 2000
INTERVAL_PERCENT = (2.5, 97.5)
DECIMALS = 4

FAKES = 24  # approved candidates that a fake is planted beside
FAKE_SEMITONES = 6  # each note of a fake is moved by up to so many

# Of so many runs, so many candidates are ranked, and so many of the first are judged.
POOLS, DRAWN, FIRST = 10, 50, 6
POPULATION, GENERATIONS = 10, 6
SEARCHES = 3  # songs that are searched, of all stages of a training together

# Of fewer songs, the judge's word is told and refuses nothing.
LEAST_SONGS = 3
# So much less, as a probability, and surely less: what is refused.
LESS_MUSIC, LESS_FOUND = 0.05, 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %, whole songs drawn again and again."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}–{self.high:.2f}]"

    @classmethod
    def mean(cls, of_songs: Sequence[float]) -> Estimate | None:
        """The mean over songs; None without any."""
        values = np.array(of_songs)
        if not len(values):
            return None
        rng = np.random.default_rng(SEED)
        drawn = values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1)
        found = (values.mean(), *np.percentile(drawn, INTERVAL_PERCENT))
        return cls(*(round(float(each), DECIMALS) for each in found))

    def is_surely_below(self, limit: float) -> bool:
        """Whether it is below a limit, and its whole interval below 0."""
        return self.value < limit and self.high < 0


@dataclass(frozen=True, slots=True)
class Fakes:
    """Planted fakes: an approved part with each note moved by chance.

    Attributes:
        count: how many.
        above: share that the head puts above their originals.
        above_shipped: the same of the shipped total.
        above_in_use: the same of what runs go by when the audit is made.
    """

    count: int
    above: float
    above_shipped: float
    above_in_use: float


@dataclass(frozen=True, slots=True)
class Music:
    """What the judge says of the candidates that are put first.

    Attributes:
        songs: of how many songs.
        by_head: probability that what the head puts first is music of any colour, mean.
        by_shipped: the same of the shipped total.
        difference: of the two, song by song; None without songs.
    """

    songs: int
    by_head: float
    by_shipped: float
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class Search:
    """What searches came to, by the judge.

    Attributes:
        songs: how many were searched, by the head and by the shipped total.
        by_head: the judge's probability of the best, generation by generation, mean over songs.
        by_shipped: the same of searches by the shipped total.
        lost: share of what the judge's mean rose in searches by the head that was lost by the end.
        difference: of the ends of the two, song by song; None without songs.
    """

    songs: int
    by_head: list[float]
    by_shipped: list[float]
    lost: float
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class HeadAudit:
    """What an audit found of a head.

    Attributes:
        fakes: that were planted.
        music: the candidates that it puts first.
        search: what is found by it.
        audit_version: of how it is made.
        judge_version: of who judged.
    """

    fakes: Fakes
    music: Music
    search: Search
    audit_version: str = AUDIT_VERSION
    judge_version: str = JUDGE_VERSION

    @property
    def objection(self) -> str | None:
        """Why the head is not promoted; None if nothing speaks against it."""
        fakes, music, search = self.fakes, self.music, self.search
        if fakes.above > max(0.5, fakes.above_in_use):
            return f"it puts {fakes.above:.0%} of planted fakes above what was approved"
        if music.songs >= LEAST_SONGS and _is_less(music.difference, LESS_MUSIC):
            return (
                f"what it puts first is music by the judge in {music.by_head:.0%}, "
                f"what the shipped total puts first in {music.by_shipped:.0%}"
            )
        if search.songs >= LEAST_SONGS and _is_less(search.difference, LESS_FOUND):
            return (
                f"a search by it ends at {search.by_head[-1]:.0%} by the judge, "
                f"one by the shipped total at {search.by_shipped[-1]:.0%}"
            )
        return None

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log and for machines."""
        return asdict(self)


def _is_less(difference: Estimate | None, tolerance: float) -> bool:
    return difference is not None and difference.is_surely_below(-tolerance)


def audit(
    studio: Studio,
    decisions: Decisions,
    head: PreferenceHead,
    in_use: PreferenceHead,
    model: FusionModel | None,
    searches: int = SEARCHES,
) -> HeadAudit:
    """Audit a head on the songs of decisions about its stage.

    Args:
        studio: the studio; nothing is recorded in it.
        decisions: about the stage of the head.
        head: the head.
        in_use: what runs of the stage go by now.
        model: that scores; None without one.
        searches: number of songs that are searched, 0 or more.
    """
    planted = _planted(studio, decisions, model)
    shipped = PreferenceHead.untrained(decisions.stage)
    fakes = Fakes(len(planted), *(_above(each, planted) for each in (head, shipped, in_use)))
    runs = RunPools(studio)
    return HeadAudit(
        fakes,
        _music(studio, decisions, head, runs),
        _search(studio, decisions, head, model, runs, searches),
    )


def _planted(
    studio: Studio, decisions: Decisions, model: FusionModel | None
) -> list[tuple[PoolStatistics, Floats]]:
    """Some approved candidates, each with a fake of it: their pool, and two rows of values."""
    rng = np.random.default_rng(SEED)
    found = []
    for index in rng.permutation(len(decisions.approved))[:FAKES].tolist():
        row, candidate = decisions.approved[index]
        pool = decisions.pools[row]
        parts = [candidate.part, fake(candidate.part, rng)]
        scores = scored(studio.song(pool.song), candidate, parts, model)
        taste = taste_matrix(decisions.stage, parts, candidate.context)
        terms, totals = [each.terms for each in scores], [each.total for each in scores]
        found.append((pool.first_pool, head_values(decisions.stage, taste, terms, totals)))
    return found


def _above(head: PreferenceHead, fakes: Sequence[tuple[PoolStatistics, Floats]]) -> float:
    """Share of the fakes that a head puts above their originals."""
    totals = [head.totals(values, first_pool) for first_pool, values in fakes]
    return float(np.mean([planted > original for original, planted in totals])) if totals else 0.0


def fake(part: Part, rng: np.random.Generator) -> Part:
    """A part with the pitch, or the drum, of every note moved by chance."""
    notes = part.notes.copy()
    moves = rng.integers(-FAKE_SEMITONES, FAKE_SEMITONES + 1, size=len(notes))
    notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + moves, 0, 127)
    return Part.of(notes, part.length_ticks, part.harmony, lyrics=part.lyrics, swing=part.swing)


def _music(studio: Studio, decisions: Decisions, head: PreferenceHead, runs: RunPools) -> Music:
    rng = np.random.default_rng(SEED)
    by_song: dict[str, list[tuple[float, float]]] = {}
    for row, run in _spread(decisions, POOLS):
        pool = decisions.pools[row]
        drawn = runs.drawn(run, DRAWN, rng)
        values = values_of(studio.song(pool.song), drawn, None)
        orders = (head.totals(values, pool.first_pool), values[:, 0])
        first = [np.argsort(-order, kind="stable")[:FIRST].tolist() for order in orders]
        rows = sorted({each for of_one in first for each in of_one})
        judged = shipped_judge().musical(
            decisions.stage, [drawn[each].part for each in rows], drawn[0].context.meter
        )
        known = dict(zip(rows, judged.tolist(), strict=True))
        means = tuple(float(np.mean([known[each] for each in of_one])) for of_one in first)
        by_song.setdefault(pool.song, []).append((means[0], means[1]))
    means_by_song = np.array([np.mean(found, axis=0) for found in by_song.values()]).reshape(-1, 2)
    difference = Estimate.mean((means_by_song[:, 0] - means_by_song[:, 1]).tolist())
    by_head, by_shipped = means_by_song.mean(axis=0).tolist() if by_song else (0.0, 0.0)
    return Music(len(by_song), round(by_head, DECIMALS), round(by_shipped, DECIMALS), difference)


def _search(
    studio: Studio,
    decisions: Decisions,
    head: PreferenceHead,
    model: FusionModel | None,
    runs: RunPools,
    songs: int,
) -> Search:
    chosen = _spread(decisions, min(songs, len(decisions.songs)))
    curves = np.array(
        [[_judged(studio, runs, run, model, by) for by in (head, None)] for _, run in chosen]
    )  # songs × 2 × generations
    if not len(curves):
        return Search(0, [], [], 0.0, None)
    by_head, by_shipped = curves.mean(axis=0).round(DECIMALS)
    return Search(
        len(curves),
        by_head.tolist(),
        by_shipped.tolist(),
        round(lost_share(by_head), DECIMALS),
        Estimate.mean((curves[:, 0, -1] - curves[:, 1, -1]).tolist()),
    )


def _judged(
    studio: Studio,
    runs: RunPools,
    identifier: str,
    model: FusionModel | None,
    head: PreferenceHead | None,
) -> list[float]:
    """The judge's curve of a small search where a run began; nothing of it is recorded."""
    beginning = runs.beginning(identifier)
    started: Any = beginning.payload
    known = Settings.from_payload(started.settings)
    settings = replace(
        known,
        population=POPULATION,
        generations=GENERATIONS,
        keep=min(known.keep, POPULATION),
        watched=False,
    )
    small = msgspec.structs.replace(started, settings=settings.to_payload())
    run = Run(identifier, [small], read_by(studio, started), model, head)
    while not run.is_over:
        run.apply(run.next_event())
    return [point.judged or 0.0 for point in run.pool.curve]


def _spread(decisions: Decisions, most: int) -> list[tuple[int, str]]:
    """Runs of decided songs with the row of their pool: one of each song, then another of each."""
    rng = np.random.default_rng(SEED)
    by_song: dict[str, list[tuple[int, str]]] = {}
    for index in rng.permutation(len(decisions.runs)).tolist():
        row, run = decisions.runs[index]
        by_song.setdefault(decisions.pools[row].song, []).append((row, run))
    turns = max(map(len, by_song.values()), default=0)
    ordered = [of[turn] for turn in range(turns) for of in by_song.values() if turn < len(of)]
    return ordered[:most]
