"""Chords heard in notes: which root and kind explain best what sounds in each half bar.

A template is the likelier the more of what sounds it explains, the fewer of its tones are silent,
and the longer its root is in the bass. All weights are whole numbers, so that what is heard in one
part doesn't depend on the parts beside it; ties go to the root nearest above the bass, so that
nothing depends on the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# Kinds of chords with their semitones above the root. The first of equals is preferred.
MAJOR, MINOR, DIMINISHED, SUSPENDED, THIN = range(5)
TEMPLATES: Final = (
    (MAJOR, (0, 4, 7)),
    (MINOR, (0, 3, 7)),
    (DIMINISHED, (0, 3, 6)),
    (SUSPENDED, (0, 2, 7)),
    (SUSPENDED, (0, 5, 7)),
    (THIN, (0, 7)),
    (THIN, (0,)),
)
# Relative weights: of what a template explains, of each of its tones that is silent, of the time
# that its root is in the bass. A thin chord is heard only where nothing more sounds.
EXPLAINED, SILENT, IN_BASS = 100, 15, 25

_KINDS: Final = np.array([kind for kind, _ in TEMPLATES])
_TONES: Final = np.array(
    [
        [(semitone - root) % 12 in tones for semitone in range(12)]
        for root in range(12)
        for _, tones in TEMPLATES
    ],
    dtype=np.float64,
).T
_ROOTS: Final = np.repeat(np.arange(12), len(TEMPLATES))
_IS_ROOT: Final = (np.arange(12)[:, None] == _ROOTS).astype(np.float64)
_SIZES: Final = _TONES.sum(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class HeardChords:
    """One chord for each half bar in which anything pitched sounds, in order.

    Attributes:
        roots: pitch class of each root, 0 to 11.
        kinds: ``MAJOR``, ``MINOR``, ``DIMINISHED``, ``SUSPENDED`` or ``THIN``.
        above: ``(chords, 12)`` whether a pitch class sounds, from the root upward.
        ticks: ``(chords, 12)`` how long each pitch class sounds, from C upward.
        owners: which part each is heard in.
    """

    roots: Integers
    kinds: Integers
    above: Booleans
    ticks: Integers
    owners: Integers

    @staticmethod
    def of(ticks: Integers, bass_ticks: Integers, owners: Integers) -> HeardChords:
        """Name the chords of some half bars.

        Args:
            ticks: ``(halves, 12)`` how long each pitch class sounds.
            bass_ticks: ``(halves, 12)`` how long it is the lowest.
            owners: ``(halves,)`` which part each is of.
        """
        sounds = ticks.any(axis=1)
        ticks, bass_ticks, owners = ticks[sounds], bass_ticks[sounds], owners[sounds]
        bass = bass_ticks.argmax(axis=1)
        above_bass = turned(ticks, bass).astype(np.float64)
        whole = above_bass.sum(axis=1, keepdims=True)
        silent = _SIZES - (above_bass > 0) @ _TONES
        likely = EXPLAINED * (above_bass @ _TONES) - SILENT * whole * silent
        likely += IN_BASS * (turned(bass_ticks, bass) @ _IS_ROOT)
        best = likely.argmax(axis=1)
        roots = (bass + _ROOTS[best]) % 12
        kinds = _KINDS[best % len(TEMPLATES)]
        return HeardChords(roots, kinds, turned(ticks, roots) > 0, ticks, owners)


def turned(rows: NDArray[Any], first: Integers) -> NDArray[Any]:
    """``(n, 12)`` rows turned so that each begins with its own first column."""
    columns = (first[:, None] + np.arange(12)) % 12
    return np.take_along_axis(rows, columns, axis=1)
