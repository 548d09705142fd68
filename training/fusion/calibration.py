"""Make probabilities honest, on songs that nothing was fitted to."""

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
from training.fusion.network import Ensemble, Logits

BINS = 10
KEPT_SHARE = 0.93  # of the real parts of each stage, by the gate
SEARCH_STEPS = 100
SMALLEST = 1e-9

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learned on the validation songs.

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
    said: Sequence[Logits],
    validation: Examples,
    right: NDArray[np.bool_] | None = None,
) -> Calibration:
    """Set the ensemble's temperatures in place, and choose the gate's threshold.

    The temperature is fitted to the average of the members, not to each: averaging alone
    already makes them less sure.

    Args:
        ensemble: the members.
        said: each member's logits of the validation rows, in order.
        validation: songs, fakes and real music that no member was fitted to.
        right: ``(n,)`` what the confidence should tell; whether it is music unless told otherwise.
    """
    with_colour = torch.from_numpy(validation.colour != NO_COLOUR)
    colour = torch.from_numpy(validation.colour.astype(np.int64))[with_colour]
    right = is_music(validation) if right is None else right
    claims = torch.from_numpy(right.astype(np.float32))

    def colour_loss() -> Tensor:
        answers = ensemble.answers(said)
        return functional.nll_loss(answers.colour[with_colour].clamp(min=SMALLEST).log(), colour)

    def confidence_loss() -> Tensor:
        return functional.binary_cross_entropy(ensemble.answers(said).confidence[:, 0], claims)

    before = colour_loss().item()
    minimise(colour_loss, [ensemble.colour_temperature])
    minimise(confidence_loss, [ensemble.confidence_scale, ensemble.confidence_shift])
    with torch.no_grad():
        confidence = ensemble.answers(said).confidence[:, 0].numpy()
        return Calibration(
            ensemble.colour_temperature.item(),
            ensemble.confidence_scale.item(),
            ensemble.confidence_shift.item(),
            before,
            colour_loss().item(),
            thresholds(confidence, validation),
        )


def minimise(loss: Callable[[], Tensor], values: list[Tensor]) -> None:
    """Move a few numbers to where the loss is least; they stay constants of the graph."""
    optimizer = torch.optim.LBFGS(
        [value.requires_grad_() for value in values],
        max_iter=SEARCH_STEPS,
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
    """How often a model is right, by how sure it is.

    Attributes:
        rows: ``(low, high, count, mean probability, share right)`` of each bin with any rows.
        error: mean distance between the two, weighted by count.
    """

    rows: list[tuple[float, float, int, float, float]]
    error: float


def curve(probability: Floats, right: NDArray[np.bool_]) -> Curve:
    """Compare what was claimed with what happened, both ``(n,)``."""
    edges = np.linspace(0, 1, BINS + 1)
    places = np.clip(np.digitize(probability, edges) - 1, 0, BINS - 1)
    rows = []
    for place in sorted(set(places.tolist())):
        inside = places == place
        claimed, happened = float(probability[inside].mean()), float(right[inside].mean())
        rows.append(
            (float(edges[place]), float(edges[place + 1]), int(inside.sum()), claimed, happened)
        )
    error = sum(count * abs(claimed - happened) for _, _, count, claimed, happened in rows)
    return Curve(rows, error / max(1, len(probability)))
