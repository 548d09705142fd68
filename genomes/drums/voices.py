"""What a drummer strikes: General MIDI percussion, and the limb that strikes each."""

from __future__ import annotations

from dataclasses import dataclass

HAND, RIGHT_FOOT, LEFT_FOOT = "hand", "right foot", "left foot"
HANDS = 2

# What a voice is for: the ground, the answer, the time, or colour between them.
LOW, BACK, TIME, COLOUR = "low", "back", "time", "colour"


@dataclass(frozen=True, slots=True)
class Voice:
    """One way of striking one thing.

    Attributes:
        note: of General MIDI percussion, 35 to 81.
        role: ``low``, ``back``, ``time`` or ``colour``; voices of one role can stand in for
            each other.
        body: what is struck; voices of one body never sound together.
        limb: what strikes it.
        usual: how often it is drawn, against the others of its role.
    """

    note: int
    role: str
    body: str
    limb: str = HAND
    usual: int = 1


# In the order in which hands are given out: where three are needed, the last named is left out.
VOICES: dict[str, Voice] = {
    "kick": Voice(36, LOW, "bass drum", RIGHT_FOOT, usual=6),
    "soft_kick": Voice(35, LOW, "bass drum", RIGHT_FOOT, usual=3),
    "crash": Voice(49, COLOUR, "crash"),
    "china": Voice(52, COLOUR, "china"),
    "splash": Voice(55, COLOUR, "splash"),
    "snare": Voice(38, BACK, "snare", usual=5),
    "rim": Voice(37, BACK, "snare", usual=3),
    "dry_snare": Voice(40, BACK, "snare"),
    "clap": Voice(39, BACK, "clap", usual=2),
    "high_tom": Voice(50, COLOUR, "high tom"),
    "mid_tom": Voice(47, COLOUR, "mid tom"),
    "low_tom": Voice(45, COLOUR, "low tom"),
    "floor_tom": Voice(43, LOW, "floor tom", usual=2),
    "deep_tom": Voice(41, LOW, "deep tom"),
    "open_hat": Voice(46, TIME, "hi-hat"),
    "closed_hat": Voice(42, TIME, "hi-hat", usual=5),
    "pedal_hat": Voice(44, TIME, "hi-hat", LEFT_FOOT),
    "ride_bell": Voice(53, TIME, "ride"),
    "ride": Voice(51, TIME, "ride", usual=3),
    "high_conga": Voice(63, COLOUR, "high conga"),
    "low_conga": Voice(64, LOW, "low conga"),
    "high_bongo": Voice(60, COLOUR, "high bongo"),
    "low_bongo": Voice(61, COLOUR, "low bongo"),
    "cowbell": Voice(56, COLOUR, "cowbell"),
    "claves": Voice(75, BACK, "claves"),
    "high_block": Voice(76, COLOUR, "high block"),
    "low_block": Voice(77, COLOUR, "low block"),
    "tambourine": Voice(54, TIME, "tambourine"),
    "shaker": Voice(70, TIME, "shaker"),
    "cabasa": Voice(69, TIME, "cabasa"),
    "triangle": Voice(81, COLOUR, "triangle"),
}

RANK = {name: rank for rank, name in enumerate(VOICES)}
BY_NOTE = {voice.note: name for name, voice in VOICES.items()}

# Least time between two strokes of one limb, in seconds: eight a second, as good drummers play
# for a whole section; two hands in turn make a roll of twice that.
LEAST_GAP_SECONDS = {HAND: 0.12, RIGHT_FOOT: 0.12, LEFT_FOOT: 0.12}
# Least time between two strokes on one drum or cymbal, by any limb; grace notes excepted.
LEAST_BODY_GAP_SECONDS = 0.06


def of_role(role: str) -> tuple[str, ...]:
    """The voices of a role, in the table's order."""
    return tuple(name for name, voice in VOICES.items() if voice.role == role)
