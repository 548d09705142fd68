"""Repeats: what a reader plays by the written bars is every bar of the song, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notation.form import written_form


def played(form):
    """The bars of the song in the order in which a reader comes to them, ``(bar, pass)``."""
    order, start, place, this_pass = [], 0, 0, 1
    while place < len(form):
        written = form[place]
        if written.opens_repeat and start != place:
            start, this_pass = place, 1
        if written.ending and this_pass not in written.ending:
            place += 1
            continue
        first = written.ending[0] if written.ending else 1
        order.append(written.bars[this_pass - first] if len(written.bars) > 1 else written.bars[0])
        last = written.ending[-1] + 1 if written.ending else written.closes_repeat
        if written.closes_repeat and this_pass < last:
            this_pass, place = this_pass + 1, start
        else:
            if written.closes_repeat or written.closes_ending:
                start, this_pass = place + 1, 1
            place += 1
    return order


@given(
    music=st.lists(st.integers(0, 2), min_size=1, max_size=24),
    sections=st.lists(st.integers(0, 24), max_size=4),
)
def test_every_bar_is_played_once_in_order(music, sections):
    form = written_form(music, sections)
    assert played(form) == list(range(len(music)))
    assert all(len({music[bar] for bar in written.bars}) == 1 for written in form)


@pytest.mark.parametrize(
    ("music", "sections", "bars", "endings"),
    [
        ("abab", [0], [(0, 2), (1, 3)], [(), ()]),
        ("ababab", [0], [(0, 2, 4), (1, 3, 5)], [(), ()]),
        ("aaaa", [0], [(0, 2), (1, 3)], [(), ()]),
        ("abcdabce", [0], [(0, 4), (1, 5), (2, 6), (3,), (7,)], [(), (), (), (1,), (2,)]),
        ("abcabcabd", [0], [(0, 3, 6), (1, 4, 7), (2, 5), (8,)], [(), (), (1, 2), (3,)]),
        ("abab", [0, 2], [(0,), (1,), (2,), (3,)], [()] * 4),  # a section of its own
        ("abab", [], [(0,), (1,), (2,), (3,)], [()] * 4),
        ("abcadc", [0], [(0,), (1,), (2,), (3,), (4,), (5,)], [()] * 6),  # little in common
        ("aa", [0], [(0,), (1,)], [()] * 2),  # a bar is no section
    ],
)
def test_equal_passes_are_written_once(music, sections, bars, endings):
    form = written_form(music, sections)
    assert [written.bars for written in form] == bars
    assert [written.ending for written in form] == endings
