"""Standard MIDI files: parts to bytes for a DAW, and any file's bytes to notes."""

from genomes.midi.programs import find_program, program_name
from genomes.midi.reading import (
    DRUM_CHANNEL,
    ENDLESS_NUMBER,
    MAX_FILE_BYTES,
    MidiError,
    MidiRepair,
    MidiScore,
    read_midi,
    read_tracks,
)
from genomes.midi.songs import MidiSong, MidiTrack, read_song, write_song
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
    "ENDLESS_NUMBER",
    "MAX_FILE_BYTES",
    "MINOR_SIGNATURE_NAMES",
    "SIGNATURE_NAMES",
    "Conductor",
    "Controls",
    "MidiError",
    "MidiRepair",
    "MidiScore",
    "MidiSong",
    "MidiTrack",
    "Track",
    "find_program",
    "program_name",
    "read_midi",
    "read_song",
    "read_tracks",
    "signature_name",
    "write_midi",
    "write_song",
]
