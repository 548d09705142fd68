import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.proposals import Overrides
from tests.engine.proposals.documents import ABSENT, refused, understood


@pytest.mark.parametrize(
    ("written", "tempo_bpm"), [(72, 72.0), (94.22, 94.22), ("120", 120.0), ("87.5", 87.5)]
)
def test_whole_and_broken_numbers(written: object, tempo_bpm: float) -> None:
    proposal = understood(bpm=written)

    assert proposal.tempo_bpm == tempo_bpm
    assert isinstance(proposal.tempo_bpm, float)
    assert proposal.warnings == ()


@pytest.mark.parametrize("written", [10, 16, 39.9, 220.5, 222, 400])
def test_an_unusual_tempo_is_taken_with_a_warning(written: float) -> None:
    proposal = understood(bpm=written)

    assert proposal.tempo_bpm == written
    assert proposal.warnings == (f"bpm: {written:g} is outside the usual 40 to 220",)


@pytest.mark.parametrize(
    "written",
    [
        0,
        -72,
        9.99,
        400.1,
        None,
        True,
        False,
        math.nan,
        math.inf,
        "fast",
        "",
        "1e2",
        "nan",
        [72],
        {},
    ],
)
def test_what_is_no_tempo_is_refused_with_the_override_named(written: object) -> None:
    refusal = refused(bpm=written)

    assert refusal.field == "bpm"
    assert "--bpm" in refusal.accepted


def test_a_missing_tempo_is_refused() -> None:
    assert refused(bpm=ABSENT).value == "missing"


@pytest.mark.parametrize("written", [72, 0, None, ABSENT])
def test_an_override_replaces_the_tempo_readable_or_not(written: object) -> None:
    proposal = understood(Overrides(tempo_bpm=99), bpm=written)

    assert proposal.tempo_bpm == 99.0
    assert len(proposal.warnings) == 1
    assert "--bpm" in proposal.warnings[0]


@given(st.floats(10, 400))
def test_every_playable_tempo_is_taken_as_it_is(tempo_bpm: float) -> None:
    assert understood(bpm=tempo_bpm).tempo_bpm == tempo_bpm


def test_overrides_are_read_as_leniently_as_documents() -> None:
    overrides = Overrides.parse(meter=" 7/8", tempo_bpm="96.5", key="A ♭ major")

    assert (str(overrides.meter), overrides.tempo_bpm, str(overrides.key)) == (
        "7/8",
        96.5,
        "Ab major",
    )
    assert Overrides.parse() == Overrides()


@pytest.mark.parametrize(
    "typed",
    [{"meter": "18/21"}, {"meter": "Allegro"}, {"tempo_bpm": "0"}, {"key": "All Keys"}],
)
def test_overrides_that_are_none_are_value_errors_on_one_line(typed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="accepted: ") as caught:
        Overrides.parse(**typed)  # type: ignore[arg-type]

    assert "\n" not in str(caught.value)


def test_an_override_out_of_range_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="bpm: 5"):
        Overrides(tempo_bpm=5)
