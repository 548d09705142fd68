"""Figures of songs beside real ones, on tiny parts whose answers are known."""

import numpy as np
import pytest

from benchmarks import song_measures as measures
from benchmarks.apart_bench import shuffled
from benchmarks.real_bench import interval, table
from benchmarks.song_form import (
    Chord,
    Held,
    Music,
    Progression,
    Voice,
    bars_of,
    columns_of,
    home_triad,
)
from benchmarks.window_measures import measured
from genomes import ChordSpan, Meter, Part
from genomes.time import TICKS_PER_QUARTER as Q

COMMON = Meter(4, 4)
BAR = COMMON.bar_ticks
C, F, G, AM = (0, (0, 4, 7), 0), (5, (0, 4, 7), 5), (7, (0, 4, 7), 7), (9, (0, 3, 7), 9)


def progression(*chords, tonic=0, mode="major", label=""):
    """A section with one chord a bar."""
    bars, previous = [], None
    for facts in chords:
        chord = Chord(*facts)
        bars.append((Held(0.0, 1.0, chord, chord != previous),))
        previous = chord
    return Progression(tonic, (mode,), tuple(bars), label)


def of_sections(*sections, **facts):
    return Music(list(sections), **facts)


def of_voice(role, rows, *, bars=1, chords=(), others=(), home=frozenset()):
    part = Part.of(rows, bars * BAR, is_drum=role == "drums")
    return Music(voices={role: [Voice(part, COMMON, others, chords, home)]})


def span(onset, duration, root, *above, bass=None):
    notes = tuple((root + each) % 12 for each in (0, *above))
    return ChordSpan(onset, duration, root, root if bass is None else bass, notes, "", "")


def test_a_loop_of_four_bars_returns_and_a_short_section_has_none():
    loop = progression(*[C, AM, F, G] * 2)
    half = progression(C, AM, F, G, C, AM, G, G)
    assert measures.loops(of_sections(loop)) == 1
    assert measures.loops(of_sections(half)) == 0.75
    assert measures.loops(of_sections(progression(C, AM, F, G))) is None


def test_chords_are_counted_by_what_they_are():
    sus, seventh = (7, (0, 5, 7), 7), (2, (0, 3, 7, 10), 5)
    song = of_sections(progression(C, C, sus, seventh))
    assert measures.inversions(song) == pytest.approx(1 / 3)
    assert measures.begins_at_home(song) == 1
    assert measures.distinct_chords(song) == 3
    assert measures.changes_per_bar(song) == 0.75
    for share in (measures.triads, measures.sevenths, measures.suspended):
        assert share(song) == pytest.approx(1 / 3)


def test_the_stated_key_matches_best_where_the_chords_are_its_own():
    assert measures.stated_key_best(of_sections(progression(C, F, G, C))) == 1
    assert measures.stated_key_best(of_sections(progression(C, F, G, C, tonic=6))) == 0


def test_chord_motion_is_that_of_the_nearest_notes():
    rows = [(0, Q, 60, 80), (0, Q, 64, 80), (BAR, Q, 60, 80), (BAR, Q, 66, 80)]
    song = of_voice("chords", rows, bars=2, chords=(span(0, BAR, 0, 4), span(BAR, BAR, 0, 6)))
    assert measures.chord_motion(song) == 1


def test_bass_pitch_and_whether_it_is_lowest():
    other = Part.of([(0, Q, 38, 80), (Q, Q, 60, 80)], BAR)
    song = of_voice("bass", [(0, Q, 40, 80), (Q, Q, 36, 80)], others=(other,))
    assert measures.bass_pitch(song) == 38
    assert measures.bass_is_lowest(song) == 0.5


