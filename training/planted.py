"""Planted fakes among held-out parts: what a run would think of them, on the total with its gate.

Each fake is dressed as well as it can be: where a stage's rules read the harmony, it borrows that
of a composed part, and whatever it plays is judged as if those chords had been meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic
from fitness.colours import COLOUR_NAMES, COLOURS
from fitness.fusion import FusionModel
from fitness.heard import Heard, measure
from fitness.prior import Prior
from fitness.theory import theory, theory_terms
from fitness.total import Weights
from training.catalogue.compose import Clip, clip_context, compose_parts, moves
from training.catalogue.corruption import CORRUPTIONS, corrupted
from training.catalogue.fakes import FAKES, make_fake

# Far from every seed that a catalogue is composed from.
PLANTED_SEED, HELD_OUT_SEED = 1_000_000, 2_000_000
HELD_OUT_PARTS = 200  # of each colour and stage
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
    for kind in ALL_KINDS:
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
    heard = [Heard(clip.part, clip.context.tempo_map, clip.context.meter) for clip in clips]
    said = model.hear(heard)
    prior = Prior.load()
    rows = zip(measure(heard), clips, strict=True)
    fines = np.array([prior(row, stage, clip.bars) for row, clip in rows])
    rules = np.array([theory(theory_terms(stage, clip.part, clip.context)) for clip in clips])
    values = [chromatic(said, colour).values for colour in COLOURS]
    totals = np.array([Weights().total(one, rules, fines) for one in values])
    return Judged(totals, model.passes(said, stage))


def _held_out(place: int, stage: str, seed: int, number: int) -> Clip:
    """A part of a song that no catalogue contains."""
    rng = np.random.default_rng((HELD_OUT_SEED + seed, place, number))
    return _composed(COLOUR_NAMES[place], stage, rng)


def _fake(kind: str, stage: str, seed: int, number: int) -> Clip:
    """A fake in a composed part's clothes."""
    rng = np.random.default_rng((PLANTED_SEED + seed, ALL_KINDS.index(kind), number))
    clip = _composed(COLOUR_NAMES[int(rng.integers(len(COLOUR_NAMES)))], stage, rng)
    if kind in FAKES:
        part = make_fake(kind, clip.context, rng)
    else:
        part = corrupted(kind, clip.part, clip.context, rng)
    return replace(clip, part=replace(part, harmony=clip.part.harmony))


def _composed(colour: str, stage: str, rng: np.random.Generator) -> Clip:
    return next(clip for clip in _parts(colour, stage, rng) if moves(clip.part))


def _parts(colour: str, stage: str, rng: np.random.Generator) -> Iterator[Clip]:
    while True:
        context = clip_context(rng)
        (parts,) = compose_parts(colour, context, 1, rng)
        yield Clip(stage, parts[stage], context)


def _worst(shares: Floats) -> Metrics:
    place = int(shares.argmax())
    return {"colour": COLOUR_NAMES[place], "share": round(float(shares[place]), 4)}
