"""A new model beside the one in use, on the decisions of the studio."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from engine.models.promotion import in_use
from engine.models.registry import ModelRegistry
from engine.preference.pairs import preferences
from engine.preference.pools import ShownCandidate, candidates_by_id
from engine.runs.contexts import song_colour, texts_of
from engine.state.songs import Song
from engine.state.studio import Studio
from fitness import fusion
from fitness.fusion import FusionModel
from fitness.preference.examples import Preference
from fitness.total import Fitness, Weights

RESAMPLES = 2000
SURE = 0.95
SEED = 7


@dataclass(frozen=True, slots=True)
class OwnSongs:
    """How two models rank what a person decided, by the shipped total.

    Attributes:
        songs: how many decided songs there are.
        pairs: how many pairs of a preferred and another candidate.
        accuracy: share of the pairs that the new model ranks as the person did.
        in_use: the same of the model in use.
        surely_worse: whether the new one is worse in 95 % of the resamples of songs.
    """

    songs: int
    pairs: int
    accuracy: float
    in_use: float
    surely_worse: bool


def compare_on_own_songs(studio: Studio, sha256: str) -> OwnSongs | None:
    """Compare a registered model with the one in use; None where nothing is decided yet.

    Raises:
        NotFound, Refused: if one of them can't be loaded.
    """
    groups: dict[str, list[Preference]] = defaultdict(list)
    for each in preferences(studio):
        groups[each.song].append(each)
    if not groups:
        return None
    registry, used = ModelRegistry(studio), in_use(studio)
    kept = registry.path(used)
    before = registry.load(used) if kept.exists() else FusionModel.load(fusion.DEFAULT_MODEL)
    models = (registry.load(sha256), before)
    tallies = np.array([_tally(studio, song, pairs, models) for song, pairs in groups.items()])
    weight, new, old = tallies.sum(axis=0).tolist()
    rng = np.random.default_rng(SEED)
    drawn = tallies[rng.integers(len(tallies), size=(RESAMPLES, len(tallies)))].sum(axis=1)
    pairs = sum(map(len, groups.values()))
    surely_worse = bool(np.mean(drawn[:, 1] < drawn[:, 2]) >= SURE)
    return OwnSongs(len(groups), pairs, new / weight, old / weight, surely_worse)


def _tally(
    studio: Studio, song_id: str, pairs: list[Preference], models: tuple[FusionModel, ...]
) -> list[float]:
    """Weight of a song's pairs, and of those that each model ranks right; ties half."""
    song = studio.song(song_id)
    names = list(dict.fromkeys(n for pair in pairs for n in (pair.preferred, pair.other)))
    shown = candidates_by_id(studio, song, names)
    weights = np.array([pair.weight for pair in pairs])
    found = [float(weights.sum())]
    for model in models:
        totals = _totals(song, list(shown.values()), model)
        better = np.array([totals[pair.preferred] - totals[pair.other] for pair in pairs])
        right: NDArray[np.float64] = (better > 0) + 0.5 * (better == 0)
        found.append(float(weights @ right))
    return found


def _totals(song: Song, candidates: list[ShownCandidate], model: FusionModel) -> dict[str, float]:
    totals: dict[str, float] = {}
    for (stage, context), group in groupby(candidates, lambda each: (each.stage, each.context)):
        alike = list(group)
        fitness = Fitness(stage, song_colour(song), Weights(), model, texts_of(song, context))
        scores = fitness.score([each.part for each in alike], context)
        totals |= {each.id: score.total for each, score in zip(alike, scores, strict=True)}
    return totals
