"""A model's prediction for a survivor, for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from fitness.colours import AXES
from store.events import FirstPool, Heard

if TYPE_CHECKING:
    from fitness.scorer import Prediction

# If a smaller fraction of a run's candidates pass the gate, people are warned.
FEW_PASS = 0.5

# A term whose standard deviation over the first pool is smaller has no influence.
FLAT_SPREAD = 1e-6


def most_likely(heard: Heard | Prediction) -> dict[str, str]:
    """The most probable colour, if the model predicts colours, and the mode of each axis.

    Args:
        heard: a prediction: probabilities of modes and colours by name.
    """
    groups = {"colour": heard.colour or {}} | {axis: heard.modes.get(axis, {}) for axis in AXES}
    return {what: max(names, key=names.__getitem__) for what, names in groups.items() if names}


def with_most_likely(heard: Heard | None) -> dict[str, Any] | None:
    """A prediction with its most probable values; None without a model."""
    if heard is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(heard)
    return plain | {"most_likely": most_likely(heard)}


def in_words(heard: Heard, terms: Mapping[str, float]) -> str:
    """One line: the predicted colour and modes, and whether the part passes the model's gate.

    Args:
        heard: the recorded prediction.
        terms: terms of the survivor's score.
    """
    likely = most_likely(heard)
    colour = likely.pop("colour", None)
    modes = [f"{mode} {heard.modes[axis][mode]:.2f}" for axis, mode in likely.items()]
    sounds = [f"{colour} {heard.colour[colour]:.2f}"] if colour and heard.colour else []
    gate = "passes the gate" if heard.passes else "doesn't pass the gate"
    numbers = [f"{name} {terms[name]:.2f}" for name in ("chromatic", "confidence") if name in terms]
    return f"heard as {', '.join(sounds + modes)}; {', '.join([*numbers, gate])}"


def flat_terms(pool: FirstPool) -> list[str]:
    """The terms that did not vary over a run's first pool, and so decided nothing."""
    return [term for term, spread in pool.spread.items() if spread < FLAT_SPREAD]


def gate_warning(passed: int, scored: int) -> str:
    """A warning if few of a run's candidates pass the model's gate; else empty."""
    if passed >= FEW_PASS * scored:
        return ""
    share = f"only {passed / scored:.0%} of its candidates"
    return f"{share} pass the model's gate; they rank above all others"
