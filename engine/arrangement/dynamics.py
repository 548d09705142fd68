"""How loud the notes of a section are played, by its energy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genomes.notes import Notes

# (energy, factor of every velocity), interpolated linearly; 0.5 leaves velocities unchanged. In
# General MIDI a factor f is 40 log10 f decibels: from the softest to the loudest 13, and 10 for
# notes that already have the highest velocity.
VELOCITY_FACTORS = ((0.0, 0.56), (0.5, 1.00), (1.0, 1.22))

# Drum notes up to this velocity are ghost notes; nothing makes them louder than they are.
GHOST_VELOCITY = 65

# What a factor above 1 would bring above this velocity, it brings less far, so that the loudest
# notes stay apart.
KNEE_VELOCITY = 100

MIN_VELOCITY, MAX_VELOCITY = 1, 127


def energy_velocities(notes: Notes, energy: float) -> NDArray[np.uint8]:
    """The velocities of notes in a section of this energy, 0 (quietest) to 1 (loudest)."""
    energies, factors = zip(*VELOCITY_FACTORS, strict=True)
    return scaled_velocities(notes, float(np.interp(energy, energies, factors)))


def scaled_velocities(notes: Notes, factor: float) -> NDArray[np.uint8]:
    """The velocities of notes, louder or softer.

    Their order is kept, none is cut off at the highest velocity, and ghost notes of drums stay
    ghost notes.

    Args:
        notes: the notes.
        factor: of the velocities, above 0.
    """
    velocities = notes["velocity"].astype(np.float64)
    is_ghost = notes["is_drum"] & (notes["velocity"] <= GHOST_VELOCITY)
    scaled = _raised(velocities, factor) if factor > 1 else velocities * factor
    kept = np.where(is_ghost, np.minimum(velocities, scaled), scaled)
    return np.asarray(np.clip(np.rint(kept), MIN_VELOCITY, MAX_VELOCITY), dtype=np.uint8)


def _raised(velocities: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Velocities times a factor above 1; from the knee on a straight line to the maximum."""
    knee = KNEE_VELOCITY / factor
    return np.interp(velocities, (0, knee, MAX_VELOCITY), (0, KNEE_VELOCITY, MAX_VELOCITY))
