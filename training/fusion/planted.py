"""Planted fakes among held-out parts: what a run would think of them, on the total with its gate.

Each fake is dressed as well as it can be: it stands among composed parts of the stages before its
own, borrows the harmony of a composed part where there is one, and whatever it plays is judged as
if those chords had been meant.
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
from fitness.excerpts import Excerpt, excerpt_features
from fitness.fusion import FusionModel
from fitness.predictions import Predictions
from fitness.prior import Prior
from fitness.theory import theory, theory_terms
from fitness.total import ROLES, Weights
from genomes.notes import Part, mixed
from training.composed.compose import Clip, clip_context, compose_parts, moves
from training.composed.fakes import CORRUPTIONS, FAKES, corrupted, damaged_as, make_fake
from training.composed.songs import Parts, with_parts

# Far from every seed that a catalogue is composed from.
PLANTED_SEED, HELD_OUT_SEED = 1_000_000, 2_000_000
HELD_OUT_PARTS = 100  # of each colour and stage
CLIPS_AT_ONCE = 500
MEDIAN, QUARTER = 0.5, 0.25
ALL_KINDS = (*FAKES, *CORRUPTIONS)

Floats = NDArray[np.float64]
Metrics = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Some clips as a run would judge them.

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


def fakes(model: FusionModel, stage: str, per_kind: int, seed: int) -> Metrics:
    """How fakes rank among held-out parts of each colour.

    Args:
        model: the critic.
        stage: what the parts are, one that has rules: they and its bands judge them too.
        per_kind: fakes of each kind, and ``HELD_OUT_PARTS`` parts of each colour.
        seed: of all of them; no catalogue contains them.

    Returns:
        by kind: ``count``; ``passes``, the share that passes the gate; ``above_median`` and
        ``above_quarter``, the share that ranks above that percentile of the held-out parts of the
        target colour, mean over the colours; ``worst_median`` and ``worst_quarter``, the same for
        the colour where it is highest.
    """
    bars = np.array([_bars(model, stage, place, seed) for place in range(len(COLOURS))])
    found = {}
    for kind in (*FAKES, *damaged_as(stage)):
        planted = judged(model, stage, [_fake(kind, stage, seed, i) for i in range(per_kind)])
        above = (planted.ranks[:, :, None] > bars[:, None, :]).mean(axis=1)  # (9, 2)
        found[kind] = {
            "count": per_kind,
            "passes": round(float(planted.passes.mean()), 4),
            "above_median": round(float(above[:, 0].mean()), 4),
            "above_quarter": round(float(above[:, 1].mean()), 4),
            "worst_median": _worst(above[:, 0]),
            "worst_quarter": _worst(above[:, 1]),
        }
    return found


def _bars(model: FusionModel, stage: str, place: int, seed: int) -> list[float]:
    """Median and 25th percentile of the held-out parts of a colour, as ranks under it."""
    clips = [_held_out(place, stage, seed, number) for number in range(HELD_OUT_PARTS)]
    ranks = judged(model, stage, clips).ranks[place]
    return [float(np.quantile(ranks, share, method="lower")) for share in (MEDIAN, QUARTER)]


def judged(model: FusionModel, stage: str, clips: Sequence[Clip]) -> Judged:
    """What the engine's three critics make of clips, under every colour at once."""
    batches = [clips[i : i + CLIPS_AT_ONCE] for i in range(0, len(clips), CLIPS_AT_ONCE)]
    found = [_judged(model, stage, batch) for batch in batches]
    totals = np.concatenate([one.totals for one in found], axis=1)
    return Judged(totals, np.concatenate([one.passes for one in found]))


def _judged(model: FusionModel, stage: str, clips: Sequence[Clip]) -> Judged:
    heard = [_heard(clip.part, clip) for clip in clips]
    said = model.predict_excerpts(heard)
    matches = [_matches(said)]
    if clips[0].context.parts:
        of_mixes = model.predict_excerpts(
            [_heard(_among_its_parents(clip), clip) for clip in clips]
        )
        matches.append(_matches(of_mixes))
    prior = Prior.load()
    rows = zip(excerpt_features(heard), clips, strict=True)
    fines = np.array([prior(row, ROLES[stage], clip.bars) for row, clip in rows])
    rules = np.array([theory(theory_terms(stage, clip.part, clip.context)) for clip in clips])
    totals = [Weights().total(match, rules, fines) for match in np.mean(matches, axis=0)]
    return Judged(np.array(totals), model.passes(said, stage))


def _matches(said: Predictions) -> Floats:
    """How well each colour is matched: ``(9, n)``."""
    found = (chromatic(said, colour).values for colour in COLOURS)
    return np.array([values for values in found if values is not None])


def _heard(part: Part, clip: Clip) -> Excerpt:
    return Excerpt(part, clip.context.tempo_map, clip.context.meter)


def _among_its_parents(clip: Clip) -> Part:
    return mixed([clip.part, *(part for _, part in clip.context.parts)])


def _held_out(place: int, stage: str, seed: int, number: int) -> Clip:
    """A part of a song that no catalogue contains."""
    return _composed(COLOUR_NAMES[place], stage, (HELD_OUT_SEED + seed, place, number))


def _fake(kind: str, stage: str, seed: int, number: int) -> Clip:
    """A fake in a composed part's clothes; one section clothes a fake of every kind and stage."""
    rng = np.random.default_rng((PLANTED_SEED + seed, ALL_KINDS.index(kind), number))
    colour = COLOUR_NAMES[number % len(COLOUR_NAMES)]
    clip = _composed(colour, stage, (PLANTED_SEED + seed, number))
    if kind in FAKES:
        part = make_fake(kind, clip.context, rng)
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
