"""The balance of a song's MIDI files: velocities that bring each part to its loudness.

Recordings are balanced by what is measured of them. What a MIDI file will sound like depends on the
player; so the loudness of a track is estimated from its notes, as ITU-R BS.1770 gates a
recording, with the power of a note taken from its velocity, its instrument and its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.arrangement.dynamics import scaled_velocities
from engine.audio.loudness import loudness_lu
from genomes import TempoMap
from genomes.midi import DRUM_CHANNEL, Track

# Loudness of each program of General MIDI at the onset of a note, in LU against the median program
# at one velocity: measured of the soundfonts FluidR3 GM (counted twice, as it is the usual one),
# MuseScore General, and TimGM6mb with sf_GMbank, each program playing the same half notes.
PROGRAM_LU = (
    *(-2, -2, 1, -2, 4, 3, -1, 1),
    *(-1, 1, -2, 0, -1, -7, 3, -3),
    *(-1, 1, 1, -1, 0, -2, -2, -2),
    *(1, -1, 4, 6, -4, 1, 4, 5),
    *(2, 2, 2, 2, 0, -1, 0, 3),
    *(1, 0, 1, -4, -2, -1, 2, -7),
    *(0, -1, 6, 7, -2, 0, 0, -1),
    *(-1, 4, 4, -1, 3, -1, 6, 7),
    *(0, 2, 1, -1, 1, -1, 1, 2),
    *(0, 0, 1, 0, 1, 3, 5, 3),
    *(7, 10, 11, 7, 8, 8, 6, 9),
    *(8, -4, 5, 6, 6, 5, 6, 5),
    *(8, 7, 6, 3, 8, -4, 4, 6),
    *(1, 0, -3, 0, -4, 2, -1, 1),
    *(-1, -7, 1, -9, -1, -4, 4, -9),
    *(-3, -4, -2, 3, 3, -19, -4, 1),
)
# Loudness of single drums, and of any other, as if each stroke were a note of ``STROKE_SECONDS``.
DRUM_LU = {
    **dict.fromkeys((35, 36, 38, 40), -2.5),  # kicks and snares
    37: -6.0,  # side stick
    39: -3.0,  # clap
    **dict.fromkeys((41, 43, 45, 47, 48, 50), -2.5),  # toms
    **dict.fromkeys((42, 44), -10.5),  # closed hats
    46: -9.0,  # open hat
    **dict.fromkeys((49, 52, 55, 57), 0.0),  # crashes
    **dict.fromkeys((51, 53, 59), -9.5),  # rides
}
OTHER_DRUM_LU = -4.0
STROKE_SECONDS = 0.5

# Programs whose notes die away, and the time constant of their power.
STRUCK_PROGRAMS = frozenset(
    chain(range(16), range(24, 29), range(31, 38), range(45, 48), range(104, 109), range(112, 120))
)
STRUCK_SECONDS = 0.5

# BS.1770: blocks of four steps, of which those count that are within 10 LU of the mean.
STEP_SECONDS = 0.1
BLOCK_STEPS = 4
GATE = 0.1

# No part is made louder or softer than this, in LU against the others.
MAX_CHANGE_LU = 9.0


def balanced(tracks: Sequence[Track], tempo_map: TempoMap) -> tuple[Track, ...]:
    """The tracks with velocities by which they have the loudness of their stages.

    A track's velocities all get one factor, so that its dynamics stay; the factors' mean, in
    decibels, is none. A track that sounds alone is left as it is.
    """
    sounding = [track for track in tracks if len(track.part.notes)]
    if len(sounding) < 2:
        return tuple(tracks)
    changes_lu = {
        track.name: loudness_lu(track.name) - estimated_lu(track, tempo_map) for track in sounding
    }
    mean = float(np.mean(list(changes_lu.values())))
    return tuple(
        _louder(track, changes_lu[track.name] - mean) if track.name in changes_lu else track
        for track in tracks
    )


def _louder(track: Track, change_lu: float) -> Track:
    factor = 10 ** (float(np.clip(change_lu, -MAX_CHANGE_LU, MAX_CHANGE_LU)) / 40)
    notes = track.part.notes.copy()
    notes["velocity"] = scaled_velocities(notes, factor)
    return replace(track, part=replace(track.part, notes=notes))


def estimated_lu(track: Track, tempo_map: TempoMap) -> float:
    """How loud a player of General MIDI plays a track that has notes, in LU.

    0 is one note of velocity 127 of the median program, held.
    """
    blocks = np.convolve(
        _power(track, tempo_map), np.full(BLOCK_STEPS, 1 / BLOCK_STEPS), mode="full"
    )
    audible = blocks[blocks > 1e-7 * blocks.max()]
    return float(10 * np.log10(audible[audible > GATE * audible.mean()].mean()))


def _power(track: Track, tempo_map: TempoMap) -> NDArray[np.float64]:
    """Power of a track's sound, in steps of ``STEP_SECONDS``."""
    notes = track.part.notes
    onsets, ends = (
        np.rint(tempo_map.seconds(ticks) / STEP_SECONDS).astype(int)
        for ticks in (notes["onset_ticks"], notes["onset_ticks"] + notes["duration_ticks"])
    )
    power = (notes["velocity"] / 127) ** 4
    if track.channel == DRUM_CHANNEL:
        offsets = [DRUM_LU.get(pitch, OTHER_DRUM_LU) for pitch in notes["pitch"].tolist()]
        power *= 10 ** (np.array(offsets) / 10) * STROKE_SECONDS / STEP_SECONDS
        return np.bincount(onsets, power).astype(np.float64)
    is_struck = track.program in STRUCK_PROGRAMS
    kept = np.exp(-STEP_SECONDS / STRUCK_SECONDS) if is_struck else 1.0
    power *= 10 ** (PROGRAM_LU[track.program] / 10)
    lengths = np.maximum(1, ends - onsets)
    sounding = np.zeros(int((onsets + lengths).max()) + 1)
    np.add.at(sounding, onsets, power)
    np.add.at(sounding, onsets + lengths, -power * kept**lengths)
    for step in range(1, len(sounding)):
        sounding[step] += kept * sounding[step - 1]
    return np.maximum(sounding, 0.0)
