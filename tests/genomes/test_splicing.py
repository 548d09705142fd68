import pytest

from genomes.notes import ChordSpan, Part
from genomes.splicing import spliced

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
