"""Calibrate an ensemble's probabilities on songs that none of its members was trained on.

While a network is trained, its confidence tells music from fakes. For a model of a person's songs,
``learn_correctness`` teaches its last layer on held-out songs whether the colour it names is the
song's; about a fake no answer is right. That layer is regularised towards the trained one, with a
strength that is chosen by cross-validation over songs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.composed.examples import NO_COLOUR, SONG, STAGES, Examples
from training.fusion.batches import is_music
from training.fusion.network import Ensemble, FusionNetwork, Logits
from training.fusion.train import logits

BINS = 10
KEPT_SHARE = 0.93  # of the composed parts of each stage, by the gate
MAX_STEPS = 100
SMALLEST = 1e-9
FOLDS = 3
# L2 penalties of the distance from the trained head, for each held-out row.
STRENGTHS = (10.0, 1.0, 0.1, 0.01, 0.001)

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The parameters found on the validation songs.

    Attributes:
        colour_temperature: the colour logits are divided by it.
        confidence_scale: the confidence logit is multiplied by it.
        confidence_shift: and this is added.
        colour_loss_before: cross-entropy on the colour, uncalibrated.
        colour_loss_after: the same, calibrated.
        thresholds: of the gate, by stage.
    """

    colour_temperature: float
    confidence_scale: float
    confidence_shift: float
    colour_loss_before: float
    colour_loss_after: float
    thresholds: dict[str, float]

    @property
    def threshold(self) -> float:
        """Of the gate for a part of any stage: no stage loses more than its share."""
        return min(self.thresholds.values(), default=0.0)


def calibrate(
    ensemble: Ensemble,
    member_logits: Sequence[Logits],
    validation: Examples,
    right: NDArray[np.bool_] | None = None,
) -> Calibration:
    """Set the ensemble's temperatures in place, and choose the gate's threshold.

    The temperature is fitted to the average of the members, not to each: averaging alone
    already makes them less sure.

    Args:
        ensemble: the members.
        member_logits: of the validation rows, of each member.
        validation: songs, fakes and real music that no member was fitted to.
        right: ``(n,)`` what the confidence predicts; by default whether a row is music.
    """
    with_colour = torch.from_numpy(validation.colour != NO_COLOUR)
    colour = torch.from_numpy(validation.colour.astype(np.int64))[with_colour]
    right = is_music(validation) if right is None else right
    claims = torch.from_numpy(right.astype(np.float32))

    def colour_loss() -> Tensor:
        answers = ensemble.answers(member_logits)
        return functional.nll_loss(answers.colour[with_colour].clamp(min=SMALLEST).log(), colour)

    def confidence_loss() -> Tensor:
        return functional.binary_cross_entropy(
            ensemble.answers(member_logits).confidence[:, 0], claims
        )

    before = colour_loss().item()
    minimise(colour_loss, [ensemble.colour_temperature])
    minimise(confidence_loss, [ensemble.confidence_scale, ensemble.confidence_shift])
    with torch.no_grad():
        confidence = ensemble.answers(member_logits).confidence[:, 0].numpy()
        return Calibration(
            ensemble.colour_temperature.item(),
            ensemble.confidence_scale.item(),
            ensemble.confidence_shift.item(),
            before,
            colour_loss().item(),
            thresholds(confidence, validation),
        )


