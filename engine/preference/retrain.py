"""Retraining: heads are fitted to the studio's decisions, and used only where they are no worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import NotFound, Refused
from engine.ids import SHORT_ID_CHARS, digest
from engine.models.promotion import in_use as model_in_use
from engine.models.registry import STREAM, ModelRegistry
from engine.preference.audit import SEARCHES, Estimate, HeadAudit, audit
from engine.preference.decided import Decisions, decisions_by_stage
from engine.preference.heads import HeadRegistry, Outdated
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.preference.bradley_terry import folds
from fitness.preference.head import (
    DecidedPool,
    PreferenceHead,
    joined,
)
from store import events
from store.records import NewEvent

ACTOR = "engine"
SHIPPED_TOTAL = "shipped total"

# Below so many decided songs the accuracy of pairs says too little: the likelihood decides alone.
FEW_SONGS = 8
LEAST_SONGS = 2  # one to learn from, one to hold out

FOLDS = 10
RESAMPLES = 2000
INTERVAL_PERCENT = (2.5, 97.5)
# With enough songs, the head must gain likelihood in this share of the resamples of songs.
SURE = 0.9
SEED = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new head beside what is in use, on songs that the new one was not fitted on.

    Attributes:
        songs: how many decided songs there are.
        decisions: how many candidates a decision says something of.
        pairs: how many pairs.
        against: what was in use: ``shipped total``, or the hash of a head.
        accuracy: share of the pairs that the new head ranks as the person did.
        accuracy_in_use: the same of what is in use.
        accuracy_shipped: the same of the shipped total.
        gain: log-likelihood of a pair by the new head less that by what is in use.
        surely_better: share of the resamples of songs in which the gain is above 0.
        fooled: share of planted fakes that the new head puts above their original.
        fooled_in_use: the same of what is in use.
    """

    songs: int
    decisions: int
    pairs: int
    against: str
    accuracy: Estimate
    accuracy_in_use: Estimate
    accuracy_shipped: Estimate
    gain: Estimate
    surely_better: float
    fooled: float
    fooled_in_use: float

    @property
    def is_of_few(self) -> bool:
        """Whether there are too few songs to be sure."""
        return self.songs < FEW_SONGS

    @property
    def objection(self) -> str | None:
        """Why the new head is not promoted; None if it is no worse."""
        if self.gain.value <= 0:
            return f"held-out songs are {-self.gain.value:.3f} a pair less likely by it"
        if self.is_of_few:
            return None
        if self.surely_better < SURE:
            return f"it gains on held-out songs in {self.surely_better:.0%} of resamples alone"
        if self.accuracy.value < self.accuracy_in_use.value:
            worse, before = self.accuracy.value, self.accuracy_in_use.value
            return f"it ranks {worse:.0%} of held-out pairs as you did, {before:.0%} are now"
        return None

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log and for machines."""
        return asdict(self)

    @property
    def basis(self) -> list[str]:
        """What it was compared on, for people."""
        counted = f"{self.decisions} candidates of {self.songs} songs, {self.pairs} pairs"
        few = "too few to be sure: of so few songs, the likelihood decides alone"
        return [f"{counted}; tried on songs held out", *([few] if self.is_of_few else [])]

    @property
    def rival(self) -> str:
        """What was in use, for people."""
        is_head = self.against != SHIPPED_TOTAL
        return self.against[:SHORT_ID_CHARS] if is_head else self.against

    @property
    def gained(self) -> str:
        """The likelihood, for people."""
        gain = self.gain
        return (
            f"log-likelihood of a pair against what is in use: {gain.value:+.3f} "
            f"[{gain.low:+.3f} to {gain.high:+.3f}]"
        )


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of one stage.

    Attributes:
        stage: its name.
        sha256: of the new head; None where there is too little to fit one.
        comparison: with what was in use; None without a head.
        audit: what an audit found of the head; None without one.
        refused: why the head isn't used; None if it is.
        too_little: what is lacking to fit one; None if nothing is.
    """

    stage: str
    sha256: str | None
    comparison: Comparison | None
    audit: HeadAudit | None
    refused: str | None
    too_little: str | None = None


