"""The colour of a song, read from its name or letter; its description is only compared."""

from __future__ import annotations

from typing import Any

from documents.findings import Found, UnreadableError, shown, written
from fitness.colours import AXES, COLOURS, LETTER_ALIASES, Colour, find_colour

FIELD = "rainbow_color"
A_COLOUR = "one of " + ", ".join(f"{colour.name} ({colour.letter})" for colour in COLOURS)

# Where a colour described in full names the mode of each axis, in the order of AXES.
MODE_FIELDS = ("temporal_mode", "objectional_mode", "ontological_mode")
LETTER_FIELD = "mnemonic_character_value"


def read_colour(document: dict[str, Any]) -> Found[Colour]:
    """The colour by its name; a description that contradicts the name gives a warning.

    Raises:
        UnreadableError: if no colour has that name or letter.
    """
    value = document.get(FIELD)
    name = value.get("color_name") if isinstance(value, dict) else value
    if not isinstance(name, str):
        raise UnreadableError(FIELD, written(document, FIELD), A_COLOUR)
    try:
        colour = find_colour(name)
    except ValueError as error:
        raise UnreadableError(FIELD, shown(name), A_COLOUR) from error
    warnings = _alias_warnings(name, colour)
    if isinstance(value, dict):
        warnings += _disagreement_warnings(value, colour)
    return Found(colour, warnings)


def _alias_warnings(name: str, colour: Colour) -> tuple[str, ...]:
    letter = name.strip().upper()
    if letter not in LETTER_ALIASES:
        return ()
    return (f"{FIELD}: {letter} is read as {colour.name}, whose letter is {colour.letter}",)


def _disagreement_warnings(value: dict[str, Any], colour: Colour) -> tuple[str, ...]:
    """A warning with all fields of the description that differ from the table of colours."""
    compared = [(LETTER_FIELD, {colour.letter.casefold()})]
    compared += zip(MODE_FIELDS, _modes(colour), strict=True)
    differing = [
        f"{field} {shown(value[field])}"
        for field, expected in compared
        if (stated := _words(value.get(field))) and stated != expected
    ]
    if not differing:
        return ()
    return (f"{FIELD}: read by its name, {colour.name}, against its {', '.join(differing)}",)


def _modes(colour: Colour) -> list[set[str]]:
    """The leading modes of each axis; none where the axis is undecided."""
    return [
        {mode for mode, weight in zip(modes, target, strict=True) if weight == max(target)}
        if max(target) > min(target)
        else set()
        for modes, target in zip(AXES.values(), colour.targets, strict=True)
    ]


def _words(value: Any) -> set[str]:
    """The modes or letters in a field, which may be a word, words with commas, or a list."""
    items = value if isinstance(value, list) else [value]
    texts = (word for item in items if isinstance(item, str) for word in item.split(","))
    return {text.strip().casefold() for text in texts} - {"", "none"}