def test_drums_with_a_backbeat_and_eighths():
    snares = [(Q, 10, 38, 90), (3 * Q, 10, 38, 90)]
    hats = [(eighth * Q // 2, 10, 42, 90) for eighth in range(8)]
    song = of_voice("drums", snares + hats, bars=2)  # the second bar is empty
    assert measures.backbeat(song) == 0.5
    assert measures.time_keeper(song) == 0.5
    assert measures.strokes_per_bar(song) == 5
    assert measures.swung(song) == 0
    triplets = [(Q * quarter + Q * 2 // 3, 10, 42, 90) for quarter in range(4)]
    assert measures.swung(of_voice("drums", triplets)) == 1


def test_a_melody_of_known_figures():
    bar = [(0, Q, 60, 80), (Q // 2 * 3, Q // 2, 62, 80)]
    rows = [*bar, *[(onset + BAR, *rest) for onset, *rest in bar], (2 * BAR, Q, 67, 80)]
    home = home_triad(0, "major")
    song = of_voice("melody", rows, bars=3, chords=(span(0, 3 * BAR, 0, 4, 7, 11),), home=home)
    assert measures.steps(song) == 0.75
    assert measures.rests(song) == pytest.approx(1 - 4 / 12)
    assert measures.off_beat(song) == 0.4
    assert measures.exact_returns(song) == pytest.approx(1 / 3)
    assert measures.phrase_ends(song) == pytest.approx(1 / 3)
    assert measures.clashes(song) == pytest.approx(2 / 3)  # the root is a semitone off the seventh


def test_whole_songs_begin_end_and_repeat():
    verse, other = progression(C, F, label="verse"), progression(C, G, label="verse")
    labels = ["intro", "verse", "verse", "outro"]
    song = of_sections(verse, verse, other, is_whole=True, labels=labels, tonic=7)
    assert measures.has_intro(song) == 1
    assert measures.has_ending(song) == 1
    assert measures.ends_at_home(song) == 1
    assert measures.next_verse_equal(song) == 0.5
    assert measures.next_chorus_equal(song) is None
    assert measures.has_intro(of_sections(verse)) is None


def test_chords_that_go_on_over_the_bar_line_are_no_new_ones():
    bars = bars_of([span(0, 6 * Q, 0, 4, 7), span(6 * Q, 2 * Q, 7, 4, 7)], 2 * BAR, BAR)
    assert [[held.is_new for held in bar] for bar in bars] == [[True], [False, True]]
    assert [held.share for held in bars[1]] == [0.5, 0.5]


def test_a_table_tells_mean_and_songs_and_a_dash_for_nothing():
    text = table({"ours": [of_sections(progression(C, F)), of_sections(progression(G, F))]})
    (line,) = [line for line in text.splitlines() if "begins on the tonic" in line]
    assert "0.50 [0.00–1.00] 2" in line
    assert "–" in next(line for line in text.splitlines() if "backbeat" in line)
    assert interval([1, 1, 1]) == (1, 1)


def test_window_measures_know_a_bar_that_returns():
    rows = [
        (bar * BAR + quarter * Q, Q, 60 + quarter, 80) for bar in range(8) for quarter in range(4)
    ]
    found = measured(Part.of(rows, 8 * BAR), "melody")
    assert found["notes of 1 bars before"] == 1
    assert found["onsets again after a bar"] == pytest.approx(1)
    assert found["gaps of 4 sixteenths"] == 1
    assert found["up, then up"] == pytest.approx(16 / 30)
    assert set(found) == set(measured(Part.of(rows[:1], 8 * BAR), "melody"))


def test_kit_measures_know_a_backbeat():
    rows = [(bar * BAR + beat * Q, 10, 38, 80) for bar in range(8) for beat in (1, 3)]
    found = measured(Part.of(rows, 8 * BAR, is_drum=True), "drums")
    assert found["snare on beat 2"] == 1
    assert found["snare on beat 1"] == 0
    assert found["snare in a bar"] == 2


def test_a_shuffled_part_has_the_same_notes_elsewhere():
    rows = [(bar * BAR + bar * Q // 4, Q, 60 + bar, 80) for bar in range(8)]
    part = Part.of(rows, 8 * BAR)
    mixed = shuffled(part)
    assert mixed != part
    assert sorted(mixed.notes["pitch"]) == sorted(part.notes["pitch"])
    places = np.sort(mixed.notes["onset_ticks"] % BAR)
    assert (places == np.sort(part.notes["onset_ticks"] % BAR)).all()


def test_a_folder_with_nothing_of_ours_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="neither a studio"):
        columns_of([tmp_path])
