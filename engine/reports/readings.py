"""What a run's model heard in a survivor, as the log says it, told to people and machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from fitness.colours import AXES
from store.events import Heard

if TYPE_CHECKING:
    from fitness.scorer import Prediction

# Where fewer of a run's candidates pass, the gate decides more than the scores do.
FEW_PASS = 0.5


def most_likely(heard: Heard | Prediction) -> dict[str, str]:
    """The most probable colour, if the model tells them apart, and mode of each axis.

    Args:
        heard: ``modes`` and ``colour`` as a reading has them: probabilities by name.
    """
    groups = {"colour": heard.colour or {}} | {axis: heard.modes[axis] for axis in AXES}
    return {what: max(names, key=names.__getitem__) for what, names in groups.items() if names}


def with_most_likely(heard: Heard | None) -> dict[str, Any] | None:
    """What was heard, and the most probable of it; None where no model was asked."""
    if heard is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(heard)
    return plain | {"most_likely": most_likely(heard)}


def in_words(heard: Heard, terms: Mapping[str, float]) -> str:
    """One line: the colour and the modes heard, and the model's verdict on the part.

    Args:
        heard: as the log says it.
        terms: the survivor's; the colour asked for counts in ``chromatic``.
    """
    likely = most_likely(heard)
    colour = likely.pop("colour", None)
    modes = [f"{mode} {heard.modes[axis][mode]:.2f}" for axis, mode in likely.items()]
    sounds = [f"{colour} {heard.colour[colour]:.2f}"] if colour and heard.colour else []
    gate = "passes the gate" if heard.passes else "doesn't pass the gate"
    numbers = [f"{name} {terms[name]:.2f}" for name in ("chromatic", "confidence") if name in terms]
    return f"heard as {', '.join(sounds + modes)}; {', '.join([*numbers, gate])}"


def gate_warning(passed: int, scored: int) -> str:
    """What a person should know of a gate that refuses most of a run; empty where it doesn't."""
    if passed >= FEW_PASS * scored:
        return ""
    share = f"only {passed / scored:.0%} of its candidates"
    return f"{share} pass the model's gate; they rank above all others"
