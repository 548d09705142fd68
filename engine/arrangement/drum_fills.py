"""Drum fills and crashes at the joints of a song's sections."""

from __future__ import annotations

import numpy as np

from engine.arrangement.passes import Pass, with_notes, with_rows
from genomes import Meter, Part
from genomes.drums.dynamics import DYNAMICS, LOUDEST_GHOST, velocity
from genomes.drums.fills import FILLS, NO_CRASH, fill_span
from genomes.drums.patterns import Pattern
from genomes.drums.rendering import bar_strokes, onsets_ticks
from genomes.drums.voices import BY_NOTE, HAND, VOICES
from genomes.grid import STRAIGHT

# What leads into a quiet section and what into a full one; which is drawn by the plan's seed.
QUIET_FILLS = ("drag", "pickup", "ghosts", "rims", "open")
FULL_FILLS = ("snare_pulses", "snare_run", "tom_walk", "tom_run", "long_tom_run", "snare_and_kick")
FULL_ENERGY = 0.5

# Energy from which a section begins with a crash.
CRASH_ENERGY = 0.6
CRASH_VELOCITY_ADDED = 12

HAND_NOTES = frozenset(note for note, name in BY_NOTE.items() if VOICES[name].limb == HAND)


def with_fill(section: Pass, next_energy: float, rng: np.random.Generator) -> Pass:
    """A pass whose drums end with a fill that suits the energy of what follows."""
    if "drums" not in section.parts or not len(section.parts["drums"].notes):
        return section
    fills = FULL_FILLS if next_energy >= FULL_ENERGY else QUIET_FILLS
    fill = fills[int(rng.integers(len(fills)))]
    return section.with_part("drums", filled(fill, section.parts["drums"], section.meter))


def filled(fill: str, part: Part, meter: Meter) -> Part:
    """Drums whose last bar ends with a fill of ``FILLS``; feet play on where the fill lets them."""
    last_bar = part.length_ticks - meter.bar_ticks
    onsets = onsets_ticks(meter, STRAIGHT, part.swing)
    start = last_bar + onsets[fill_span(FILLS[fill], meter, STRAIGHT)[0]]
    normal = normal_velocity(part)
    rows = [
        (last_bar + onset, length, note, velocity(level, weight, normal, 0))
        for onset, length, note, level, weight in bar_strokes(
            Pattern(STRAIGHT), fill, NO_CRASH, meter, part.swing
        )
    ]
    filled_from = min((row[0] for row in rows), default=start)
    struck = {(row[0], row[2]) for row in rows}
    kept = [
        row
        for row in part.notes.tolist()
        if row[0] < filled_from
        or (FILLS[fill].feet and row[2] not in HAND_NOTES and (row[0], row[2]) not in struck)
    ]
    notes = np.array(kept, dtype=part.notes.dtype)
    return with_rows(part, notes, rows, is_drum=True)


def with_crash(section: Pass) -> Pass:
    """A pass whose drums begin with a crash, where they play with enough energy."""
    drums = section.parts.get("drums")
    if drums is None or not len(drums.notes) or section.energy < CRASH_ENERGY:
        return section
    crash = VOICES["crash"].note
    is_first = (drums.notes["onset_ticks"] == 0) & np.isin(drums.notes["pitch"], list(HAND_NOTES))
    loud = min(127, normal_velocity(drums) + CRASH_VELOCITY_ADDED)
    length = int(drums.notes["duration_ticks"].max())
    changed = with_rows(drums, drums.notes[~is_first], [(0, length, crash, loud)], is_drum=True)
    return section.with_part("drums", changed)


def on_ride(part: Part, meter: Meter) -> Part:  # noqa: ARG001 - one signature for all variations
    """The time-keeper of a hi-hat on the ride, or of the ride on a closed hi-hat."""
    notes = part.notes.copy()
    hats = [VOICES[name].note for name in ("closed_hat", "open_hat", "pedal_hat")]
    ride = VOICES["ride"].note
    is_hat, is_ride = np.isin(notes["pitch"], hats), notes["pitch"] == ride
    if is_hat.sum() >= is_ride.sum():
        notes["pitch"][is_hat] = ride
        notes = notes[~is_ride]
    else:
        notes["pitch"][is_ride] = hats[0]
        notes = notes[~is_hat]
    return with_notes(part, notes)


def normal_velocity(part: Part) -> int:
    """The median velocity of a part's strokes that are no ghost notes."""
    velocities = part.notes["velocity"]
    loud = velocities[velocities > LOUDEST_GHOST]
    return int(np.median(loud)) if len(loud) else DYNAMICS[0]
