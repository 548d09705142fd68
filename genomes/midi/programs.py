"""Programs of General MIDI, by the names of the standard and by those that people type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

# Level 1, in the order of the program numbers, eight to a family.
PROGRAM_NAMES: tuple[str, ...] = (
    *("Acoustic Grand Piano", "Bright Acoustic Piano", "Electric Grand Piano", "Honky-tonk Piano"),
    *("Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavi"),
    *("Celesta", "Glockenspiel", "Music Box", "Vibraphone"),
    *("Marimba", "Xylophone", "Tubular Bells", "Dulcimer"),
    *("Drawbar Organ", "Percussive Organ", "Rock Organ", "Church Organ"),
    *("Reed Organ", "Accordion", "Harmonica", "Tango Accordion"),
    *("Acoustic Guitar (nylon)", "Acoustic Guitar (steel)", "Electric Guitar (jazz)"),
    *("Electric Guitar (clean)", "Electric Guitar (muted)", "Overdriven Guitar"),
    *("Distortion Guitar", "Guitar Harmonics"),
    *("Acoustic Bass", "Electric Bass (finger)", "Electric Bass (pick)", "Fretless Bass"),
    *("Slap Bass 1", "Slap Bass 2", "Synth Bass 1", "Synth Bass 2"),
    *("Violin", "Viola", "Cello", "Contrabass"),
    *("Tremolo Strings", "Pizzicato Strings", "Orchestral Harp", "Timpani"),
    *("String Ensemble 1", "String Ensemble 2", "Synth Strings 1", "Synth Strings 2"),
    *("Choir Aahs", "Voice Oohs", "Synth Voice", "Orchestra Hit"),
    *("Trumpet", "Trombone", "Tuba", "Muted Trumpet"),
    *("French Horn", "Brass Section", "Synth Brass 1", "Synth Brass 2"),
    *("Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax"),
    *("Oboe", "English Horn", "Bassoon", "Clarinet"),
    *("Piccolo", "Flute", "Recorder", "Pan Flute"),
    *("Blown Bottle", "Shakuhachi", "Whistle", "Ocarina"),
    *("Lead 1 (square)", "Lead 2 (sawtooth)", "Lead 3 (calliope)", "Lead 4 (chiff)"),
    *("Lead 5 (charang)", "Lead 6 (voice)", "Lead 7 (fifths)", "Lead 8 (bass and lead)"),
    *("Pad 1 (new age)", "Pad 2 (warm)", "Pad 3 (polysynth)", "Pad 4 (choir)"),
    *("Pad 5 (bowed)", "Pad 6 (metallic)", "Pad 7 (halo)", "Pad 8 (sweep)"),
    *("FX 1 (rain)", "FX 2 (soundtrack)", "FX 3 (crystal)", "FX 4 (atmosphere)"),
    *("FX 5 (brightness)", "FX 6 (goblins)", "FX 7 (echoes)", "FX 8 (sci-fi)"),
    *("Sitar", "Banjo", "Shamisen", "Koto"),
    *("Kalimba", "Bagpipe", "Fiddle", "Shanai"),
    *("Tinkle Bell", "Agogo", "Steel Drums", "Woodblock"),
    *("Taiko Drum", "Melodic Tom", "Synth Drum", "Reverse Cymbal"),
    *("Guitar Fret Noise", "Breath Noise", "Seashore", "Bird Tweet"),
    *("Telephone Ring", "Helicopter", "Applause", "Gunshot"),
)
# Kits on the drum channel, by Roland GS, which General MIDI Level 2 took over; a player that has
# none of them plays the standard kit.
KIT_NAMES: dict[int, str] = {
    0: "Standard Kit",
    8: "Room Kit",
    16: "Power Kit",
    24: "Electronic Kit",
    25: "TR-808 Kit",
    32: "Jazz Kit",
    40: "Brush Kit",
    48: "Orchestra Kit",
}
# What people call the most usual of several, or what the standard calls otherwise.
ALIASES: dict[str, str] = {
    "piano": "Acoustic Grand Piano",
    "grand piano": "Acoustic Grand Piano",
    "electric piano": "Electric Piano 1",
    "rhodes": "Electric Piano 1",
    "clavinet": "Clavi",
    "harp": "Orchestral Harp",
    "organ": "Drawbar Organ",
    "acoustic guitar": "Acoustic Guitar (steel)",
    "electric guitar": "Electric Guitar (clean)",
    "bass": "Electric Bass (finger)",
    "electric bass": "Electric Bass (finger)",
    "double bass": "Acoustic Bass",
    "upright bass": "Acoustic Bass",
    "synth bass": "Synth Bass 1",
    "slap bass": "Slap Bass 1",
    "strings": "String Ensemble 1",
    "string ensemble": "String Ensemble 1",
    "synth strings": "Synth Strings 1",
    "choir": "Choir Aahs",
    "brass": "Brass Section",
    "synth brass": "Synth Brass 1",
    "horn": "French Horn",
    "saxophone": "Alto Sax",
    "pad": "Pad 2 (warm)",
}
PROGRAMS = len(PROGRAM_NAMES)
MAX_NAMED = 10


def program_name(program: int, *, is_drums: bool = False) -> str:
    """The name of a program, 0 to 127; of a kit where it is on the drum channel.

    A kit without a name is called by its number, from 1.
    """
    return KIT_NAMES.get(program, str(program + 1)) if is_drums else PROGRAM_NAMES[program]


def find_program(text: str, *, is_drums: bool = False) -> int:
    """The program, 0 to 127, that a name or a number from 1 to 128 means.

    A name is that of the standard in any case, without its signs, or some of its words if no
    other name has them all.

    Raises:
        ValueError: if there is none or there are several; says what is accepted.
    """
    words = _words(text)
    wanted = " ".join(words)
    if wanted.isdecimal() and len(words) == 1 and 1 <= int(wanted) <= PROGRAMS:
        return int(wanted) - 1
    names = KIT_NAMES if is_drums else dict(enumerate(PROGRAM_NAMES))
    by_name = {" ".join(_words(name)): program for program, name in names.items()}
    aliases = {} if is_drums else ALIASES
    exact = by_name.get(" ".join(_words(aliases.get(wanted, text))))
    if exact is not None:
        return exact
    meant = [program for program, name in names.items() if set(words) <= set(_words(name))]
    if len(meant) == 1:
        return meant[0]
    raise ValueError(_accepted(wanted, [names[program] for program in meant], names))


def _accepted(wanted: str, meant: list[str], names: Mapping[int, str]) -> str:
    """What is accepted instead of a name that means several programs or none."""
    if wanted and 1 < len(meant) <= MAX_NAMED:
        return f"one of {', '.join(meant)}"
    by_lower = {word: name for name in names.values() for word in _words(name) if len(word) > 3}
    by_lower |= {name.casefold(): name for name in names.values()}
    close = [by_lower[found] for found in get_close_matches(wanted, by_lower, n=5)]
    if len(names) <= MAX_NAMED:
        close = list(names.values())
    such = ", ".join(dict.fromkeys(close)) or "Violin or Drawbar Organ"
    return f"a name of General MIDI such as {such}, or a number from 1 to {PROGRAMS}"


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())
