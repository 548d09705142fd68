"""General MIDI's programs by the names that people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.midi import find_program, program_name
from genomes.midi.programs import ALIASES, KIT_NAMES, PROGRAM_NAMES


def test_every_program_is_found_by_its_name_and_its_number():
    assert len(set(PROGRAM_NAMES)) == 128
    for program, name in enumerate(PROGRAM_NAMES):
        assert program_name(program) == name
        for text in (name, name.upper(), f" {name.lower()} ", str(program + 1)):
            assert find_program(text) == program


def test_every_kit_is_found_and_one_without_a_name_by_its_number():
    for program in range(128):
        assert find_program(program_name(program, is_drums=True), is_drums=True) == program
    for program, name in KIT_NAMES.items():
        assert find_program(name.casefold(), is_drums=True) == program


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nylon guitar", "Acoustic Guitar (nylon)"),
        ("pizzicato", "Pizzicato Strings"),
        ("warm pad", "Pad 2 (warm)"),
        ("honky-tonk", "Honky-tonk Piano"),
        ("trumpet", "Trumpet"),
        *ALIASES.items(),
    ],
)
def test_short_forms_that_mean_one_program(text, name):
    assert program_name(find_program(text)) == name


@pytest.mark.parametrize(
    ("text", "is_drums", "accepted"),
    [
        ("sax", False, "one of Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax"),
        ("guitar", False, r"one of Acoustic Guitar \(nylon\), .*Overdriven Guitar"),
        ("violn", False, "such as Violin, Viola, or a number from 1 to 128"),
        ("flutes", False, "such as Flute"),
        ("", False, "such as Violin or Drawbar Organ"),
        ("0", False, "from 1 to 128"),
        ("129", False, "from 1 to 128"),
        ("violin", True, "such as Standard Kit, Room Kit"),
    ],
)
def test_what_is_no_program_is_said_with_what_is(text, is_drums, accepted):
    with pytest.raises(ValueError, match=accepted):
        find_program(text, is_drums=is_drums)


@given(st.text(max_size=20), st.booleans())
def test_any_text_is_a_program_or_refused_in_one_line(text, is_drums):
    try:
        found = find_program(text, is_drums=is_drums)
    except ValueError as error:
        found, said = 0, str(error)
    else:
        said = ""
    assert 0 <= found < 128
    assert "\n" not in said
