import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.chromatic import chromatic, closeness, jensen_shannon_distance
from fitness.colours import COLOURS, find_colour
from fitness.predictions import Predictions

weights = st.floats(0, 1).map(lambda x: round(x, 6))
distributions = (
    st.tuples(weights, weights, weights)
    .filter(lambda row: sum(row) > 0.01)
    .map(lambda row: np.array(row) / sum(row))
)


def predictions(axes, colour=None):
    """From ``(n, 3, 3)`` and ``(n, 9)``."""
    axes = np.asarray(axes, dtype=np.float32)
    colour = None if colour is None else np.asarray(colour, dtype=np.float32)
    confidence = np.ones(len(axes), dtype=np.float32)
    return Predictions(axes[:, 0], axes[:, 1], axes[:, 2], colour, confidence)


def one_hot(index):
    return np.eye(9, dtype=np.float32)[index]


@given(distributions, distributions)
def test_distance_is_symmetric_and_bounded(p, q):
    distance = jensen_shannon_distance(p, q)
    assert 0 <= distance <= 1
    assert distance == pytest.approx(jensen_shannon_distance(q, p), abs=1e-9)


@given(distributions, distributions, distributions)
def test_distance_keeps_the_triangle_inequality(p, q, r):
    assert jensen_shannon_distance(p, r) <= (
        jensen_shannon_distance(p, q) + jensen_shannon_distance(q, r) + 1e-7
    )


@given(distributions)
def test_distance_is_0_for_the_same_and_1_for_what_shares_nothing(p):
    assert jensen_shannon_distance(p, p) == 0
    assert jensen_shannon_distance([1, 0, 0], [0, 0.5, 0.5]) == 1


def test_distance_of_a_known_pair():
    # p = (1, 0), q = (1/2, 1/2): divergence 1/2 log2(4/3) + 1/4 log2(2/3) + 1/4 log2(2)
    expected = np.sqrt(0.5 * np.log2(4 / 3) + 0.25 * np.log2(2 / 3) + 0.25)
    assert jensen_shannon_distance([1, 0], [0.5, 0.5]) == pytest.approx(expected)


@pytest.mark.parametrize("colour", COLOURS, ids=lambda colour: colour.name)
def test_meeting_the_target_with_certainty_is_1(colour):
    index = COLOURS.index(colour)
    term = chromatic(predictions([colour.targets], [one_hot(index)]), colour)
    assert term.values is not None
    assert term.values[0] == pytest.approx(1, abs=1e-6)
    assert term.reason == ""


def test_it_is_the_mean_of_the_two_halves():
    green = find_colour("Green")
    shares = np.full(9, 0.1, dtype=np.float32)
    shares[COLOURS.index(green)] = 0.2
    term = chromatic(predictions([find_colour("Red").targets], [shares]), green)
    assert term.colour == pytest.approx([0.2])
    assert term.values == pytest.approx((term.axes + 0.2) / 2)


def test_without_a_colour_output_the_axes_stand_alone():
    green = find_colour("Green")
    term = chromatic(predictions([green.targets, find_colour("Red").targets]), green)
    assert term.colour is None
    np.testing.assert_array_equal(term.values, term.axes)
    assert term.values[0] > term.values[1]


@pytest.mark.parametrize("name", ["Black", "White"])
def test_an_even_colour_without_a_colour_output_has_no_term_and_says_so(name):
    term = chromatic(predictions([find_colour("Red").targets]), find_colour(name))
    assert term.values is None
    assert name in term.reason


def test_black_and_white_differ_by_the_colour_output():
    black, white = find_colour("Black"), find_colour("White")
    heard = predictions([black.targets], [one_hot(COLOURS.index(black))])
    assert chromatic(heard, black).values == pytest.approx([1])
    assert chromatic(heard, white).values == pytest.approx([0])


def test_being_unsure_is_not_being_even():
    black = find_colour("Black")
    unsure = chromatic(predictions([black.targets], [np.full(9, 1 / 9)]), black)
    assert unsure.axes == pytest.approx([1])
    assert unsure.values == pytest.approx([1 / 9])


def test_indigo_is_met_by_its_own_target_and_varies():
    indigo = find_colour("Indigo")
    assert indigo.ontological == (0.10, 0.45, 0.45)
    even, sharp = find_colour("Black").targets, find_colour("Red").targets
    values = closeness(np.array([indigo.targets, even, sharp]), np.array(indigo.targets))
    assert values[0] == pytest.approx(1, abs=1e-7)
    assert values[0] > values[1] > values[2]


@given(st.lists(st.tuples(distributions, distributions, distributions), min_size=1, max_size=5))
def test_bounds_for_every_colour(rows):
    for colour in COLOURS:
        term = chromatic(predictions(rows, np.full((len(rows), 9), 1 / 9)), colour)
        assert term.values is not None
        assert ((term.values >= 0) & (term.values <= 1)).all()


def test_the_order_of_parts_changes_with_the_colour():
    heard = predictions([find_colour("Red").targets, find_colour("Green").targets])
    red = chromatic(heard, find_colour("Red")).values
    green = chromatic(heard, find_colour("Green")).values
    assert red is not None
    assert green is not None
    assert (np.argmax(red), np.argmax(green)) == (0, 1)
