"""Voices: how each family of General MIDI instruments sounds, one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument of harmonic partials.

    Attributes:
        rolloff_db: how much softer a partial is than the one an octave below.
        even: level of the even partials beside the odd, 0 to 1: hollow to full.
        damping_per_second: how fast a note loses its upper partials.
        attack_seconds: until a note is at its loudest.
        decay_seconds: time in which it falls from there by a factor e, at middle C.
        sustain: the level that it falls to, 0 (a struck or plucked note) to 1.
        release_seconds: time in which a note let go falls by a factor e.
        vibrato_cents: how far the pitch swings either way.
        chorus_cents: how far the left side is tuned below, and the right above.
        breath: level of the noise that an onset begins with.
        level: loudness in the mix.
        pan: -1 (left) to 1 (right).
        room: how much of it the room gives back.
    """

    rolloff_db: float
    even: float = 1.0
    damping_per_second: float = 0.0
    attack_seconds: float = 0.004
    decay_seconds: float = 1.0
    sustain: float = 0.0
    release_seconds: float = 0.06
    vibrato_cents: float = 0.0
    chorus_cents: float = 0.0
    breath: float = 0.0
    level: float = 1.0
    pan: float = 0.0
    room: float = 0.25


PIANO = Voice(
    8.0,
    damping_per_second=0.25,
    decay_seconds=1.3,
    release_seconds=0.09,
    chorus_cents=0.8,
    breath=0.12,
    level=0.6,
    pan=-0.1,
)
BELLS = Voice(12.0, even=0.35, damping_per_second=1.2, decay_seconds=1.0, level=0.7, room=0.4)
ORGAN = Voice(
    7.0,
    even=0.8,
    attack_seconds=0.012,
    sustain=1.0,
    release_seconds=0.03,
    chorus_cents=3.0,
    vibrato_cents=4.0,
    level=0.5,
)
GUITAR = Voice(
    7.0, damping_per_second=0.5, decay_seconds=0.8, breath=0.2, level=0.8, pan=0.2, room=0.2
)
BASS = Voice(
    9.0,
    damping_per_second=0.6,
    attack_seconds=0.005,
    decay_seconds=0.7,
    sustain=0.15,
    breath=0.06,
    level=1.25,
    room=0.03,
)
STRINGS = Voice(
    7.5,
    attack_seconds=0.09,
    sustain=0.9,
    release_seconds=0.16,
    vibrato_cents=9.0,
    chorus_cents=6.0,
    breath=0.03,
    level=0.8,
    pan=0.15,
    room=0.4,
)
CHOIR = Voice(
    10.0,
    even=0.8,
    attack_seconds=0.08,
    sustain=0.95,
    release_seconds=0.2,
    vibrato_cents=10.0,
    chorus_cents=7.0,
    breath=0.04,
    level=0.6,
    room=0.45,
)
BRASS = Voice(
    6.5, attack_seconds=0.035, decay_seconds=0.25, sustain=0.75, vibrato_cents=5.0, level=0.55
)
REED = Voice(
    8.0,
    even=0.45,
    attack_seconds=0.03,
    decay_seconds=0.3,
    sustain=0.85,
    vibrato_cents=9.0,
    breath=0.06,
    level=0.6,
)
PIPE = Voice(
    14.0,
    even=0.7,
    attack_seconds=0.04,
    decay_seconds=0.3,
    sustain=0.9,
    vibrato_cents=11.0,
    breath=0.1,
    level=0.75,
    room=0.35,
)
LEAD = Voice(
    8.5,
    attack_seconds=0.012,
    decay_seconds=0.4,
    sustain=0.75,
    release_seconds=0.08,
    vibrato_cents=8.0,
    chorus_cents=3.0,
    level=0.9,
)
PAD = Voice(
    9.0,
    attack_seconds=0.18,
    sustain=1.0,
    release_seconds=0.3,
    chorus_cents=8.0,
    level=0.5,
    room=0.45,
)
PLUCKED = Voice(6.5, damping_per_second=1.0, decay_seconds=0.5, breath=0.25, level=0.75, pan=-0.2)

# By program // 8, in General MIDI's order.
FAMILIES: tuple[Voice, ...] = (
    PIANO,
    BELLS,
    ORGAN,
    GUITAR,
    BASS,
    STRINGS,
    CHOIR,
    BRASS,
    REED,
    PIPE,
    LEAD,
    PAD,
    PAD,
    PLUCKED,
    BELLS,
    PAD,
)

# Programs that are unlike their family.
EXCEPTIONS: dict[int, Voice] = {
    45: PLUCKED,  # pizzicato strings
    46: PLUCKED,  # harp
    47: BELLS,  # timpani
    48: STRINGS,
    49: STRINGS,
    50: STRINGS,
    51: STRINGS,
    55: BRASS,  # orchestra hit
}


def voice_of(program: int) -> Voice:
    """What a General MIDI program, 0 to 127, is played with."""
    return EXCEPTIONS.get(program, FAMILIES[program // 8])
