"""How loud a section plays: energy to velocities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genomes.notes import Notes

# Energy -> factor of every velocity, straight lines between; parts are composed at 0.5.
CURVE = ((0.0, 0.80), (0.5, 1.00), (1.0, 1.12))

# A drum note up to here is a ghost note, and stays one however full the section is.
GHOST_VELOCITY = 65

MIN_VELOCITY, MAX_VELOCITY = 1, 127


def scaled_velocities(notes: Notes, energy: float) -> NDArray[np.uint8]:
    """The velocities of notes in a section of this energy, 0 (still) to 1 (full).

    Softer notes stay at most as loud as louder ones, and ghost notes of drums stay ghost notes.
    """
    energies, factors = zip(*CURVE, strict=True)
    velocities = notes["velocity"]
    wanted = np.rint(velocities * np.interp(energy, energies, factors))
    is_ghost = notes["is_drum"] & (velocities <= GHOST_VELOCITY)
    most = np.where(is_ghost, GHOST_VELOCITY, MAX_VELOCITY)
    return np.clip(wanted, MIN_VELOCITY, most).astype(np.uint8)
