"""What a run's model heard in a survivor, as the log says it, told to people and machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fitness.colours import AXES

Document = dict[str, Any]

# Where fewer of a run's candidates pass, the gate decides more than the scores do.
FEW_PASS = 0.5


def most_likely(heard: Mapping[str, Any]) -> dict[str, str]:
    """The most probable colour, if the model tells them apart, and mode of each axis.

    Args:
        heard: ``modes`` and ``colour`` as a reading has them: probabilities by name.
    """
    told = {"colour": heard["colour"] or {}} | {axis: heard["modes"][axis] for axis in AXES}
    return {what: max(names, key=names.__getitem__) for what, names in told.items() if names}


def with_most_likely(heard: Document | None) -> Document | None:
    """What was heard, and the most probable of it; None where no model was asked."""
    return None if heard is None else heard | {"most_likely": most_likely(heard)}


def in_words(heard: Document, terms: Mapping[str, float]) -> str:
    """One line: the colour and the modes heard, and the model's verdict on the part.

    Args:
        heard: as the log says it.
        terms: the survivor's; the colour asked for counts in ``chromatic``.
    """
    likely = most_likely(heard)
    colour = likely.pop("colour", None)
    modes = [f"{mode} {heard['modes'][axis][mode]:.2f}" for axis, mode in likely.items()]
    sounds = [] if colour is None else [f"{colour} {heard['colour'][colour]:.2f}"]
    gate = "passes the gate" if heard["passes"] else "doesn't pass the gate"
    numbers = [f"{name} {terms[name]:.2f}" for name in ("chromatic", "confidence") if name in terms]
    return f"heard as {', '.join(sounds + modes)}; {', '.join([*numbers, gate])}"


def gate_warning(passed: int, scored: int) -> str:
    """What a person should know of a gate that refuses most of a run; empty where it doesn't."""
    if passed >= FEW_PASS * scored:
        return ""
    share = f"only {passed / scored:.0%} of its candidates"
    return f"{share} pass the model's gate; they rank above all others"
