"""Percussion: where each drum of General MIDI stands on a staff, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

CROSS, DIAMOND, SLASH, TRIANGLE, NORMAL = "x", "diamond", "slash", "triangle", "normal"


@dataclass(frozen=True, slots=True)
class DrumSign:
    """How a drum is written.

    Attributes:
        name: what a person calls it.
        position: letter and octave of the line or space, read as in the treble clef.
        notehead: as MusicXML names it.
    """

    name: str
    position: str
    notehead: str = NORMAL


DRUM_SIGNS: dict[int, DrumSign] = {
    35: DrumSign("Acoustic Bass Drum", "E4"),
    36: DrumSign("Bass Drum", "F4"),
    37: DrumSign("Side Stick", "C5", CROSS),
    38: DrumSign("Snare Drum", "C5"),
    39: DrumSign("Hand Clap", "C5", TRIANGLE),
    40: DrumSign("Electric Snare", "C5", SLASH),
    41: DrumSign("Low Floor Tom", "G4"),
    42: DrumSign("Closed Hi-Hat", "G5", CROSS),
    43: DrumSign("High Floor Tom", "A4"),
    44: DrumSign("Pedal Hi-Hat", "D4", CROSS),
    45: DrumSign("Low Tom", "B4"),
    46: DrumSign("Open Hi-Hat", "G5", "circle-x"),
    47: DrumSign("Low-Mid Tom", "D5"),
    48: DrumSign("High-Mid Tom", "E5"),
    49: DrumSign("Crash Cymbal 1", "A5", CROSS),
    50: DrumSign("High Tom", "F5"),
    51: DrumSign("Ride Cymbal 1", "F5", CROSS),
    52: DrumSign("Chinese Cymbal", "C6", CROSS),
    53: DrumSign("Ride Bell", "F5", DIAMOND),
    54: DrumSign("Tambourine", "B5", TRIANGLE),
    55: DrumSign("Splash Cymbal", "B5", CROSS),
    56: DrumSign("Cowbell", "E5", TRIANGLE),
    57: DrumSign("Crash Cymbal 2", "A5", DIAMOND),
    58: DrumSign("Vibraslap", "B5", SLASH),
    59: DrumSign("Ride Cymbal 2", "F5", SLASH),
    60: DrumSign("High Bongo", "E5", DIAMOND),
    61: DrumSign("Low Bongo", "D5", DIAMOND),
    62: DrumSign("Mute High Conga", "C5", DIAMOND),
    63: DrumSign("Open High Conga", "B4", DIAMOND),
    64: DrumSign("Low Conga", "A4", DIAMOND),
    65: DrumSign("High Timbale", "E5", SLASH),
    66: DrumSign("Low Timbale", "D5", SLASH),
    67: DrumSign("High Agogo", "F5", TRIANGLE),
    68: DrumSign("Low Agogo", "D5", TRIANGLE),
    69: DrumSign("Cabasa", "G5", SLASH),
    70: DrumSign("Maracas", "G5", DIAMOND),
    71: DrumSign("Short Whistle", "C6", TRIANGLE),
    72: DrumSign("Long Whistle", "C6", DIAMOND),
    73: DrumSign("Short Guiro", "A4", SLASH),
    74: DrumSign("Long Guiro", "A4", TRIANGLE),
    75: DrumSign("Claves", "E5", CROSS),
    76: DrumSign("High Wood Block", "D5", CROSS),
    77: DrumSign("Low Wood Block", "B4", CROSS),
    78: DrumSign("Mute Cuica", "G4", DIAMOND),
    79: DrumSign("Open Cuica", "G4", TRIANGLE),
    80: DrumSign("Mute Triangle", "A5", SLASH),
    81: DrumSign("Open Triangle", "A5", TRIANGLE),
}


def drum_sign(pitch: int) -> DrumSign:
    """How a note of the drum channel is written; on the middle line where General MIDI has none."""
    return DRUM_SIGNS.get(pitch, DrumSign(f"Percussion {pitch}", "B4", TRIANGLE))
