"""Voices: how each family of General MIDI instruments sounds, one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument of harmonic partials.

    Attributes:
        rolloff_db: how much softer a partial is than the one an octave below.
        even_partials: level of the even partials relative to the odd ones, 0 (hollow) to 1 (full).
        damping_per_second: how fast a note loses its upper partials.
        attack_seconds: from onset to full level.
        decay_seconds: time constant of the decay after that, at middle C.
        sustain: level after the decay, 0 (struck or plucked) to 1.
        release_seconds: time constant of the release.
        vibrato_cents: how far the pitch swings either way.
        chorus_cents: how far the left side is tuned below, and the right above.
        attack_noise: level of the noise at the onset.
        level: loudness in the mix.
        pan: -1 (left) to 1 (right).
        reverb: level of the reverb.
    """

    rolloff_db: float
    even_partials: float = 1.0
    damping_per_second: float = 0.0
    attack_seconds: float = 0.004
    decay_seconds: float = 1.0
    sustain: float = 0.0
    release_seconds: float = 0.06
    vibrato_cents: float = 0.0
    chorus_cents: float = 0.0
    attack_noise: float = 0.0
    level: float = 1.0
    pan: float = 0.0
    reverb: float = 0.25


PIANO = Voice(
    8.0,
    damping_per_second=0.25,
    decay_seconds=1.3,
    release_seconds=0.09,
    chorus_cents=0.8,
    attack_noise=0.12,
    level=0.6,
    pan=-0.1,
)
BELLS = Voice(
    12.0, even_partials=0.35, damping_per_second=1.2, decay_seconds=1.0, level=0.7, reverb=0.4
)
ORGAN = Voice(
    7.0,
    even_partials=0.8,
    attack_seconds=0.012,
    sustain=1.0,
    release_seconds=0.03,
    chorus_cents=3.0,
    vibrato_cents=4.0,
    level=0.5,
)
GUITAR = Voice(
    7.0, damping_per_second=0.5, decay_seconds=0.8, attack_noise=0.2, level=0.8, pan=0.2, reverb=0.2
)
BASS = Voice(
    9.0,
    damping_per_second=0.6,
    attack_seconds=0.005,
    decay_seconds=0.7,
    sustain=0.15,
    attack_noise=0.06,
    level=1.25,
    reverb=0.03,
)
STRINGS = Voice(
    7.5,
    attack_seconds=0.09,
    sustain=0.9,
    release_seconds=0.16,
    vibrato_cents=9.0,
    chorus_cents=6.0,
    attack_noise=0.03,
    level=0.8,
    pan=0.15,
    reverb=0.4,
)
CHOIR = Voice(
    10.0,
    even_partials=0.8,
    attack_seconds=0.08,
    sustain=0.95,
    release_seconds=0.2,
    vibrato_cents=10.0,
    chorus_cents=7.0,
    attack_noise=0.04,
    level=0.6,
    reverb=0.45,
)
BRASS = Voice(
    6.5, attack_seconds=0.035, decay_seconds=0.25, sustain=0.75, vibrato_cents=5.0, level=0.55
)
REED = Voice(
    8.0,
    even_partials=0.45,
    attack_seconds=0.03,
    decay_seconds=0.3,
    sustain=0.85,
    vibrato_cents=9.0,
    attack_noise=0.06,
    level=0.6,
)
PIPE = Voice(
    14.0,
    even_partials=0.7,
    attack_seconds=0.04,
    decay_seconds=0.3,
    sustain=0.9,
    vibrato_cents=11.0,
    attack_noise=0.1,
    level=0.75,
    reverb=0.35,
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
    reverb=0.45,
)
PLUCKED = Voice(
    6.5, damping_per_second=1.0, decay_seconds=0.5, attack_noise=0.25, level=0.75, pan=-0.2
)

