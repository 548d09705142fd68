"""Our keys as music21 writes them: a second opinion on every scale."""

from __future__ import annotations

from functools import cache

from music21 import scale

SCALE_CLASSES = {
    "major": scale.MajorScale,
    "minor": scale.MinorScale,
    "dorian": scale.DorianScale,
    "phrygian": scale.PhrygianScale,
    "lydian": scale.LydianScale,
    "mixolydian": scale.MixolydianScale,
    "locrian": scale.LocrianScale,
    "harmonic_minor": scale.HarmonicMinorScale,
    "melodic_minor": scale.MelodicMinorScale,
}


def music21_name(name: str) -> str:
    """A note name with music21's sign for a flat."""
    return name[0] + name[1:].replace("b", "-")


@cache
def scale_pitch_classes(mode: str, tonic: str = "C") -> tuple[int, ...]:
    """Pitch classes of the seven degrees, upwards."""
    upwards = SCALE_CLASSES[mode](tonic).getPitches(
        f"{tonic}4", f"{tonic}5", direction=scale.Direction.ASCENDING
    )
    return tuple(pitch.pitchClass for pitch in upwards[:7])
