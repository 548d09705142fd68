import numpy as np
import pytest

from genomes.chords import CHORDS
from genomes.chords.recognition import with_harmony
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from tests.genomes.calls import render

BAR = 1920


def context_of(bars, key="C major", meter="4/4"):
    return Context(Key.parse(key), Meter.parse(meter), 100.0, Section("verse", bars))


def triad(bar, pitches):
    return [(bar * BAR, BAR, pitch, 80) for pitch in pitches]


def test_plain_chords_are_told_by_their_names():
    rows = triad(0, (48, 64, 67)) + triad(1, (53, 57, 60)) + triad(2, (47, 55, 62, 65))
    found = with_harmony(Part.of(rows, 3 * BAR), context_of(3)).harmony
    assert [(s.onset_ticks // BAR, s.name, s.numeral) for s in found] == [
        (0, "C", "I"),
        (1, "F", "IV"),
        (2, "G7/B", "V65"),
    ]


def test_a_silent_bar_holds_the_chord_before_it():
    rows = triad(0, (57, 60, 64)) + triad(2, (55, 59, 62))
    found = with_harmony(Part.of(rows, 3 * BAR), context_of(3, "A minor")).harmony
    assert [(s.onset_ticks // BAR, s.duration_ticks // BAR, s.name) for s in found] == [
        (0, 2, "Am"),
        (2, 1, "G"),
    ]


def test_drums_alone_tell_nothing():
    with pytest.raises(ValueError, match="no chords"):
        with_harmony(Part.of([(0, 60, 36, 90)], BAR, is_drum=True), context_of(1))


@pytest.mark.parametrize("meter", ["4/4", "7/8", "6/8"])
def test_most_of_what_evolves_here_is_recognised(meter):
    context = context_of(4, "D minor", meter)
    rng = np.random.default_rng(3)
    right = asked = 0
    for _ in range(40):
        genome, _ = CHORDS.random(context, rng)
        part = render(genome, context)
        told = with_harmony(Part.of(part.notes, part.length_ticks), context).harmony
        roots = {s.onset_ticks: s.root_pitch_class for s in told}
        assert sum(s.duration_ticks for s in told) == part.length_ticks
        for span in part.harmony:
            at = max(onset for onset in roots if onset <= span.onset_ticks)
            right += roots[at] == span.root_pitch_class
            asked += 1
    assert right / asked > 0.75