ELECTRIC_PIANO = Voice(
    11.0,
    even_partials=0.6,
    damping_per_second=0.5,
    decay_seconds=1.5,
    release_seconds=0.1,
    chorus_cents=2.0,
    attack_noise=0.04,
    level=0.7,
)
HARPSICHORD = Voice(
    4.5, damping_per_second=0.8, decay_seconds=0.7, attack_noise=0.15, level=0.6, pan=-0.1
)
MALLETS = Voice(
    15.0, even_partials=0.3, damping_per_second=2.0, decay_seconds=0.35, attack_noise=0.1, level=0.8
)
ACCORDION = Voice(
    5.5, attack_seconds=0.03, sustain=1.0, release_seconds=0.05, chorus_cents=6.0, level=0.5
)
HARMONICA = Voice(
    5.0,
    even_partials=0.8,
    attack_seconds=0.03,
    sustain=0.95,
    vibrato_cents=8.0,
    attack_noise=0.05,
    level=0.55,
)
MUTED_GUITAR = Voice(
    8.0, damping_per_second=3.0, decay_seconds=0.15, attack_noise=0.2, level=0.9, pan=0.2
)
DRIVEN_GUITAR = Voice(
    4.5,
    attack_seconds=0.006,
    decay_seconds=2.5,
    sustain=0.6,
    release_seconds=0.08,
    vibrato_cents=6.0,
    chorus_cents=2.0,
    attack_noise=0.15,
    level=0.5,
    pan=0.1,
)
SYNTH_BASS = Voice(
    6.0,
    damping_per_second=0.8,
    decay_seconds=0.4,
    sustain=0.55,
    release_seconds=0.04,
    chorus_cents=2.0,
    level=1.1,
    reverb=0.02,
)
SOLO_STRINGS = Voice(
    6.5,
    attack_seconds=0.05,
    sustain=0.9,
    release_seconds=0.1,
    vibrato_cents=12.0,
    attack_noise=0.06,
    level=0.8,
    reverb=0.35,
)
HORN = Voice(
    10.5, attack_seconds=0.05, decay_seconds=0.3, sustain=0.8, vibrato_cents=3.0, level=0.7
)
SAX = Voice(
    6.5,
    even_partials=0.95,
    attack_seconds=0.025,
    decay_seconds=0.3,
    sustain=0.85,
    vibrato_cents=11.0,
    attack_noise=0.08,
    level=0.6,
)
CLARINET = Voice(
    8.0,
    even_partials=0.2,
    attack_seconds=0.03,
    decay_seconds=0.3,
    sustain=0.9,
    vibrato_cents=4.0,
    attack_noise=0.04,
    level=0.65,
)
SQUARE_LEAD = Voice(
    6.0,
    even_partials=0.0,
    attack_seconds=0.008,
    sustain=0.85,
    release_seconds=0.06,
    vibrato_cents=6.0,
    level=0.7,
)
SAW_LEAD = Voice(
    6.0,
    attack_seconds=0.008,
    sustain=0.85,
    release_seconds=0.06,
    vibrato_cents=6.0,
    chorus_cents=5.0,
    level=0.7,
)

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
    **dict.fromkeys((4, 5), ELECTRIC_PIANO),
    **dict.fromkeys((6, 7), HARPSICHORD),  # and clavi
    **dict.fromkeys((12, 13, 108, 115), MALLETS),  # marimba, xylophone, kalimba, woodblock
    15: PLUCKED,  # dulcimer
    **dict.fromkeys((21, 23), ACCORDION),
    22: HARMONICA,
    28: MUTED_GUITAR,
    **dict.fromkeys((29, 30), DRIVEN_GUITAR),
    **dict.fromkeys((38, 39), SYNTH_BASS),
    **dict.fromkeys((40, 41, 42, 43, 110), SOLO_STRINGS),  # and fiddle
    45: PLUCKED,  # pizzicato strings
    46: PLUCKED,  # harp
    47: BELLS,  # timpani
    48: STRINGS,
    49: STRINGS,
    50: STRINGS,
    51: STRINGS,
    55: BRASS,  # orchestra hit
    **dict.fromkeys((58, 60), HORN),  # tuba and French horn
    **dict.fromkeys((64, 65, 66, 67), SAX),
    71: CLARINET,
    80: SQUARE_LEAD,
    81: SAW_LEAD,
    85: CHOIR,  # lead (voice)
    91: CHOIR,  # pad (choir)
    109: REED,  # bagpipe
    111: REED,  # shanai
}


def voice_of(program: int) -> Voice:
    """The voice of a General MIDI program, 0 to 127."""
    return EXCEPTIONS.get(program, FAMILIES[program // 8])
