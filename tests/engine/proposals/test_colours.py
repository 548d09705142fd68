from typing import Any

import pytest

from engine.proposals.colours import MODE_FIELDS
from fitness.colours import COLOURS, Colour
from tests.engine.proposals.documents import ABSENT, refused, understood


def described(name: object, **changes: Any) -> dict[str, Any]:
    """A colour as programs describe it, with every field that nobody should rely on."""
    return {
        "color_name": name,
        "file_prefix": None,
        "hex_value": 255,
        "mnemonic_character_value": None,
        "objectional_mode": None,
        "ontological_mode": None,
        "temporal_mode": None,
        "transmigrational_mode": None,
        **changes,
    }


@pytest.mark.parametrize("colour", COLOURS, ids=lambda colour: colour.name)
def test_by_name_or_letter_in_any_case(colour: Colour) -> None:
    forms = [colour.name, colour.letter]
    for text in [*forms, *map(str.lower, forms), *map(str.upper, forms), f" {colour.name} "]:
        for written in (text, described(text)):
            proposal = understood(rainbow_color=written)
            assert proposal.colour is colour
            assert proposal.warnings == ()


@pytest.mark.parametrize(("letter", "name"), [("W", "White"), ("K", "Black"), ("k", "Black")])
def test_letters_that_people_mean_are_taken_with_a_warning(letter: str, name: str) -> None:
    proposal = understood(rainbow_color=letter)

    assert proposal.colour.name == name
    assert len(proposal.warnings) == 1


@pytest.mark.parametrize(
    "written",
    [
        "Octarine",
        "",
        "#ff0000",
        16711680,
        True,
        None,
        ["Red"],
        {},
        described(None, mnemonic_character_value="R", temporal_mode="Past"),
        described("Crimson", mnemonic_character_value="R"),
        described(5),
    ],
)
def test_an_unknown_colour_is_refused_and_never_guessed(written: object) -> None:
    refusal = refused(rainbow_color=written)

    assert refusal.field == "rainbow_color"
    assert "Indigo (I)" in refusal.accepted


def test_a_missing_colour_is_refused() -> None:
    assert refused(rainbow_color=ABSENT).value == "missing"


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


def test_black_with_the_letter_of_blue_stays_black() -> None:
    proposal = understood(rainbow_color=described("Black", mnemonic_character_value="B"))

    assert proposal.colour.name == "Black"
    assert len(proposal.warnings) == 1


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
