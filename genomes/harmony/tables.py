"""What is known of supporting parts: textures, their voices and ranges, and how they are played."""

from __future__ import annotations

from dataclasses import dataclass

# Voices of the part, the lowest 0: never more than these sound at once.
VOICES = 4
LINE_VOICE = 3

# How a tone follows what its voice sang right before it: anew; held on if its pitch still fits;
# held over the change of chord, to fall a step on the next beat group.
STRUCK, TIED, SUSPENDED = "struck", "tied", "suspended"
LINKS = (STRUCK, TIED, SUSPENDED)

# Velocity of an unaccented note, from barely there to full; all below a melody's.
DYNAMICS = (36, 44, 52, 60, 68)


@dataclass(frozen=True, slots=True)
class Texture:
    """A way of supporting.

    Attributes:
        voices: which voices it may use; two textures sound together if they share none.
        lowest_pitch: no note lies below.
        highest_pitch: no note lies above.
        needs_melody: whether it is made from the melody's notes.
    """

    voices: tuple[int, ...]
    lowest_pitch: int
    highest_pitch: int
    needs_melody: bool = False


PAD, LINE, THIRDS, SIXTHS, DRONE, ECHO = "pad", "line", "thirds", "sixths", "drone", "echo"

TEXTURES: dict[str, Texture] = {
    PAD: Texture((0, 1, 2, 3), 43, 76),
    LINE: Texture((LINE_VOICE,), 48, 79),
    THIRDS: Texture((LINE_VOICE,), 48, 79, needs_melody=True),
    SIXTHS: Texture((2,), 48, 79, needs_melody=True),
    DRONE: Texture((0,), 43, 64),
    ECHO: Texture((LINE_VOICE,), 48, 79, needs_melody=True),
}

# Voices of a pad, by how many they are; what lies beside a line or a drone leaves it its voice.
PAD_VOICES = {2: (1, 2), 3: (0, 1, 2), 4: (0, 1, 2, 3)}