def minimise(loss: Callable[[], Tensor], values: list[Tensor]) -> None:
    """Minimise a loss by L-BFGS over a few values, in place; they stay constants of the graph."""
    optimizer = torch.optim.LBFGS(
        [value.requires_grad_() for value in values],
        max_iter=MAX_STEPS,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = loss()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    for value in values:
        value.requires_grad_(False)
        value.grad = None


def thresholds(confidence: Floats, validation: Examples) -> dict[str, float]:
    """For each stage, the highest confidence that still keeps enough of its composed parts."""
    composed = validation.kind == SONG
    return {
        name: float(np.quantile(confidence[rows], 1 - KEPT_SHARE, method="lower"))
        for stage, name in enumerate(STAGES)
        if (rows := composed & (validation.stage == stage)).any()
    }


@dataclass(frozen=True, slots=True)
class Curve:
    """Accuracy by predicted probability.

    Attributes:
        rows: ``(low, high, count, mean probability, share right)`` of each bin with any rows.
        error: mean distance between the two, weighted by count.
    """

    rows: list[tuple[float, float, int, float, float]]
    error: float


def curve(probability: Floats, right: Mask) -> Curve:
    """Reliability curve of probabilities ``(n,)``, with the expected calibration error (ECE).

    ``sklearn.calibration.calibration_curve`` gives neither the counts nor the error.
    """
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.clip(np.digitize(probability, edges) - 1, 0, BINS - 1)
    rows = []
    for place in np.unique(bins).tolist():
        inside = bins == place
        claimed, happened = float(probability[inside].mean()), float(right[inside].mean())
        rows.append(
            (float(edges[place]), float(edges[place + 1]), int(inside.sum()), claimed, happened)
        )
    error = sum(count * abs(claimed - happened) for _, _, count, claimed, happened in rows)
    return Curve(rows, error / max(1, len(probability)))


def right_answers(colour: NDArray[np.floating], examples: Examples) -> Mask:
    """Whether the likeliest colour is a row's own: ``(n,)``; never where it has none."""
    named = colour.argmax(axis=1) == examples.colour
    return np.asarray(named & (examples.colour != NO_COLOUR))


def learn_correctness(ensemble: Ensemble, held_out: Examples) -> tuple[list[Logits], Mask]:
    """Refit the members' confidence, in place, to whether the ensemble is right.

    Args:
        ensemble: of members that were not trained on these rows.
        held_out: songs and fakes.

    Returns:
        each member's logits of the rows, the confidence by a head that didn't see the row's song;
        and whether the ensemble is right about each row.
    """
    before = [logits(member, held_out) for member in ensemble.networks]
    with torch.no_grad():
        right = right_answers(ensemble.answers(before).colour.numpy(), held_out)
    claims = torch.from_numpy(right.astype(np.float32))
    folds = torch.from_numpy(_folds(held_out.song))
    after = [
        one._replace(confidence=_refit(member, _hidden(member, held_out), claims, folds))
        for member, one in zip(ensemble.networks, before, strict=True)
    ]
    return after, right


def _folds(songs: NDArray[np.int32]) -> NDArray[np.int64]:
    """``(n,)`` songs in random folds; unlike ``GroupKFold``, also fewer songs than folds."""
    every, place = np.unique(songs, return_inverse=True)
    return np.asarray(np.random.default_rng(0).permutation(len(every))[place] % FOLDS)


def _refit(member: FusionNetwork, hidden: Tensor, claims: Tensor, folds: Tensor) -> Tensor:
    """Set one member's confidence head; gives the ``(n, 1)`` cross-validated logits."""
    prior = torch.cat((member.confidence.weight[0], member.confidence.bias)).detach()
    inputs = torch.cat((hidden, torch.ones(len(hidden), 1)), dim=1)
    unseen = [_cross_validated(inputs, claims, folds, prior, one) for one in STRENGTHS]
    best = int(np.argmin([_loss(logit, claims).item() for logit in unseen]))
    head = _head(inputs, claims, prior, STRENGTHS[best])
    with torch.no_grad():
        member.confidence.weight.copy_(head[None, :-1])
        member.confidence.bias.copy_(head[-1:])
    return unseen[best][:, None]


def _cross_validated(
    inputs: Tensor, claims: Tensor, folds: Tensor, prior: Tensor, strength: float
) -> Tensor:
    found = torch.zeros(len(inputs))
    for fold in range(FOLDS):
        test = folds == fold
        found[test] = inputs[test] @ _head(inputs[~test], claims[~test], prior, strength)
    return found


def _head(inputs: Tensor, claims: Tensor, prior: Tensor, strength: float) -> Tensor:
    """Logistic regression with an L2 penalty towards the trained head: scikit-learn's is to 0."""
    head = prior.clone()
    if len(inputs):
        minimise(
            lambda: _loss(inputs @ head, claims) + strength * (head - prior).square().sum(), [head]
        )
    return head.detach()


def _loss(logit: Tensor, claims: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logit, claims)


@torch.no_grad()
def _hidden(member: FusionNetwork, examples: Examples) -> Tensor:
    """``(n, fused)`` the inputs of the heads for each row."""
    seen: list[Tensor] = []
    hook = member.fused.register_forward_hook(lambda *call: seen.append(call[2]))
    logits(member, examples)
    hook.remove()
    return torch.cat(seen)
