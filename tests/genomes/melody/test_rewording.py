"""Other words to a melody that is there: the tune stays, and every syllable is sung."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes import Meter, Part
from genomes.lyrics import Lyrics
from genomes.lyrics.syllables import line_of
from genomes.melody.rewording import reworded

FOUR = Meter(4, 4)
LINES = ("The river is wide", "I cannot get over", "and neither have I", "wings to fly")


def lyrics_of(lines):
    return Lyrics(tuple(line_of(line) for line in lines))


def melody(durations_ticks, pitches):
    onsets = [sum(durations_ticks[:index]) for index in range(len(durations_ticks))]
    rows = [
        (onset, max(1, length - length // 4), pitch, 60 + index % 40)
        for index, (onset, length, pitch) in enumerate(
            zip(onsets, durations_ticks, pitches, strict=False)
        )
    ]
    bars = -(-sum(durations_ticks) // FOUR.bar_ticks)
    return Part.of(rows, bars * FOUR.bar_ticks)


melodies = st.lists(
    st.tuples(st.sampled_from([240, 480, 720, 960, 1920]), st.integers(55, 79)),
    min_size=1,
    max_size=32,
).map(lambda notes: melody([n[0] for n in notes], [n[1] for n in notes]))


locks = st.sets(st.integers(0, 15))
many_lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=12)


@given(melodies, many_lines, locks)
def test_no_syllable_is_lost_and_no_pitch_is_new(part, lines, locked):
    lyrics = lyrics_of(lines)
    sung = reworded(part, lyrics, FOUR, 100, locked)
    assert "".join(text for _, text in sung.lyrics).split() == " ".join(lines).split()
    onsets = sung.notes["onset_ticks"].tolist()
    assert {onset for onset, _ in sung.lyrics} <= set(onsets)
    assert len({onset for onset, _ in sung.lyrics}) == len(sung.lyrics)
    ends = (sung.notes["onset_ticks"] + sung.notes["duration_ticks"]).tolist()
    assert all(end <= onset for end, onset in zip(ends, onsets[1:], strict=False))
    assert max(ends) <= sung.length_ticks == part.length_ticks
    in_order = iter(pitches(part))
    assert all(pitch in in_order for pitch in pitches(sung))


@given(melodies, many_lines, locks)
def test_locked_notes_stay(part, lines, locked):
    sung = reworded(part, lyrics_of(lines), FOUR, 100, locked)

    def in_locked_bars(notes):
        return [row for row in notes.tolist() if row[0] // FOUR.bar_ticks in locked]

    assert in_locked_bars(sung.notes) == in_locked_bars(part.notes)


def pitches(part):
    """The pitches in order, each once where it is struck again."""
    return [pitch for pitch, _ in groupby(part.notes["pitch"].tolist())]


def test_as_many_syllables_as_notes_leave_the_tune_as_it_is():
    part = melody([480] * 8, [60, 62, 64, 65, 67, 65, 64, 62])
    sung = reworded(part, lyrics_of(["one two three four", "five six sea ate"]), FOUR, 100)
    assert sung.notes.tolist() == part.notes.tolist()
    assert [text for _, text in sung.lyrics][4] == "five "


def test_a_line_begins_after_a_breath():
    part = Part.of(
        [(0, 480, 60, 80), (480, 480, 62, 80), (960, 240, 64, 80), (2160, 480, 65, 80),
         (2640, 480, 67, 80)],
        2 * FOUR.bar_ticks,
    )  # fmt: skip
    sung = reworded(part, lyrics_of(["one two three", "four five"]), FOUR, 100)
    assert {text.strip(): onset for onset, text in sung.lyrics}["four"] == 2160


def test_unstressed_first_syllables_are_sung_before_the_accent():
    part = Part.of(
        [(0, 480, 60, 80), (480, 480, 62, 80), (1920, 480, 65, 80), (2400, 480, 67, 80)],
        2 * FOUR.bar_ticks,
    )
    sung = reworded(part, lyrics_of(["one two", "the water falls"]), FOUR, 100)
    onsets = {text.strip(): onset for onset, text in sung.lyrics}
    assert (onsets["the"], onsets["wa"]) == (1920 - 240, 1920)
    assert pitches(sung) == pitches(part)
    locked = reworded(part, lyrics_of(["one two", "the water falls"]), FOUR, 100, {0})
    assert {text.strip(): onset for onset, text in locked.lyrics}["the"] == 1920


@pytest.mark.parametrize("part", [Part.of([], FOUR.bar_ticks)])
def test_nothing_to_sing_stays_silent(part):
    assert reworded(part, lyrics_of(LINES), FOUR, 100) == part
