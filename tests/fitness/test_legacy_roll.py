"""The frozen roll of the older models: its faults are its contract."""

import io

import mido
import numpy as np
import pytest

from fitness.legacy_roll import legacy_roll, legacy_roll_of_part
from genomes.midi import MidiError
from genomes.notes import Part
from genomes.time import TempoMap

# One line an event: tick, what, value. 480 ticks per quarter; tracks are divided by dashes.
GOLDEN_FILE = """
0     tempo 1000000   # 60 bpm, in the track of the conductor
---
0     on 60 100       # two quarters in a row: 0-0.5 s and 0.5-1 s
480   off 60
480   on 60 80
960   off 60
0     drum 36 127     # a kick is the note C2
240   off 36
480   on 64 100       # struck again before it ends: the first strike is lost
720   on 64 50
960   off 64
0     on 67 90        # never ends
25000 off 67          # 26.04 s: outside the window
---
0     on 72 64        # written at 120 bpm, half a second long …
480   off 72
960   tempo 250000    # … then twice as fast: what follows is at a quarter of a second a quarter,
1920  on 74 64        # counted from the very beginning: 1 s, not 1.5 s
2400  off 74
2400  off 75          # nothing to end
"""

# pitch: first step, last step, velocity
GOLDEN_CELLS = """
60: 0 4 100
60: 5 10 80
36: 0 2 127
64: 7 10 50
67: 0 255 90
72: 0 5 64
74: 10 12 64
"""


def midi(text):
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    for block in text.strip().split("---"):
        track, previous = mido.MidiTrack(), 0
        for line in sorted(_lines(block), key=lambda fields: int(fields[0])):
            tick, kind, *numbers = int(line[0]), line[1], *map(int, line[2:])
            track.append(_message(kind, numbers).copy(time=tick - previous))
            previous = tick
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _lines(block):
    return [line.split("#")[0].split() for line in block.strip().splitlines()]


def _message(kind, numbers):
    if kind == "tempo":
        return mido.MetaMessage("set_tempo", tempo=numbers[0])
    if kind == "off":
        return mido.Message("note_off", note=numbers[0])
    return mido.Message(
        "note_on", note=numbers[0], velocity=numbers[1], channel=9 if kind == "drum" else 0
    )


def test_golden_file():
    expected = np.zeros((128, 256), dtype=np.float32)
    for line in GOLDEN_CELLS.strip().splitlines():
        pitch, cells = line.split(":")
        first, last, velocity = map(int, cells.split())
        expected[int(pitch), first : last + 1] = velocity / 127
    np.testing.assert_array_equal(legacy_roll(midi(GOLDEN_FILE)), expected)


def test_neighbours_merge():
    roll = legacy_roll(midi("0 on 60 100\n480 off 60\n480 on 60 100\n960 off 60"))
    assert (roll[60, :11] == np.float32(100 / 127)).all()


def test_a_velocity_of_0_ends_a_note_and_a_missing_end_lasts():
    roll = legacy_roll(midi("0 on 60 100\n480 on 60 0\n960 on 62 80"))
    assert np.flatnonzero(roll[60]).tolist() == [0, 1, 2, 3, 4, 5]
    assert np.flatnonzero(roll[62]).tolist() == list(range(10, 256))


def test_a_part_is_painted_as_a_file_of_one_track_with_its_tempo():
    part = Part.of([(0, 480, 60, 100), (480, 480, 60, 80)], 1920)
    file = midi("0 tempo 600000\n0 on 60 100\n480 off 60\n480 on 60 80\n960 off 60")
    np.testing.assert_array_equal(
        legacy_roll_of_part(part, TempoMap.constant(100)), legacy_roll(file)
    )


@pytest.mark.parametrize("data", [b"", b"MThd", b"RIFF" * 10, bytes(100), b"\xff" * 5000])
def test_broken_bytes_are_an_error_and_no_silence(data):
    with pytest.raises(MidiError, match="not a readable MIDI file"):
        legacy_roll(data)
