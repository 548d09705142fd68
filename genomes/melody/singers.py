"""Singers: who sings, and which notes they have."""

from __future__ import annotations

from dataclasses import dataclass

# Voice -> lowest and highest MIDI pitch that is sung with ease.
VOICES: dict[str, tuple[int, int]] = {
    "soprano": (60, 81),
    "mezzo": (57, 76),
    "alto": (53, 72),
    "tenor": (48, 67),
    "baritone": (45, 64),
    "bass": (40, 60),
}

# The range where no singer is named: above the chords, and singable an octave lower.
DEFAULT_VOICE = "mezzo"

OCTAVE_SEMITONES = 12


@dataclass(frozen=True, slots=True)
class Singer:
    """A person, or a kind of voice.

    Attributes:
        name: as it is written.
        voice: what kind of voice it is.
        low: lowest MIDI pitch.
        high: highest MIDI pitch.
    """

    name: str
    voice: str
    low: int
    high: int


SINGERS: tuple[Singer, ...] = (
    *(Singer(voice, voice, low, high) for voice, (low, high) in VOICES.items()),
    Singer("Busayo", "baritone", 45, 64),
    Singer("Gabriel", "tenor", 48, 67),
    Singer("Robbie", "tenor", 48, 67),
    Singer("Aloysius", "tenor", 48, 67),
    Singer("Shirley", "alto", 53, 72),
    Singer("Katherine", "mezzo", 57, 76),
    Singer("Marvin", "bass-baritone", 40, 69),
    Singer("Remez", "tenor", 50, 72),
)
ALIASES = {"gabe": "gabriel"}

_BY_NAME = {singer.name.casefold(): singer for singer in SINGERS}
DEFAULT_SINGER = _BY_NAME[DEFAULT_VOICE]


def known_singers() -> tuple[str, ...]:
    """Every name that ``find_singer`` understands: kinds of voices, then people."""
    return tuple(singer.name for singer in SINGERS)


def find_singer(name: str) -> Singer:
    """The singer of a name, in any case; raises ValueError naming those who are known."""
    wanted = name.strip().casefold()
    singer = _BY_NAME.get(ALIASES.get(wanted, wanted))
    if singer is None:
        raise ValueError(f"singer {name!r}: expected one of {', '.join(known_singers())}")
    return singer


def singer_of(name: str) -> Singer:
    """The singer of a name; a mezzo where the name is empty or unknown."""
    wanted = name.strip().casefold()
    return _BY_NAME.get(ALIASES.get(wanted, wanted), DEFAULT_SINGER)


def range_of(name: str) -> tuple[int, int]:
    """Lowest and highest MIDI pitch of a singer; a mezzo's where the name is empty or unknown."""
    singer = singer_of(name)
    return singer.low, singer.high


def in_range(pitch: int, low: int, high: int) -> int:
    """A pitch, by octaves, where a range of at least an octave has it."""
    if pitch < low:
        return pitch - (pitch - low) // OCTAVE_SEMITONES * OCTAVE_SEMITONES
    return pitch - max(0, -(-(pitch - high) // OCTAVE_SEMITONES)) * OCTAVE_SEMITONES