def retrain(studio: Studio, stages: Sequence[str] | None = None) -> list[Retrained]:
    """Fit a head for each stage, compare it, record it, and use it where it is no worse.

    Args:
        studio: the studio.
        stages: only these; all with decisions if None.

    Raises:
        Refused: if nothing is decided yet.
    """
    model = _model(studio)
    found = decisions_by_stage(studio, model, stages)
    if not found:
        raise Refused("nothing is decided yet", "approve and reject with engine review")
    ordered = [found[stage] for stage in STAGES if stage in found]
    fitted = {each.stage: _fitted(each) for each in ordered if len(each.songs) >= LEAST_SONGS}
    training = digest([head.sha256 for head in fitted.values()])[:12]
    searches = max(1, SEARCHES // max(1, len(fitted)))
    results = [
        _compared(studio, each, fitted[each.stage], model, searches)
        if each.stage in fitted
        else Retrained(each.stage, None, None, None, None, "decisions about one song alone")
        for each in ordered
    ]
    for head in fitted.values():
        HeadRegistry(studio).keep(head)
    made = [
        event
        for result in results
        if result.sha256 is not None
        for event in _events(result, fitted[result.stage], training)
    ]
    if made:
        studio.decide(STREAM, lambda: [NewEvent(event, actor=ACTOR) for event in made])
    return results


def _model(studio: Studio) -> FusionModel | None:
    """The model in use; None where the studio doesn't keep it, so that no run was scored by it."""
    try:
        return ModelRegistry(studio).load(model_in_use(studio))
    except NotFound:
        return None


def _fitted(decisions: Decisions) -> PreferenceHead:
    facts = {
        "songs": decisions.songs,
        "decisions": decisions.decided,
        "pairs": sum(len(pool.pairs) for pool in decisions.pools),
    }
    head = PreferenceHead.fitted(decisions.stage, decisions.pools, facts)
    return PreferenceHead.from_bytes(head.to_bytes())  # with the rounded numbers of its file


def _events(
    result: Retrained, head: PreferenceHead, training: str
) -> list[events.HeadTrained | events.HeadPromoted | events.HeadRefused]:
    sha256, compared, audited = result.sha256, result.comparison, result.audit
    assert sha256 is not None and compared is not None and audited is not None  # noqa: S101, PT018 - fitted
    trained = events.HeadTrained(
        sha256=sha256,
        stage=result.stage,
        training=training,
        facts=dict(head.facts),
        comparison=compared.to_payload(),
        audit=audited.to_payload(),
    )
    if result.refused is not None:
        refused = events.HeadRefused(
            sha256=sha256, stage=result.stage, training=training, reason=result.refused
        )
        return [trained, refused]
    promoted = events.HeadPromoted(
        sha256=sha256,
        stage=result.stage,
        training=training,
        note="engine retrain",
        audit=audited.to_payload(),
    )
    return [trained, promoted]


def audit_again(studio: Studio, stage: str, sha256: str, searches: int) -> HeadAudit:
    """Audit a trained head once more, on the decisions as they are now; nothing is recorded.

    Args:
        studio: the studio.
        stage: of the head.
        sha256: of the head.
        searches: number of songs that are searched, 0 or more.

    Raises:
        NotFound, Refused: if the head can't be read, or nothing of its stage is decided.
    """
    model = _model(studio)
    found = decisions_by_stage(studio, model, [stage])
    if stage not in found:
        raise Refused(f"nothing of {stage} is decided to audit a head by", "see engine review")
    head = HeadRegistry(studio).load(sha256)
    _, before = in_use(studio, stage)
    return audit(studio, found[stage], head, before, model, searches)


def in_use(studio: Studio, stage: str) -> tuple[str | None, PreferenceHead]:
    """What runs of a stage go by; the shipped total where this version can't read the head."""
    used = studio.heads().promoted(stage)
    if used is not None:
        with suppress(Outdated):
            return used, HeadRegistry(studio).load(used)
    return None, PreferenceHead.untrained(stage)


def _compared(
    studio: Studio,
    decisions: Decisions,
    head: PreferenceHead,
    model: FusionModel | None,
    searches: int,
) -> Retrained:
    used, before = in_use(studio, decisions.stage)
    audited = audit(studio, decisions, head, before, model, searches)
    fooled = audited.fakes.above, audited.fakes.above_in_use
    comparison = compare(decisions.pools, decisions.stage, before, used, *fooled)
    refused = comparison.objection or audited.objection
    return Retrained(decisions.stage, head.sha256, comparison, audited, refused)


def compare(
    pools: Sequence[DecidedPool],
    stage: str,
    before: PreferenceHead,
    before_sha256: str | None = None,
    fooled: float = 0.0,
    fooled_before: float = 0.0,
) -> Comparison:
    """Compare heads that are fitted without the songs they are tried on with what is in use.

    A head in use is tried on the songs that it has not learned from; where it has learned from all,
    it is fitted again without them, as the new one is, to the decisions that it learned from.
    """
    shipped = PreferenceHead.untrained(stage)
    names = np.array([pool.song for pool in pools])
    of_songs: dict[str, list[Floats]] = {}
    known = set(before.facts.get("songs", ()))
    for is_held in folds(names, FOLDS):
        held = [pool for pool, out in zip(pools, is_held, strict=True) if out]
        rest = [pool for pool, out in zip(pools, is_held, strict=True) if not out]
        new = PreferenceHead.fitted(stage, rest)
        old = (
            PreferenceHead.fitted(stage, [p for p in rest if p.song in known]) if known else before
        )
        for pool in held:
            rival = old if pool.song in known else before
            of_songs.setdefault(pool.song, []).append(_tallies(pool, (new, rival, shipped)))
    # songs × heads × (weight, right, log-likelihood)
    sums = np.array([np.sum(found, axis=0) for found in of_songs.values()])
    rng = np.random.default_rng(SEED)
    drawn = sums[rng.integers(len(sums), size=(RESAMPLES, len(sums)))].sum(axis=1)
    whole = sums.sum(axis=0)

    def ratio(table: Floats, head: int, column: int) -> Floats:
        return np.asarray(table[..., head, column] / table[..., head, 0])

    def estimate(make: Callable[[Floats], Floats]) -> Estimate:
        low, high = np.percentile(make(drawn), INTERVAL_PERCENT)
        return Estimate(float(make(whole)), float(low), float(high))

    def gained(table: Floats) -> Floats:
        return ratio(table, 0, 2) - ratio(table, 1, 2)

    return Comparison(
        songs=len(of_songs),
        decisions=sum(len(np.unique(pool.pairs)) for pool in pools),
        pairs=sum(len(pool.pairs) for pool in pools),
        against=before_sha256 or SHIPPED_TOTAL,
        accuracy=estimate(lambda table: ratio(table, 0, 1)),
        accuracy_in_use=estimate(lambda table: ratio(table, 1, 1)),
        accuracy_shipped=estimate(lambda table: ratio(table, 2, 1)),
        gain=estimate(gained),
        surely_better=float(np.mean(gained(drawn) > 0)),
        fooled=fooled,
        fooled_in_use=fooled_before,
    )


def _tallies(pool: DecidedPool, heads: Sequence[PreferenceHead]) -> Floats:
    """``(heads, 3)`` weight of the pairs, weight of those ranked right, and log-likelihood."""
    found = []
    for head in heads:
        pairs = joined([pool], len(head.posterior.mean), head.scales)
        differences = head.utilities(pairs.differences)
        right = (differences > 0) + 0.5 * (differences == 0)
        likely = -np.logaddexp(0.0, -differences)
        found.append([pairs.weights.sum(), pairs.weights @ right, pairs.weights @ likely])
    return np.array(found)
