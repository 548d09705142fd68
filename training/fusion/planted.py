"""Ranks planted fakes among held-out parts by the total score and the gate, as a run does.

To score as well as it can, each fake stands among composed parts of the stages before its own and
has the harmony of a composed part: theory scores it as if it had been written for those chords.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic
from fitness.colours import COLOUR_NAMES, COLOURS
from fitness.drum_measures import drum_feature_matrix
from fitness.excerpts import Excerpt, excerpt_features
from fitness.fusion import FusionModel
from fitness.predictions import Predictions
from fitness.prior import DRUMS, Prior
from fitness.theory import theory, theory_terms
from fitness.total import ROLES, Weights
from genomes.notes import Part, mixed
from training.composed.compose import Clip, clip_context, compose_parts, moves
from training.composed.fakes import (
    CORRUPTIONS,
    FAKES,
    NEAR_MUSIC,
    corrupted,
    damaged_as,
    make_fake,
    near_music,
    near_music_of,
)
from training.composed.songs import Parts, with_parts

# Far from every seed that a catalogue is composed from.
PLANTED_SEED, HELD_OUT_SEED = 1_000_000, 2_000_000
HELD_OUT_PARTS = 100  # of each colour and stage
CLIPS_AT_ONCE = 500
MEDIAN, QUARTER = 0.5, 0.25
ALL_KINDS = (*FAKES, *CORRUPTIONS, *NEAR_MUSIC)

Floats = NDArray[np.float64]
Metrics = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scores of some clips, as a run gives them.

    Attributes:
        totals: ``(9, n)`` under each target colour.
        passes: ``(n,)`` the gate.
    """

    totals: Floats
    passes: NDArray[np.bool_]

    @property
    def ranks(self) -> Floats:
        """``(9, n)`` that order as a run does: what doesn't pass comes after all that does."""
        return np.where(self.passes, self.totals, -np.inf)


def fakes(
    model: FusionModel,
    stage: str,
    per_kind: int,
    seed: int,
    held_out_parts: int = HELD_OUT_PARTS,
) -> Metrics:
    """How fakes rank among held-out parts of each colour.

    Args:
        model: scores them.
        stage: of the parts, one that has rules and bands of the prior.
        per_kind: fakes of each kind.
        seed: of all of them; no catalogue contains them.
        held_out_parts: of each colour, which the fakes are ranked among.

    Returns:
        by kind: ``count``; ``passes``, the share that passes the gate; ``above_median`` and
        ``above_quarter``, the share that ranks above that percentile of the held-out parts of the
        target colour, mean over the colours; ``worst_median`` and ``worst_quarter``, the same for
        the colour where it is highest.
    """
    thresholds = np.array(
        [_thresholds(model, stage, place, seed, held_out_parts) for place in range(len(COLOURS))]
    )
    found = {}
    for kind in (*FAKES, *damaged_as(stage), *near_music_of(stage)):
        planted = scored(model, stage, [_fake(kind, stage, seed, i) for i in range(per_kind)])
        above = (planted.ranks[:, :, None] > thresholds[:, None, :]).mean(axis=1)  # (9, 2)
        found[kind] = {
            "count": per_kind,
            "passes": round(float(planted.passes.mean()), 4),
            "above_median": round(float(above[:, 0].mean()), 4),
            "above_quarter": round(float(above[:, 1].mean()), 4),
            "worst_median": _worst(above[:, 0]),
            "worst_quarter": _worst(above[:, 1]),
        }
    return found


def _thresholds(model: FusionModel, stage: str, place: int, seed: int, count: int) -> list[float]:
    """Median and 25th percentile of the held-out parts of a colour, as ranks under it."""
    clips = [_held_out(place, stage, seed, number) for number in range(count)]
    ranks = scored(model, stage, clips).ranks[place]
    return [float(np.quantile(ranks, share, method="lower")) for share in (MEDIAN, QUARTER)]


