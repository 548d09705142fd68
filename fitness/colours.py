"""The nine colours: what each one means on three axes of mood."""

from __future__ import annotations

from dataclasses import dataclass

AXES: dict[str, tuple[str, str, str]] = {
    "temporal": ("past", "present", "future"),
    "spatial": ("thing", "place", "person"),
    "ontological": ("imagined", "forgotten", "known"),
}

Distribution = tuple[float, float, float]

EVEN: Distribution = (1 / 3, 1 / 3, 1 / 3)


@dataclass(frozen=True, slots=True)
class Colour:
    """A target: one distribution for each axis, in the order of ``AXES``.

    Attributes:
        name: such as ``"Green"``.
        letter: the one-letter name used in catalogues.
        temporal: past, present, future; sums to 1.
        spatial: thing, place, person; sums to 1.
        ontological: imagined, forgotten, known; sums to 1.
    """

    name: str
    letter: str
    temporal: Distribution
    spatial: Distribution
    ontological: Distribution

    @property
    def targets(self) -> tuple[Distribution, Distribution, Distribution]:
        """The three distributions in the order of ``AXES``."""
        return self.temporal, self.spatial, self.ontological

    @property
    def is_even(self) -> bool:
        """Whether every axis is undecided, so that the axes alone can't tell it from others."""
        return self.targets == (EVEN, EVEN, EVEN)


FIRST: Distribution = (0.8, 0.1, 0.1)
SECOND: Distribution = (0.1, 0.8, 0.1)
THIRD: Distribution = (0.1, 0.1, 0.8)

# In the order of the model's colour output.
COLOURS: tuple[Colour, ...] = (
    Colour("Black", "Z", EVEN, EVEN, EVEN),
    Colour("Red", "R", FIRST, FIRST, THIRD),
    Colour("Orange", "O", FIRST, FIRST, FIRST),
    Colour("Yellow", "Y", THIRD, SECOND, FIRST),
    Colour("Green", "G", THIRD, SECOND, SECOND),
    Colour("Blue", "B", SECOND, THIRD, SECOND),
    Colour("Indigo", "I", EVEN, EVEN, (0.10, 0.45, 0.45)),
    Colour("Violet", "V", SECOND, THIRD, THIRD),
    Colour("White", "A", EVEN, EVEN, EVEN),
)
COLOUR_NAMES = tuple(colour.name for colour in COLOURS)

# Letters that people have used for a colour beside its own.
LETTER_ALIASES = {"W": "White", "K": "Black"}

_BY_NAME = {colour.name.casefold(): colour for colour in COLOURS}
_BY_LETTER = {colour.letter.casefold(): colour for colour in COLOURS}


def find_colour(text: str) -> Colour:
    """The colour with this name or letter, in any case.

    Raises:
        ValueError: if there is none; never a silent default.
    """
    wanted = text.strip().casefold()
    colour = _BY_NAME.get(wanted) or _BY_LETTER.get(wanted)
    alias = LETTER_ALIASES.get(wanted.upper())
    if colour is None and alias is not None:
        colour = _BY_NAME[alias.casefold()]
    if colour is None:
        known = ", ".join(f"{colour.name} ({colour.letter})" for colour in COLOURS)
        raise ValueError(f"colour {text!r}: expected one of {known}")
    return colour
