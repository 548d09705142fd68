"""The chromatic term: how well a model's predictions match a colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitness.colours import COLOURS, Colour
from fitness.predictions import Predictions

# Raised whenever the same predictions would give another term.
CHROMATIC_VERSION = "2"

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Chromatic:
    """The term for a batch, with what it is made of.

    Attributes:
        values: ``(n,)`` 0 to 1; None where this model can't tell this colour.
        axes: ``(n,)`` 0 to 1: closeness on the three axes.
        colour: ``(n,)`` 0 to 1: the model's probability of the colour; None without that output.
        reason: why there are no values; empty where there are.
    """

    values: Values | None
    axes: Values
    colour: Values | None
    reason: str = ""


def chromatic(predictions: Predictions, colour: Colour) -> Chromatic:
    """Half closeness on the axes, half the model's own probability of the colour.

    For a model without a colour output the term is the closeness on the axes alone. For a colour
    that is even on every axis, closeness only rewards predictions that are unsure: its term is the
    probability alone. Where there is neither, the term is None, with a reason.
    """
    axes = closeness(predictions.axes, np.array(colour.targets))
    if predictions.colour is not None:
        probability = predictions.colour[:, COLOURS.index(colour)].astype(np.float64)
        values = probability if colour.is_even else (axes + probability) / 2
        return Chromatic(values, axes, probability)
    if colour.is_even:
        reason = f"{colour.name} is even on every axis and this model doesn't tell colours apart"
        return Chromatic(None, axes, None, reason)
    return Chromatic(axes, axes, None)


def closeness(predicted: ArrayLike, target: ArrayLike) -> Values:
    """One minus the mean Jensen-Shannon distance of the axes.

    Args:
        predicted: ``(n, 3, 3)`` one distribution for each axis.
        target: ``(3, 3)``.

    Returns:
        ``(n,)``, 0 to 1; 1 exactly where every axis meets its target.
    """
    return np.asarray(1 - jensen_shannon_distance(predicted, target).mean(axis=-1))


def jensen_shannon_distance(p: ArrayLike, q: ArrayLike) -> Values:
    """The square root of the Jensen-Shannon divergence in bits: a metric from 0 to 1.

    Args:
        p: distributions along the last axis; scaled to sum to 1.
        q: the same, broadcast against ``p``.

    Returns:
        the distance of each pair, the last axis gone.
    """
    p, q = _scaled(p), _scaled(q)
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    # Rounding may leave a hair below 0 or above 1.
    return np.sqrt(np.clip(divergence, 0, 1))


def _scaled(distribution: ArrayLike) -> Values:
    values = np.asarray(distribution, dtype=np.float64)
    return np.asarray(values / values.sum(axis=-1, keepdims=True))


def _relative_entropy(p: Values, q: Values) -> Values:
    """In bits; ``q`` is nowhere 0 where ``p`` isn't."""
    ratio = np.divide(p, q, out=np.ones(np.broadcast_shapes(p.shape, q.shape)), where=p > 0)
    return np.asarray((p * np.log2(ratio)).sum(axis=-1))
