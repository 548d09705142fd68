"""How pianos comp, counted on music of our own."""

from genomes.chords.figures import LENGTHS_PERCENT, SILENT
from genomes.notes import Part
from tools.comping_model import Beat, count, read_beats

C2, C3, G3, C4, E4, G4 = 36, 48, 55, 60, 64, 67
QUARTER, EIGHTH = 480, 240


def piano(*struck, bars=1):
    """Notes as (sixteenth, ticks, pitches)."""
    rows = [(120 * step, ticks, pitch, 80) for step, ticks, notes in struck for pitch in notes]
    return Part.of(rows, bars * 4 * QUARTER)


def test_each_step_is_named_after_what_it_strikes():
    part = piano(
        (0, QUARTER, (C2, E4, G4)),
        (4, QUARTER, (C2, C3)),
        (8, EIGHTH, (C2,)),
        (10, EIGHTH, (C4, E4)),
        (12, 120, (G3,)),
        (13, 120, (C4, E4, G4)),
    )
    assert [beat.figure for beat in read_beats(part)] == ["a...", "b...", "b.d.", "rc.."]


def test_lengths_are_shares_of_the_time_to_the_next_stroke_of_the_same_hand():
    bass = [(0, 100, (C2,)), (4, 200, (C2,)), (8, 330, (C2,)), (12, 480, (C2,))]
    assert [beat.length for beat in read_beats(piano(*bass))][:3] == [25, 50, 75]
    both = piano((0, 1920, (C2,)), (4, QUARTER, (G4,)), (8, 2 * QUARTER, (E4,)))
    assert {beat.length for beat in read_beats(both)} == {LENGTHS_PERCENT[-1]}


def test_a_beat_without_strokes_is_silent_and_held():
    assert read_beats(piano((0, 1920, (C2, E4))))[1] == Beat(SILENT, LENGTHS_PERCENT[-1])


def test_what_follows_what_is_counted_where_figures_are_common():
    song = [Beat("a.r.", 100), Beat("b...", 100), Beat("a.r.", 50), Beat("b...", 100)] * 20
    counted = count([song, [Beat("rrrr", 100)] * 3])
    assert counted["after"]["first b..."] == {"a.r.": 19}
    assert counted["above"]["first b... a.r."] == {"a.r.": 19}
    assert counted["lengths"] == {"100": {"100": 38, "50": 19}, "50": {"100": 19}}
