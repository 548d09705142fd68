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

import io
from collections.abc import Iterator

import mido
import numpy as np
from numpy.typing import NDArray

from genomes.midi import ENDLESS_NUMBER, MAX_FILE_BYTES, MidiError
from genomes.notes import Part
from genomes.time import TempoMap

LEGACY_ROLL_VERSION = "legacy-1"

ROWS = 128
STEPS = 256
STEP_SECONDS = 100.0 / 1000.0
WINDOW_SECONDS = STEPS * 100.0 / 1000.0
FIRST_TEMPO_US = 500_000

# (seconds, is it an onset, pitch, velocity)
Event = tuple[float, bool, int, int]


def legacy_roll(midi_bytes: bytes) -> NDArray[np.float32]:
    """The roll of a MIDI file as the older models were trained on it.

    Returns:
        ``(128, 256)``, float32, 0 to 1; rows are MIDI pitches.

    Raises:
        MidiError: if the bytes are not a readable MIDI file.
    """
    if len(midi_bytes) > MAX_FILE_BYTES:
        raise MidiError(f"{len(midi_bytes)} bytes: expected at most {MAX_FILE_BYTES}")
    if ENDLESS_NUMBER.search(midi_bytes):
        raise MidiError("not a readable MIDI file (an endless number)")
    try:
        return _paint(mido.MidiFile(file=io.BytesIO(midi_bytes)))
    except Exception as error:  # mido raises whatever its parser trips over on broken bytes
        raise MidiError(f"not a readable MIDI file ({error or type(error).__name__})") from error


def legacy_roll_of_part(part: Part, tempo_map: TempoMap) -> NDArray[np.float32]:
    """The roll of a part, as if it were a file of one track that holds its own tempo.

    Returns:
        ``(128, 256)``, float32, 0 to 1.
    """
    file = mido.MidiFile(type=0, ticks_per_beat=tempo_map.ticks_per_quarter)
    file.tracks.append(_single_track(part, tempo_map))
    return _paint(file)


def _paint(file: mido.MidiFile) -> NDArray[np.float32]:
    roll = np.zeros((ROWS, STEPS), dtype=np.float32)
    sounding: dict[int, tuple[int, int]] = {}
    for seconds, is_onset, pitch, velocity in sorted(_events(file), key=lambda event: event[0]):
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


def _events(file: mido.MidiFile) -> Iterator[Event]:
    for track in file.tracks:
        tick, tempo_us = 0, FIRST_TEMPO_US
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempo_us = message.tempo
            elif message.type in {"note_on", "note_off"}:
                seconds = mido.tick2second(tick, file.ticks_per_beat, tempo_us)
                is_onset = message.type == "note_on" and message.velocity > 0
                yield seconds, is_onset, message.note, message.velocity


def _single_track(part: Part, tempo_map: TempoMap) -> mido.MidiTrack:
    timed = [
        (tick, 0, mido.MetaMessage("set_tempo", tempo=tempo_us))
        for tick, tempo_us in tempo_map.changes
    ]
    for onset, duration, pitch, velocity, _ in part.notes.tolist():
        timed.append((onset + duration, 1, mido.Message("note_off", note=pitch)))
        timed.append((onset, 2, mido.Message("note_on", note=pitch, velocity=velocity)))
    track, previous = mido.MidiTrack(), 0
    for tick, _, message in sorted(timed, key=lambda item: item[:2]):
        track.append(message.copy(time=tick - previous))
        previous = tick
    return track
