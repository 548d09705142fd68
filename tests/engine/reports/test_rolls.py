"""Rolls that can be read: names on the axis, labels that don't collide, inks on white."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from engine.reports.roll_layout import INKS, SOFTEST_OPACITY, Label, label_rows, named_pitches
from engine.reports.rolls import draw_notes, write_labels
from genomes import Meter, Part
from genomes.time import MeterMap

BAR = 1920
FOUR_FOUR = MeterMap.constant(Meter(4, 4))


def axes_of(width_inches=7.0):
    figure = Figure(figsize=(width_inches, 3.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def names_on_axis(part):
    _, axes = axes_of()
    draw_notes(axes, part, FOUR_FOUR, "#000000", height_inches=3.0)
    return [label.get_text() for label in axes.get_yticklabels()]


def contrast_with_white(ink, opacity=1.0):
    """The contrast ratio of the Web Content Accessibility Guidelines 2.2."""
    channels = np.array([int(ink[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    mixed = channels * opacity + 1 - opacity
    linear = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
def test_every_ink_can_be_read_on_white(ink):
    assert contrast_with_white(ink) >= 4.5
    assert contrast_with_white(ink, SOFTEST_OPACITY) >= 3.0


def test_notes_and_drums_have_their_names():
    notes = Part.of([(0, 480, 60, 80), (480, 480, 67, 80), (960, 480, 70, 80)], BAR)
    assert names_on_axis(notes) == ["C4", "G4", "Bb4"]
    strokes = [(0, 60, 36, 80), (0, 60, 42, 80), (480, 60, 38, 80), (600, 60, 45, 80)]
    drums = Part.of(strokes, BAR, is_drum=True)
    assert names_on_axis(drums) == ["kick", "snare", "low tom", "closed hat"]


@given(
    pitches=st.sets(st.integers(0, 127), min_size=1), gap=st.floats(0.1, 20), is_wide=st.booleans()
)
def test_named_pitches_keep_their_distance(pitches, gap, is_wide):
    shown = named_pitches(pitches, gap if is_wide else 0.5)
    least = gap if is_wide else 0.5
    assert all(high - low >= least for low, high in pairwise(shown))
    assert shown
    if not is_wide:
        assert pitches <= set(shown)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 30)), max_size=30).map(
        lambda pairs: sorted((start, start + width) for start, width in pairs)
    )
)
def test_labels_of_a_row_touch_no_other(extents):
    rows = label_rows(extents)
    for (one, row), (other, other_row) in combinations(zip(extents, rows, strict=True), 2):
        if row == other_row:
            assert one[1] <= other[0] or other[1] <= one[0]
    assert set(rows) == set(range(max(rows, default=-1) + 1))


@given(
    words=st.lists(
        st.sampled_from(["Dmadd9/A", "C", "wan-", "der", "straightforward-"]), max_size=6
    ),
    seed=st.integers(0, 5),
)
def test_labels_touch_neither_each_other_nor_the_notes(words, seed):
    rng = np.random.default_rng(seed)
    notes = [(240 * i, 240, int(p), 80) for i, p in enumerate(rng.integers(40, 80, 16))]
    part = Part.of(notes, 2 * BAR)
    figure, axes = axes_of()
    axes.set_xlim(1, 3)
    draw_notes(axes, part, FOUR_FOUR, "#000000", height_inches=3.0)
    places = np.sort(rng.uniform(1, 3, len(words)))
    labels = [Label(float(x), text) for x, text in zip(places, words, strict=True)]
    write_labels(figure, axes, labels, labels[:4])
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    pitches = part.notes["pitch"]
    edges = [(1, pitches.min() - 0.4), (1, pitches.max() + 0.4)]
    (_, lowest), (_, highest) = axes.transData.transform(edges)
    assert all(box.y0 >= highest - 1 for box in boxes[: len(words)])
    assert all(box.y1 <= lowest + 1 for box in boxes[len(words) :])
