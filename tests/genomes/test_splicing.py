from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.notes import ChordSpan, Part
from genomes.splicing import cut, spliced
from tests.strategies import parts

BAR = 1920


def span(onset, duration, name):
    return ChordSpan(onset, duration, 0, 0, (0, 4, 7), "I", name)


def test_bars_come_from_the_source_and_nothing_rings_over_an_edge():
    part = Part.of([(0, 3000, 60, 80), (2 * BAR, 100, 62, 80)], 3 * BAR, [span(0, 3 * BAR, "C")])
    source = Part.of([(BAR, 2500, 70, 90), (0, 10, 71, 90)], 3 * BAR, [span(0, 3 * BAR, "G")])
    found = spliced(part, source, (1,), BAR)
    assert found.notes.tolist() == [
        (0, BAR, 60, 80, False),
        (BAR, BAR, 70, 90, False),
        (2 * BAR, 100, 62, 80, False),
    ]
    assert [(s.onset_ticks, s.name) for s in found.harmony] == [
        (0, "C"),
        (BAR, "G"),
        (2 * BAR, "C"),
    ]


def test_words_go_with_their_bars():
    part = Part.of([(0, 10, 60, 80)], 2 * BAR, lyrics=[(0, "la "), (BAR, "lo ")], swing=0.5)
    source = Part.of([(0, 10, 60, 80)], 2 * BAR, lyrics=[(0, "mi "), (BAR, "mo ")])
    found = spliced(part, source, (1,), BAR)
    assert (found.lyrics, found.swing) == (((0, "la "), (BAR, "mo ")), 0.5)


def test_parts_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="parts of"):
        spliced(Part.of([], BAR), Part.of([], 2 * BAR), (0,), BAR)


@st.composite
def stretches(draw, length_ticks):
    onset = draw(st.integers(0, length_ticks - 1))
    return onset, draw(st.integers(1, length_ticks - onset))


@given(part=parts())
def test_all_of_a_part_is_the_part(part):
    assert cut(part, 0, part.length_ticks) == part


@given(part=parts(), edges=st.sets(st.integers(1, 1000), max_size=4))
def test_pieces_sound_as_long_as_the_whole(part, edges):
    bounds = sorted({0, part.length_ticks} | {edge * part.length_ticks // 1001 for edge in edges})
    pieces = [cut(part, a, b - a) for a, b in pairwise(bounds)]
    assert sum(piece.length_ticks for piece in pieces) == part.length_ticks
    sounding = sum(int(piece.notes["duration_ticks"].sum()) for piece in pieces)
    assert sounding == part.notes["duration_ticks"].sum()


@given(data=st.data(), part=parts(drums=True))
def test_a_stretch_has_what_sounds_in_it_and_nothing_else(data, part):
    onset, length = data.draw(stretches(part.length_ticks))
    expected = sorted(
        (max(start, onset) - onset, min(start + lasts, onset + length) - max(start, onset), *rest)
        for start, lasts, *rest in part.notes.tolist()
        if start < onset + length and onset < start + lasts
    )
    assert sorted(cut(part, onset, length).notes.tolist()) == expected


@given(data=st.data(), part=parts())
def test_a_stretch_of_a_stretch_is_a_stretch(data, part):
    onset, length = data.draw(stretches(part.length_ticks))
    inner, inner_length = data.draw(stretches(length))
    twice = cut(cut(part, onset, length), inner, inner_length)
    assert twice == cut(part, onset + inner, inner_length)
