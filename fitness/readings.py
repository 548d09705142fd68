"""What a person or a program reads of the model's predictions, part by part."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fitness.chromatic import Chromatic
from fitness.colours import AXES, COLOUR_NAMES
from fitness.predictions import Floats, Predictions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the model hears in one part.

    Attributes:
        modes: for each axis, the probability of each of its modes.
        colour: the probability of each colour; None if the model doesn't tell them apart.
        confidence: whether this is music the model knows, 0 to 1.
        passes: whether the confidence reaches the model's threshold.
        warnings: what a person should know about this reading.
    """

    modes: dict[str, dict[str, float]]
    colour: dict[str, float] | None
    confidence: float
    passes: bool
    warnings: tuple[str, ...]

    @classmethod
    def of(
        cls, predictions: Predictions, index: int, *, passes: bool, warnings: tuple[str, ...]
    ) -> Reading:
        """One row of the predictions."""
        return cls(
            modes={
                axis: _named(modes, row)
                for (axis, modes), row in zip(AXES.items(), predictions.axes[index], strict=True)
            },
            colour=None
            if predictions.colour is None
            else _named(COLOUR_NAMES, predictions.colour[index]),
            confidence=float(predictions.confidence[index]),
            passes=passes,
            warnings=warnings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Reading):
    """A reading, and how well it fits the colour that was asked for.

    Attributes:
        rank: 1 is the best.
        index: of the candidate, as it was handed in.
        chromatic: 0 to 1; None if the model has nothing to say of this colour.
    """

    rank: int
    index: int
    chromatic: float | None

    @classmethod
    def ranked(cls, reading: Reading, rank: int, index: int, term: Chromatic) -> Match:
        """A reading in its place."""
        told = {field.name: getattr(reading, field.name) for field in fields(reading)}
        value = None if term.values is None else float(term.values[index])
        if term.reason:
            told["warnings"] = (*reading.warnings, term.reason)
        return cls(**told, rank=rank, index=index, chromatic=value)


def _named(names: tuple[str, ...], row: Floats) -> dict[str, float]:
    return dict(zip(names, row.tolist(), strict=True))
