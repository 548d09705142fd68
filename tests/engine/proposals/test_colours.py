from typing import Any

import pytest

from engine.proposals.colours import MODE_FIELDS
from fitness.colours import COLOURS, Colour
from tests.engine.proposals.documents import understood

UNUSED_FIELDS = ("file_prefix", "mnemonic_character_value", "transmigrational_mode", *MODE_FIELDS)


def described(name: object, **changes: Any) -> dict[str, Any]:
    """A colour as programs describe it, with every field that nobody should rely on."""
    return dict.fromkeys(UNUSED_FIELDS) | {"color_name": name, "hex_value": 255} | changes


@pytest.mark.parametrize("colour", COLOURS, ids=lambda colour: colour.name)
def test_by_name_or_letter_in_any_case(colour: Colour) -> None:
    forms = [colour.name, colour.letter]
    for text in [*forms, *map(str.lower, forms), *map(str.upper, forms), f" {colour.name} "]:
        for written in (text, described(text)):
            proposal = understood(rainbow_color=written)
            assert proposal.colour is colour
            assert proposal.warnings == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("W", "White"),
        ("K", "Black"),
        ("k", "Black"),
        (described("Black", mnemonic_character_value="B"), "Black"),
    ],
)
def test_letters_that_mean_another_colour_are_warned_of(written: object, name: str) -> None:
    proposal = understood(rainbow_color=written)

    assert proposal.colour.name == name
    assert len(proposal.warnings) == 1


def test_a_wrong_description_is_overruled_with_one_warning() -> None:
    proposal = understood(
        rainbow_color=described(
            "Blue",
            mnemonic_character_value="W",
            objectional_mode="Person",
            ontological_mode=["Known", "Forgotten"],
            temporal_mode="Past",
        )
    )

    assert proposal.colour.name == "Blue"
    (warning,) = proposal.warnings
    assert "mnemonic_character_value W" in warning
    assert "temporal_mode Past" in warning
    assert "ontological_mode" in warning
    assert "objectional_mode" not in warning


@pytest.mark.parametrize(
    ("name", "modes"),
    [
        ("Blue", ("Present", "Person", ["Forgotten"])),
        ("Violet", ("present", "person", "Known")),
        ("Indigo", ("None", None, ["Known", "Forgotten"])),
        ("Indigo", (None, None, "Known, Forgotten")),
        ("White", ("None", "None", [None])),
    ],
)
def test_a_description_that_agrees_needs_no_warning(name: str, modes: tuple[Any, ...]) -> None:
    colour = described(name, **dict(zip(MODE_FIELDS, modes, strict=True)))

    assert understood(rainbow_color=colour).warnings == ()


@pytest.mark.parametrize("modes", [5, [5], {"a": 1}, [["Past"]], True])
def test_modes_of_no_sensible_type_disturb_nothing(modes: object) -> None:
    assert understood(rainbow_color=described("Red", temporal_mode=modes)).colour.name == "Red"
