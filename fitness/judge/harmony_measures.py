"""What chords a part was made of: measures of its chord symbols, in the song's own key.

The fusion model hears chords in the notes; these read what the part says of itself, the numeral
and the chord tones of every chord. A part that says nothing of chords has 0 everywhere. A chord
that is repeated counts once.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from fitness.judge.rhythm_measures import Floats, mean, shares
from fitness.part_batch import PartBatch
from genomes.chords.song_model import FAMILIES, KINDS, family_and_kind
from genomes.notes import ChordSpan

# A numeral's root: its accidental, if any, and its degree.
DEGREE = re.compile(r"(b?)(VII|VI|IV|V|III|II|I)", re.IGNORECASE)
DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")
APPLIED, FLAT = "applied", "flat"
MOTIONS = range(1, 12)  # semitones up


def functions(view: PartBatch) -> Floats:
    """Share of the chords on each degree, and of those on a flat degree and applied ones."""
    names = [_function(span) for span in chords(view)]
    return np.array([mean(np.array([name == wanted for name in names])) for wanted in FUNCTIONS])


def root_motions(view: PartBatch) -> Floats:
    """Share of the changes whose root moves up by so many semitones, as the symbols say."""
    roots = [span.root_pitch_class for span in chords(view)]
    moves = np.array([(after - before) % 12 for before, after in pairwise(roots)], dtype=np.int64)
    return shares(np.bincount(moves[moves > 0], minlength=12)[1:])


def qualities(view: PartBatch) -> Floats:
    """Share of the chords in each family and of each kind, of those of the model of songs."""
    named = [_family_and_kind(span) for span in chords(view)]
    wanted = [(0, family) for family in FAMILIES] + [(1, kind) for kind in KINDS]
    return np.array([mean(np.array([name[at] == one for name in named])) for at, one in wanted])


def returns_home(view: PartBatch) -> Floats:
    """Share of the arrivals on the first degree that come from each degree, flat or applied."""
    names = [_function(span) for span in chords(view)]
    before = [first for first, second in pairwise(names) if second == "I"]
    return np.array([mean(np.array([name == wanted for name in before])) for wanted in FUNCTIONS])


def chords(view: PartBatch) -> list[ChordSpan]:
    """The chords of a view of one part, a repeated one once."""
    found: list[ChordSpan] = []
    for span in view.parts[0].harmony:
        if not found or found[-1].name != span.name:
            found.append(span)
    return found


FUNCTIONS = (*DEGREES, FLAT, APPLIED)


def _function(span: ChordSpan) -> str:
    found = DEGREE.match(span.numeral)
    if "/" in span.numeral or found is None:
        return APPLIED
    return FLAT if found[1] else found[2].upper()


def _family_and_kind(span: ChordSpan) -> tuple[str, str]:
    above = (pitch_class - span.root_pitch_class for pitch_class in span.pitch_classes)
    return family_and_kind(frozenset(semitones % 12 for semitones in above))


GROUPS = (
    (functions, tuple(f"chords_on_{name}" for name in FUNCTIONS)),
    (root_motions, tuple(f"root_up_{semitones}" for semitones in MOTIONS)),
    (qualities, tuple(f"chords_{name.replace(' ', '_')}" for name in (*FAMILIES, *KINDS))),
    (returns_home, tuple(f"home_from_{name}" for name in FUNCTIONS)),
)
