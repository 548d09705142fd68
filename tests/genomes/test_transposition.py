"""Transposition: the same music in another key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes import Context, Key, Meter, Part, Section
from genomes.chords import CHORDS
from genomes.keys import PLAIN_NAMES, SCALES
from genomes.notes import ChordSpan
from genomes.transposition import nearest_interval, transposed, transposed_name

modes = st.sampled_from(sorted(SCALES))
pitch_classes = st.integers(0, 11)


def key_of(pitch_class, mode):
    return Key(pitch_class, mode, PLAIN_NAMES[pitch_class])


@given(pitch_classes, pitch_classes, modes)
def test_the_interval_is_the_shorter_way(old, new, mode):
    semitones = nearest_interval(key_of(old, mode), key_of(new, mode))
    assert -5 <= semitones <= 6
    assert (old + semitones) % 12 == new


@given(modes, pitch_classes, pitch_classes, st.integers(0, 2**31))
def test_chords_keep_their_functions_and_their_rhythm(mode, old, new, seed):
    before, after = (
        Context(key_of(each, mode), Meter.parse("4/4"), 90.0, Section("verse", 4))
        for each in (old, new)
    )
    genome, _ = CHORDS.random(before, np.random.default_rng(seed))
    part, fresh = CHORDS.render(genome, before), CHORDS.render(genome, after)
    semitones = nearest_interval(before.key, after.key)
    moved = transposed(part, semitones, before.key, after.key)
    for name in ("onset_ticks", "duration_ticks", "velocity"):
        assert sorted(moved.notes[name]) == sorted(part.notes[name])
    assert sorted(moved.notes["pitch"]) == sorted(part.notes["pitch"].astype(int) + semitones)

    def sounding(spans):
        return [(s.onset_ticks, s.root_pitch_class, s.bass_pitch_class, s.numeral,
                 s.pitch_classes) for s in spans]  # fmt: skip

    assert sounding(moved.harmony) == sounding(fresh.harmony)
    back = transposed(moved, -semitones, after.key, before.key)
    assert back.to_bytes() == part.to_bytes()
    assert sounding(back.harmony) == sounding(part.harmony)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("Am7/C", "A minor", "B minor", "Bm7/D"),
        ("F#m7b5", "E minor", "C minor", "Dm7b5"),
        ("Bb", "F major", "E major", "A"),
        ("C6/9", "C major", "Db major", "Db6/9"),
        ("E7/G#", "A minor", "F# minor", "C#7/E#"),
        ("N.C.", "A minor", "B minor", "N.C."),
    ],
)
def test_names_are_spelled_as_in_the_old_key(name, old, new, expected):
    assert transposed_name(name, Key.parse(old), Key.parse(new)) == expected


def test_drums_stay_and_what_would_leave_midi_moves_by_octaves():
    old, new = Key.parse("C major"), Key.parse("F# major")
    drums = Part.of([(0, 10, 36, 90)], 1920, is_drum=True)
    assert transposed(drums, 6, old, new) == drums
    high, low = (Part.of([(0, 10, pitch, 90)], 1920) for pitch in (125, 2))
    assert transposed(high, 6, old, new).notes["pitch"].tolist() == [119]
    assert transposed(low, -6, old, new).notes["pitch"].tolist() == [8]


def test_words_and_swing_stay():
    old, new = Key.parse("C major"), Key.parse("D major")
    span = ChordSpan(0, 1920, 0, 4, (0, 4, 7), "I6", "C/E")
    part = Part.of([(0, 10, 60, 90)], 1920, [span], lyrics=[(0, "la ")], swing=0.5)
    moved = transposed(part, 2, old, new)
    assert (moved.lyrics, moved.swing) == (part.lyrics, part.swing)
    assert moved.harmony == (ChordSpan(0, 1920, 2, 6, (2, 6, 9), "I6", "D/F#"),)
