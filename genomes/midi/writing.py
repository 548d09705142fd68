"""Writing MIDI files: parts to bytes for a DAW."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import mido

from genomes.chord_symbols import read_symbol
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER, Meter, microseconds_per_quarter

# Major key names that a key signature event can hold, from 7 flats to 7 sharps; and their minors.
SIGNATURE_NAMES = (
    "Cb",
    "Gb",
    "Db",
    "Ab",
    "Eb",
    "Bb",
    "F",
    "C",
    "G",
    "D",
    "A",
    "E",
    "B",
    "F#",
    "C#",
)
MINOR_SIGNATURE_NAMES = (
    *("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am"),
    *("Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m"),
)


NoteRow = tuple[int, int, int, int, bool]  # onset, duration, pitch, velocity, whether a drum
Controls = tuple[tuple[int, int], ...]  # onset in ticks, and value of a controller

EXPRESSION_CONTROLLER = 11


@dataclass(frozen=True, slots=True)
class Track:
    """One instrument of a file.

    Attributes:
        name: the track's name, which a DAW shows on its region.
        part: the notes, and the words sung to them.
        program: General MIDI program, 0 to 127.
        channel: 0 to 15; 9 is the drums.
        expression: ``(onset_ticks, value)`` of the expression controller, 0 to 127.
    """

    name: str
    part: Part
    program: int = 0
    channel: int = 0
    expression: Controls = ()


@dataclass(frozen=True, slots=True)
class Conductor:
    """What a file says besides notes.

    Attributes:
        title: name of the first track.
        key: key signature (the nearest that MIDI can write).
        meter: time signature.
        tempo_bpm: quarter notes per minute.
        markers: ``(onset_ticks, text)``.
        texts: text events at tick 0, such as where the notes come from.
        tempo_changes: ``(onset_ticks, microseconds_per_quarter)`` after the start.
        chords: ``(onset_ticks, name)`` of the chords that sound, such as ``"Am7/C"``.
    """

    title: str
    key: Key
    meter: Meter
    tempo_bpm: float
    markers: tuple[tuple[int, str], ...] = ()
    texts: tuple[str, ...] = ()
    tempo_changes: tuple[tuple[int, int], ...] = ()
    chords: tuple[tuple[int, str], ...] = ()


def write_midi(tracks: Sequence[Track], conductor: Conductor) -> bytes:
    """A type 1 file: a conductor track, then one named track per instrument.

    Every track ends with its part, so an imported region is whole bars long.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    length_ticks = max((track.part.length_ticks for track in tracks), default=0)
    file.tracks.append(_conductor_track(conductor, length_ticks))
    file.tracks.extend(_instrument_track(track) for track in tracks)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _conductor_track(conductor: Conductor, length_ticks: int) -> mido.MidiTrack:
    opening = [
        mido.MetaMessage("track_name", name=conductor.title),
        mido.MetaMessage("set_tempo", tempo=microseconds_per_quarter(conductor.tempo_bpm)),
        mido.MetaMessage(
            "time_signature",
            numerator=conductor.meter.numerator,
            denominator=conductor.meter.denominator,
        ),
        mido.MetaMessage("key_signature", key=signature_name(conductor.key)),
        *(mido.MetaMessage("text", text=text) for text in conductor.texts),
    ]
    timed = [(0, message) for message in opening]
    changes = [(tick, mido.MetaMessage("marker", text=text)) for tick, text in conductor.markers]
    changes += [
        (tick, mido.MetaMessage("set_tempo", tempo=tempo))
        for tick, tempo in conductor.tempo_changes
    ]
    changes += [(tick, message) for tick, name in conductor.chords for message in _chord(name)]
    timed += sorted(changes, key=lambda change: change[0])
    return to_track(timed, length_ticks)


def _chord(name: str) -> Iterator[mido.MetaMessage]:
    """A chord's name as text, which DAWs show, and as the XF event that notation programs read."""
    yield mido.MetaMessage("text", text=name)
    symbol = read_symbol(name)
    if symbol is not None:
        yield mido.MetaMessage("sequencer_specific", data=symbol.xf_event)


def _instrument_track(track: Track) -> mido.MidiTrack:
    program = mido.Message("program_change", program=track.program, channel=track.channel)
    timed = [(0, mido.MetaMessage("track_name", name=track.name)), (0, program)]
    sounding = chain(_expression_messages(track), _lyric_messages(track), _note_messages(track))
    timed += sorted(sounding, key=lambda item: (item[0], item[1].type == "note_on"))
    return to_track(timed, track.part.length_ticks)


def _expression_messages(track: Track) -> Iterator[tuple[int, mido.Message]]:
    for onset, value in track.expression:
        at = {"control": EXPRESSION_CONTROLLER, "channel": track.channel}
        yield onset, mido.Message("control_change", value=value, **at)


def _lyric_messages(track: Track) -> Iterator[tuple[int, mido.MetaMessage]]:
    """Each syllable where it is sung; a space at its end ends the word, as karaoke players read."""
    for onset, text in track.part.lyrics:
        yield onset, mido.MetaMessage("lyrics", text=text)


def _note_messages(track: Track) -> Iterator[tuple[int, mido.Message]]:
    """On and off of each note; of notes struck together the longer first.

    Of one pitch the shorter is first: readers end its notes in the order in which they begin.
    """
    rows = track.part.notes.tolist()
    longest = longest_durations(rows)
    rows.sort(key=lambda row: (row[0], -longest[row[0], row[2]], row[4], row[2], row[1]))
    for onset, duration, pitch, velocity, _ in rows:
        at = {"note": pitch, "channel": track.channel}
        yield onset, mido.Message("note_on", velocity=velocity, **at)
        yield onset + duration, mido.Message("note_off", velocity=0, **at)


def longest_durations(rows: Iterable[NoteRow]) -> dict[tuple[int, int], int]:
    """The longest duration of the notes that begin at a tick on a pitch, by both."""
    longest: dict[tuple[int, int], int] = {}
    for onset, duration, pitch, *_ in rows:
        longest[onset, pitch] = max(duration, longest.get((onset, pitch), 0))
    return longest


def to_track(timed: Sequence[tuple[int, mido.Message]], length_ticks: int) -> mido.MidiTrack:
    """Messages with their times, in order, as a track that ends no earlier than it is long."""
    track = mido.MidiTrack()
    previous_ticks = 0
    for tick, message in timed:
        track.append(message.copy(time=tick - previous_ticks))
        previous_ticks = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, length_ticks - previous_ticks)))
    return track


def signature_name(key: Key) -> str:
    """The key signature as mido writes it: minor keys as minor, modes by the major of the same."""
    names = MINOR_SIGNATURE_NAMES if key.mode.endswith("minor") else SIGNATURE_NAMES
    return names[key.signature_fifths + 7]