def scored(model: FusionModel, stage: str, clips: Sequence[Clip]) -> Scored:
    """Total scores of clips under every target colour, and whether they pass the gate."""
    batches = [clips[i : i + CLIPS_AT_ONCE] for i in range(0, len(clips), CLIPS_AT_ONCE)]
    found = [_scored(model, stage, batch) for batch in batches]
    totals = np.concatenate([one.totals for one in found], axis=1)
    return Scored(totals, np.concatenate([one.passes for one in found]))


def _scored(model: FusionModel, stage: str, clips: Sequence[Clip]) -> Scored:
    excerpts = [_excerpt(clip.part, clip) for clip in clips]
    predictions = model.predict_excerpts(excerpts)
    matches = [_matches(predictions)]
    if clips[0].context.parts:
        of_mixes = model.predict_excerpts(
            [
                _excerpt(mixed([clip.part, *(part for _, part in clip.context.parts)]), clip)
                for clip in clips
            ]
        )
        matches.append(_matches(of_mixes))
    prior, role = Prior.load(), ROLES[stage]
    rows = zip(excerpt_features(excerpts), clips, strict=True)
    fines = np.array(
        [prior(_prior_features(role, row, clip), role, clip.bars) for row, clip in rows]
    )
    rules = np.array(
        [theory(theory_terms(stage, clip.part, clip.context), stage) for clip in clips]
    )
    totals = [Weights().total(match, rules, fines) for match in np.mean(matches, axis=0)]
    return Scored(np.array(totals), model.passes(predictions, stage))


def _prior_features(role: str, features: NDArray[np.float32], clip: Clip) -> NDArray[np.float32]:
    """What the prior compares one clip of a role by."""
    if role != DRUMS:
        return features
    measured = drum_feature_matrix([clip.part], clip.context.meter, features=features[None])
    return np.asarray(measured[0])


def _matches(predictions: Predictions) -> Floats:
    """How well each colour is matched: ``(9, n)``."""
    found = (chromatic(predictions, colour).values for colour in COLOURS)
    return np.array([values for values in found if values is not None])


def _excerpt(part: Part, clip: Clip) -> Excerpt:
    return Excerpt(part, clip.context.tempo_map, clip.context.meter)


def _held_out(place: int, stage: str, seed: int, number: int) -> Clip:
    """A part of a song that no catalogue contains."""
    return _composed(COLOUR_NAMES[place], stage, (HELD_OUT_SEED + seed, place, number))


def _fake(kind: str, stage: str, seed: int, number: int) -> Clip:
    """A fake with the context and harmony of a composed part; all kinds share one section."""
    rng = np.random.default_rng((PLANTED_SEED + seed, ALL_KINDS.index(kind), number))
    colour = COLOUR_NAMES[number % len(COLOUR_NAMES)]
    clip = _composed(colour, stage, (PLANTED_SEED + seed, number))
    if kind in FAKES:
        part = make_fake(kind, clip.context, rng)
    elif kind in NEAR_MUSIC:
        part = near_music(kind, stage, clip.part, clip.context, rng)
    else:
        part = corrupted(kind, clip.part, clip.context, rng)
    return replace(clip, part=replace(part, harmony=clip.part.harmony))


def _composed(colour: str, stage: str, seed: tuple[int, ...]) -> Clip:
    """A part that is more than one strike, in the context of those before it."""
    sections = (_section(colour, (*seed, attempt)) for attempt in count())
    return next(section[stage] for section in sections if moves(section[stage].part))


@lru_cache(maxsize=2**13)
def _section(colour: str, seed: tuple[int, ...]) -> dict[str, Clip]:
    """Every stage's part of one section."""
    rng = np.random.default_rng(seed)
    context = clip_context(rng)
    (parts,) = compose_parts(colour, context, 1, rng)
    found, before = {}, Parts()
    for stage, part in parts.items():
        found[stage] = Clip(stage, part, with_parts(context, before))
        before[stage] = part
    return found


def _worst(shares: Floats) -> Metrics:
    place = int(shares.argmax())
    return {"colour": COLOUR_NAMES[place], "share": round(float(shares[place]), 4)}
