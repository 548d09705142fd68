"""What the fields have in common: refusals that name the way out, and overrides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.proposals import Overrides
from engine.proposals.proposal import parse_proposal
from tests.engine.proposals.documents import ABSENT, SHORT_FORM, refused, understood

# What can't be read, and what of a refusal says how it can be helped.
UNREADABLE = {
    "key": (
        "--key",
        ["C hromatic Complete", "Chromatic Complete", "All Keys (Chromatic Convergence)"],
        ["A ll Keys (Chromatic Convergence)", "(C major)", "", "H minor", "A-", "F# -"],
        ["A minor pentatonic", "Bbb minor", "C major / A minor", "none", None, True, 5],
        [["A", "minor"], {}, {"mode": "minor"}, {"tonic": "X", "mode": "minor"}],
        [{"note": {"pitch_name": name}, "mode": {"name": "minor"}} for name in (None, ["A"])],
    ),
    "tempo": (
        "--meter",
        ["18/21", "1/64", "0/4", "33/4", "4/0", "-3/4", "4", "4/4/4", "", "Sideways"],
        ["Allegro 120", "slow " * 100, 120, 4.4, None, True, [7, 8], {}, {"numerator": 7}],
        [{"numerator": 7, "denominator": 21}, {"numerator": True, "denominator": 4}],
        [{"numerator": 7.5, "denominator": 8}, {"numerator": "7", "denominator": None}],
        [{"numerator": [7], "denominator": {}}],
    ),
    "bpm": (
        "--bpm",
        [0, -72, 9.99, 400.1, None, True, False, float("nan"), float("inf")],
        ["fast", "", "1e2", "nan", [72], {}],
    ),
    "rainbow_color": (
        "Indigo (I)",
        ["Octarine", "", "#ff0000", 16711680, True, None, ["Red"], {}],
        [{"color_name": None, "mnemonic_character_value": "R", "temporal_mode": "Past"}],
        [{"color_name": "Crimson", "mnemonic_character_value": "R"}, {"color_name": 5}],
    ),
}


@pytest.mark.parametrize("field", UNREADABLE)
def test_what_can_not_be_read_is_refused_and_never_guessed(field: str) -> None:
    accepted, *lists = UNREADABLE[field]
    for written in (written for values in lists for written in values):
        refusal = refused(**{field: written})
        assert refusal.field == field, written
        assert accepted in refusal.accepted
    assert refused(**{field: ABSENT}).value == "missing"
    assert refused(**{field: None}).value == "null"
    assert refused(**{field: True}).value == "true"


def test_an_empty_tempo_is_refused_in_the_short_form_too() -> None:
    assert parse_proposal({**SHORT_FORM, "tempo": None}, "manifest_bootstrap.yml").value == "null"


@pytest.mark.parametrize(
    ("field", "override", "written", "read"),
    [
        ("key", {"key": "Bb minor"}, ["D minor", "All Keys"], ("Bb minor", "7/8", 72.0)),
        ("tempo", {"meter": "5/4"}, ["4/4", "18/21"], ("F# minor", "5/4", 72.0)),
        ("bpm", {"tempo_bpm": "99"}, [72, 0], ("F# minor", "7/8", 99.0)),
    ],
)
def test_an_override_replaces_a_field_readable_or_not(
    field: str, override: dict[str, str], written: list[object], read: tuple[object, ...]
) -> None:
    ((option, value),) = override.items()
    flag = {"tempo_bpm": "--bpm"}.get(option, f"--{option}")
    for each in (*written, None, ABSENT):
        proposal = understood(Overrides.parse(**override), **{field: each})
        assert (str(proposal.key), str(proposal.meter), proposal.tempo_bpm) == read
        (warning,) = proposal.warnings
        assert warning.startswith(f"{field}: {value} from {flag}")


def test_an_override_leaves_the_tempo_marking_alone() -> None:
    proposal = understood(Overrides.parse(meter="7/8"), tempo="Moderate driving")
    assert (str(proposal.meter), proposal.tempo_marking) == ("7/8", "Moderate driving")


def test_overrides_are_read_as_leniently_as_documents() -> None:
    overrides = Overrides.parse(meter=" 7/8", tempo_bpm="96.5", key="A ♭ major")
    read = (str(overrides.meter), overrides.tempo_bpm, str(overrides.key))
    assert read == ("7/8", 96.5, "Ab major")
    assert Overrides.parse() == Overrides()


@pytest.mark.parametrize(
    "typed", [{"meter": "18/21"}, {"meter": "Allegro"}, {"tempo_bpm": "0"}, {"key": "All Keys"}]
)
def test_overrides_that_are_none_are_value_errors_on_one_line(typed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="accepted: ") as caught:
        Overrides.parse(**typed)
    assert "\n" not in str(caught.value)


def test_an_override_out_of_range_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="bpm: 5"):
        Overrides(tempo_bpm=5)


@pytest.mark.parametrize(
    ("written", "tempo_bpm"), [(72, 72.0), (94.22, 94.22), ("120", 120.0), ("87.5", 87.5)]
)
def test_whole_and_broken_tempos(written: object, tempo_bpm: float) -> None:
    proposal = understood(bpm=written)
    assert proposal.tempo_bpm == tempo_bpm
    assert isinstance(proposal.tempo_bpm, float)
    assert proposal.warnings == ()


@pytest.mark.parametrize("written", [10, 16, 39.9, 220.5, 222, 400])
def test_an_unusual_tempo_is_taken_with_a_warning(written: float) -> None:
    proposal = understood(bpm=written)
    assert proposal.tempo_bpm == written
    assert proposal.warnings == (f"bpm: {written:g} is outside the usual 40 to 220",)


@given(st.floats(10, 400))
def test_every_playable_tempo_is_taken_as_it_is(tempo_bpm: float) -> None:
    assert understood(bpm=tempo_bpm).tempo_bpm == tempo_bpm
