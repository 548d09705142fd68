"""Standard MIDI files: parts to bytes for a DAW, and any file's bytes to notes."""

from genomes.midi.events import DRUM_CHANNEL, MAX_FILE_BYTES, MidiError, is_midi
from genomes.midi.programs import find_program, program_name
from genomes.midi.reading import MIDI_READER_VERSION, read_midi
from genomes.midi.songs import (
    MidiSong,
    MidiTrack,
    in_whole_bars,
    overhang,
    rescaled,
    write_song,
)
from genomes.midi.writing import (
    MINOR_SIGNATURE_NAMES,
    SIGNATURE_NAMES,
    Conductor,
    Controls,
    Track,
    signature_name,
    write_midi,
)

__all__ = [
    "DRUM_CHANNEL",
    "MAX_FILE_BYTES",
    "MIDI_READER_VERSION",
    "MINOR_SIGNATURE_NAMES",
    "SIGNATURE_NAMES",
    "Conductor",
    "Controls",
    "MidiError",
    "MidiSong",
    "MidiTrack",
    "Track",
    "find_program",
    "in_whole_bars",
    "is_midi",
    "overhang",
    "program_name",
    "read_midi",
    "rescaled",
    "signature_name",
    "write_midi",
    "write_song",
]
