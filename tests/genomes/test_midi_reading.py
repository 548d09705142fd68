"""Files as other programs write them, tidy or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.midi import read_midi
from genomes.time import SIXTEENTH_TICKS, Meter
from tests.genomes.midi_bytes import events, midi_file
from tests.strategies import parts

ONE_NOTE = events("00 90 3C 40\n 60 80 3C 00")  # C4 for 96 ticks


def rows(score):
    return [row[:4] for row in score.notes.tolist()]


def test_running_status_and_note_ons_of_velocity_0():
    track = events("""
        00 90 3C 40  # C4 on
        00 40 50     # E4 on, status left out
        60 3C 00     # C4 off: velocity 0
        60 40 00     # E4 off
    """)
    assert rows(read_midi(midi_file(track))) == [(0, 96, 60, 64), (0, 192, 64, 80)]


def test_overlapping_notes_of_one_pitch_end_as_they_begin():
    track = events("""
        00 90 3C 10  # first
        60 90 3C 20  # second
        60 80 3C 00  # ends the first
        60 80 3C 00  # ends the second
    """)
    assert rows(read_midi(midi_file(track))) == [(0, 192, 60, 16), (96, 192, 60, 32)]


def test_channels_have_their_own_notes_of_one_pitch():
    track = events("""
        00 90 3C 10
        60 91 3C 20
        60 80 3C 00  # channel 1 closes its own, though it began first
        60 81 3C 00
    """)
    score = read_midi(midi_file(track, kind=0))
    assert rows(score) == [(0, 192, 60, 16), (96, 192, 60, 32)]


def test_tracks_have_their_own_notes_of_one_pitch():
    first = events("00 90 3C 10\n 81 40 80 3C 00")  # 192 ticks
    second = events("60 90 3C 20\n 81 40 80 3C 00")
    score = read_midi(midi_file(first, second))
    assert rows(score) == [(0, 192, 60, 16), (96, 192, 60, 32)]


def test_channel_10_is_drums_and_no_other_is():
    first = events("00 99 24 40\n 60 89 24 00")
    second = events("00 98 24 40\n 60 88 24 00")
    score = read_midi(midi_file(first, second))
    assert sorted(score.notes["is_drum"].tolist()) == [False, True]


def test_a_note_that_never_ends_ends_with_its_track_and_says_so():
    track = events("00 90 3C 40\n 60 90 40 40\n 60 80 40 00\n 60 FF 01 01 20")
    score = read_midi(midi_file(track))
    assert score.remarks == (
        "a note that never ends is closed where its track ends (track 1, tick 0)",
    )
    assert rows(score) == [(0, 288, 60, 64), (96, 96, 64, 64)]


def test_a_note_off_without_its_note_is_nothing():
    assert rows(read_midi(midi_file(events("00 80 3C 00") + ONE_NOTE))) == [(0, 96, 60, 64)]


def test_a_note_of_no_length_is_one_tick_long():
    assert rows(read_midi(midi_file(events("00 90 3C 40\n 00 80 3C 00")))) == [(0, 1, 60, 64)]


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_files_of_every_type(kind):
    assert rows(read_midi(midi_file(ONE_NOTE, kind=kind))) == [(0, 96, 60, 64)]


def test_tempo_in_a_later_track_moves_the_notes_of_all_tracks():
    tempo = events("60 FF 51 03 0F 42 40")  # 60 bpm from tick 96
    score = read_midi(midi_file(ONE_NOTE, tempo, resolution=96))
    assert score.tempo_map.changes == ((0, 500_000), (96, 1_000_000))
    assert score.tempo_map.seconds([96, 192]).tolist() == [0.5, 1.5]


def test_tempo_of_the_first_track_holds_for_the_second():
    tempo = events("00 FF 51 03 06 1A 80")  # 150 bpm
    score = read_midi(midi_file(tempo, ONE_NOTE, resolution=96))
    assert score.tempo_map.seconds(score.length_ticks) == pytest.approx(0.4)


def test_a_tempo_of_0_is_left_out_and_said():
    tempo = events("00 FF 51 03 00 00 00")
    score = read_midi(midi_file(tempo, ONE_NOTE))
    assert score.remarks == ("left out: a tempo of 0 (track 1, tick 0)",)
    assert score.tempo_map.changes == ((0, 500_000),)


@pytest.mark.parametrize("tracks", [(), (b"",), (b"", b"", b"")])
def test_an_empty_shell_is_a_score_without_notes(tracks):
    score = read_midi(midi_file(*tracks))
    assert len(score.notes) == score.length_ticks == 0
    part = score.to_part(Meter(7, 8))
    assert (len(part.notes), part.length_ticks) == (0, 1680)


@pytest.mark.parametrize(("resolution", "ours"), [(96, 480), (24, 1920), (960, 48), (480, 96)])
def test_other_resolutions_become_ours_in_a_part(resolution, ours):
    part = read_midi(midi_file(ONE_NOTE, resolution=resolution)).to_part(Meter(4, 4))
    assert [row[:4] for row in part.notes.tolist()] == [(0, ours, 60, 64)]
    assert part.length_ticks == 1920


def test_a_part_is_rounded_up_to_whole_bars():
    late = events("8D 10 90 3C 40\n 60 80 3C 00")  # from tick 1680, the second bar of 7/8
    assert read_midi(midi_file(late)).to_part(Meter(7, 8)).length_ticks == 2 * 1680
    assert read_midi(midi_file(ONE_NOTE)).to_part(Meter(7, 8)).length_ticks == 1680


def test_notes_shorter_than_our_ticks_are_kept():
    blink = events("00 90 3C 40\n 01 80 3C 00")
    part = read_midi(midi_file(blink, resolution=32767)).to_part(Meter(4, 4))
    assert part.notes["duration_ticks"].tolist() == [1]


@given(parts(), st.sampled_from([Meter(4, 4), Meter(7, 8), Meter(13, 8)]))
def test_at_our_resolution_a_part_keeps_its_notes(part, meter):
    rewritten = read_midi(midi_file(_by_hand(part))).to_part(meter)
    own = part.notes.copy()  # a small overhang of the last bar is cut
    own["duration_ticks"] = np.minimum(
        own["duration_ticks"], rewritten.length_ticks - own["onset_ticks"]
    )
    assert (part.notes["duration_ticks"] - own["duration_ticks"]).max(initial=0) <= SIXTEENTH_TICKS
    assert rewritten.notes.tobytes() == own.tobytes()
    assert rewritten.length_ticks % meter.bar_ticks == 0


def _by_hand(part):
    """A track with the off events before the on events of a tick, the longest note first."""
    timed = []
    for onset, duration, pitch, velocity, _ in part.notes.tolist():
        timed.append((onset, 1, -duration, bytes((0x90, pitch, velocity))))
        timed.append((onset + duration, 0, 0, bytes((0x80, pitch, 0))))
    body, previous = b"", 0
    for tick, _, _, message in sorted(timed):
        body += _variable_length(tick - previous) + message
        previous = tick
    return body


def _variable_length(number):
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
