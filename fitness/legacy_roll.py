"""The piano roll that older models were trained on, kept with all its faults.

A model needs the same inputs that it was trained on, so nothing here is ever corrected:

- every track starts at 120 bpm whatever another track says, and a tempo change moves everything
  before it as well;
- channels don't count: a kick is the note C2;
- all tracks share one note per pitch: a strike overwrites the note that is open;
- a note lights the step that its end falls into, so that neighbours merge;
- a note whose end is missing, or lies outside the window, lasts to the end of the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from genomes.midi.events import META, NOTE_OFF, NOTE_ON, TEMPO, Event, parse_events
from genomes.notes import Part
from genomes.time import TempoMap

LEGACY_ROLL_VERSION = "legacy-1"

ROWS = 128
STEPS = 256
STEP_SECONDS = 100.0 / 1000.0
WINDOW_SECONDS = STEPS * 100.0 / 1000.0
FIRST_TEMPO_US = 500_000

Strike = tuple[float, bool, int, int]  # seconds, whether an onset, pitch, velocity


def legacy_roll(midi_bytes: bytes) -> NDArray[np.float32]:
    """The roll of a MIDI file as the older models were trained on it.

    Returns:
        ``(128, 256)``, float32, 0 to 1; rows are MIDI pitches.

    Raises:
        MidiError: if the bytes are not a readable MIDI file.
    """
    file = parse_events(midi_bytes)
    return _painted((track.events for track in file.tracks), file.ticks_per_quarter)


def legacy_roll_of_part(part: Part, tempo_map: TempoMap) -> NDArray[np.float32]:
    """The roll of a part, as if it were a file of one track that holds its own tempo.

    Returns:
        ``(128, 256)``, float32, 0 to 1.
    """
    return _painted([_single_track(part, tempo_map)], tempo_map.ticks_per_quarter)


def _painted(tracks: Iterable[Sequence[Event]], ticks_per_quarter: int) -> NDArray[np.float32]:
    strikes = [strike for track in tracks for strike in _strikes(track, ticks_per_quarter)]
    roll = np.zeros((ROWS, STEPS), dtype=np.float32)
    sounding: dict[int, tuple[int, int]] = {}
    for seconds, is_onset, pitch, velocity in sorted(strikes, key=lambda strike: strike[0]):
        if seconds >= WINDOW_SECONDS:
            break
        step = min(int(seconds / STEP_SECONDS), STEPS - 1)
        if is_onset:
            sounding[pitch] = (step, velocity)
        elif pitch in sounding:
            first, struck = sounding.pop(pitch)
            roll[pitch, first : step + 1] = struck / 127.0
    for pitch, (first, struck) in sounding.items():
        roll[pitch, first:] = struck / 127.0
    return roll


def _strikes(track: Sequence[Event], ticks_per_quarter: int) -> Iterator[Strike]:
    tempo_us = FIRST_TEMPO_US
    for tick, status, data in track:
        kind = status & 0xF0
        if status == META and data[0] == TEMPO and len(data) >= 4:
            tempo_us = int.from_bytes(data[1:4], "big")
        elif kind in {NOTE_ON, NOTE_OFF}:
            # In this order of factors, which the older models' rolls were made with.
            seconds = tick * (tempo_us * 1e-6 / ticks_per_quarter)
            yield seconds, kind == NOTE_ON and data[1] > 0, data[0], data[1]


def _single_track(part: Part, tempo_map: TempoMap) -> list[Event]:
    tempos = (
        Event(tick, META, bytes([TEMPO]) + tempo_us.to_bytes(3, "big"))
        for tick, tempo_us in tempo_map.changes
    )
    timed = [(0, event) for event in tempos]
    for onset, duration, pitch, velocity, _ in part.notes.tolist():
        timed.append((1, Event(onset + duration, NOTE_OFF, bytes((pitch, 0)))))
        timed.append((2, Event(onset, NOTE_ON, bytes((pitch, velocity)))))
    ordered = sorted(timed, key=lambda item: (item[1].onset_ticks, item[0]))
    return [event for _, event in ordered]
