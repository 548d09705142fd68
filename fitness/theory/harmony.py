"""Rules of the harmony stage: how a part accompanies a melody."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp2, log2

import numpy as np

from fitness.sonorities import CACHED_PARTS, Sonorities, pitches_of
from fitness.theory.common import Rule, accent, by_limit, jaccard, mean
from genomes.context import Context
from genomes.grid import EIGHTH_TICKS
from genomes.harmony.constraints import top_notes
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import TICKS_PER_QUARTER

NEUTRAL = 0.5  # where there is nothing to judge: worse than done well, better than done badly

# How sweet two voices sound together, by their distance without octaves: 0 to 11 semitones.
SWEETNESS = (0.5, 0.0, 0.25, 1.0, 1.0, 0.5, 0.2, 0.7, 0.95, 1.0, 0.4, 0.15)

CONTRARY, OBLIQUE, SIMILAR, STATIC = 1.0, 0.7, 0.3, 0.4

# Semitones that voices move from one chord to the next on the mean -> how smooth that is.
MOVE_SMOOTHNESS = ((0.5, 0.9), (2.0, 1.0), (3.0, 0.85), (4.5, 0.65), (6.0, 0.45), (9.0, 0.25))
WIDER_MOVE = 0.1

# Semitones from a note up to the melody that sounds with it -> how well it supports.
DISTANCE_SUPPORT = (
    (-10, 0.1),
    (-3, 0.45),
    (2, 0.25),
    (5, 0.9),
    (16, 1.0),
    (21, 0.7),
    (28, 0.4),
)
FARTHER_BELOW = 0.2

# Semitones between neighbouring voices -> how well they are spaced; close ones need height.
GAP_SPACING = ((2, 0.3), (9, 1.0), (12, 0.8), (16, 0.5))
WIDER_GAP = 0.25
LOW_PITCH, LOW_GAP, LOW_SPACING = 50, 6, 0.4
SINGLE_LINE = 0.65  # a single line is neither well nor badly spaced

# Onsets in a quarter, and the share of bars that sound, in a still and in a full section.
STILL_PACE, FULL_PACE = 0.1, 0.45
STILL_SHARE, FULL_SHARE = 0.45, 0.95
PACE_FLOOR = 0.06

# Where a voice comes in after a silence.
PHRASE_BARS = 2
ON_PHRASE, ON_BAR, ON_CHANGE, IN_REST, ANYWHERE = 1.0, 0.8, 0.6, 0.5, 0.15

VERBATIM = 0.5  # a bar that comes again note for note, where one varied would be worth 1


Sung = tuple[int, int, int]  # onset and end in ticks, pitch


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """A supporting part as the rules read it.

    Attributes:
        notes: onset and end in ticks and pitch, in order.
        strikes: for each onset in order, the pitches struck then, lowest first.
        melody: the melody's notes in order; empty where there is none.
    """

    notes: tuple[Sung, ...]
    strikes: tuple[tuple[int, tuple[int, ...]], ...]
    melody: tuple[Sung, ...]

    @staticmethod
    def of(part: Part, context: Context) -> Support:
        """Read a part in its context."""
        melody = context.part("melody")
        return _of(part.notes.tobytes(), b"" if melody is None else melody.notes.tobytes())

    def sung_at(self, ticks: int) -> int | None:
        """The melody's pitch while a note sounds, or None in its rests."""
        index = self._last(ticks)
        sounds = index >= 0 and ticks < self.melody[index][1]
        return self.melody[index][2] if sounds else None

    def sung_until(self, ticks: int) -> int | None:
        """The melody's pitch, or in a rest the last one it had; None before it begins."""
        index = self._last(ticks)
        return self.melody[index][2] if index >= 0 else None

    def _last(self, ticks: int) -> int:
        return bisect_right(self.melody, ticks, key=_onset) - 1


def _onset(note: Sung) -> int:
    return note[0]


@lru_cache(maxsize=CACHED_PARTS)
def _of(note_bytes: bytes, melody_bytes: bytes) -> Support:
    notes = _rows(note_bytes)
    struck: dict[int, list[int]] = {}
    for onset, _, pitch in notes:
        struck.setdefault(onset, []).append(pitch)
    strikes = tuple((onset, tuple(pitches)) for onset, pitches in struck.items())
    return Support(notes, strikes, _melody(melody_bytes))


@lru_cache(maxsize=16)
def _melody(note_bytes: bytes) -> tuple[Sung, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    return top_notes(Part(notes, 0))


def _rows(note_bytes: bytes) -> tuple[Sung, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    pitched = notes[~notes["is_drum"]].tolist()
    return tuple((onset, onset + duration, pitch) for onset, duration, pitch, *_ in pitched)


def sweetness(part: Part, context: Context) -> float:
    """Consonance with the melody: thirds and sixths score more than fourths and sevenths.

    Per note struck while the melody sings; see ``SWEETNESS``.
    """
    support = Support.of(part, context)
    scores = []
    for onset, pitches in support.strikes:
        sung = support.sung_at(onset)
        if sung is not None:
            scores += [SWEETNESS[abs(pitch - sung) % 12] for pitch in pitches]
    return mean(scores, of_nothing=NEUTRAL)


def contrary_motion(part: Part, context: Context) -> float:
    """The top voice moves against the melody or holds, rather than in the same direction.

    Per step from strike to strike.
    """
    support = Support.of(part, context)
    return mean(
        [
            _motion(second[1][-1] - first[1][-1], _melody_move(support, first[0], second[0]))
            for first, second in pairwise(support.strikes)
        ],
        of_nothing=NEUTRAL,
    )


def _melody_move(support: Support, first_ticks: int, second_ticks: int) -> int:
    before, after = support.sung_until(first_ticks), support.sung_until(second_ticks)
    return 0 if before is None or after is None else after - before


def _motion(ours: int, theirs: int) -> float:
    if not ours and not theirs:
        return STATIC
    if not ours or not theirs:
        return OBLIQUE
    return CONTRARY if (ours > 0) != (theirs > 0) else SIMILAR


def independence(part: Part, context: Context) -> float:
    """It moves while the melody holds or rests: the share of onsets that are its own."""
    support = Support.of(part, context)
    sung = {onset for onset, _, _ in support.melody}
    return mean([float(onset not in sung) for onset, _ in support.strikes], of_nothing=NEUTRAL)


def smooth_leading(part: Part, context: Context) -> float:
    """Voices move to near notes: per onset, the mean distance from the notes before."""
    strikes = [pitches for _, pitches in Support.of(part, context).strikes]
    return mean([_smoothness(*pair) for pair in pairwise(strikes)], of_nothing=NEUTRAL)


@lru_cache(maxsize=2**14)
def _smoothness(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    way = sum(min(abs(pitch - other) for other in first) for pitch in second) / len(second)
    return by_limit(way, MOVE_SMOOTHNESS, WIDER_MOVE)


def distance_from_melody(part: Part, context: Context) -> float:
    """It lies below the melody, near enough to support and far enough not to crowd it.

    Per note struck, against the melody note that sounds then; see ``DISTANCE_SUPPORT``.
    """
    support = Support.of(part, context)
    scores = []
    for onset, pitches in support.strikes:
        sung = support.sung_at(onset)
        if sung is not None:
            scores += [by_limit(sung - p, DISTANCE_SUPPORT, FARTHER_BELOW) for p in pitches]
    return mean(scores, of_nothing=NEUTRAL)


def spacing(part: Part, context: Context) -> float:
    """Wide intervals between voices, wider in the low register.

    Per slice of time, weighted by its length, the mean of the gaps between neighbours.
    """
    del context
    sonorities = Sonorities.of(part)
    lengths = sonorities.length_ticks.tolist()
    judged = [
        (_spaced(pitches), length)
        for pitches, length in zip(sonorities.masks, lengths, strict=True)
        if pitches
    ]
    whole = sum(length for _, length in judged)
    return sum(score * length for score, length in judged) / whole if whole else 0.0


@lru_cache(maxsize=2**14)
def _spaced(mask: int) -> float:
    pitches = pitches_of(mask)
    return mean([_gap_score(*pair) for pair in pairwise(pitches)], of_nothing=SINGLE_LINE)


def _gap_score(low: int, high: int) -> float:
    if low < LOW_PITCH and high - low < LOW_GAP:
        return LOW_SPACING
    return by_limit(high - low, GAP_SPACING, WIDER_GAP)


def room(part: Part, context: Context) -> float:
    """Pace and silent bars suit the section's energy.

    Half is how near the onsets in a quarter come to the pace wanted, as a ratio, and half how
    near the share of sounding bars comes to the share wanted.
    """
    energy, bar_ticks = context.section.energy, context.meter.bar_ticks
    onsets = [onset for onset, _ in Support.of(part, context).strikes]
    pace = len(onsets) * TICKS_PER_QUARTER / part.length_ticks
    wanted = STILL_PACE + energy * (FULL_PACE - STILL_PACE)
    near = exp2(-abs(log2((pace + PACE_FLOOR) / (wanted + PACE_FLOOR))))
    share = len({onset // bar_ticks for onset in onsets}) * bar_ticks / part.length_ticks
    wanted_share = STILL_SHARE + energy * (FULL_SHARE - STILL_SHARE)
    return (near + 1 - abs(share - wanted_share)) / 2


def entries(part: Part, context: Context) -> float:
    """After a silence it enters at the start of a phrase, bar, chord or rest of the melody."""
    support = Support.of(part, context)
    free_from = -EIGHTH_TICKS
    scores = []
    for onset, end, _ in support.notes:
        if onset >= free_from + EIGHTH_TICKS:
            scores.append(_entry(onset, support, context))
        free_from = max(free_from, end)
    return mean(scores, of_nothing=0.0)


def _entry(onset_ticks: int, support: Support, context: Context) -> float:
    bar, within = divmod(onset_ticks, context.meter.bar_ticks)
    if within == 0:
        return ON_PHRASE if bar % PHRASE_BARS == 0 else ON_BAR
    changes = {span.onset_ticks for span in context.harmony}
    if onset_ticks in changes or accent(onset_ticks, context.meter) >= 0.5:
        return ON_CHANGE
    return IN_REST if support.sung_at(onset_ticks) is None else ANYWHERE


def returns(part: Part, context: Context) -> float:
    """Earlier bars are repeated with changes: bars two and four apart share their rhythm.

    Per pair of bars that both sound, the share of their onsets they have in common, less where
    they are the same note for note. A part without such a pair is neutral.
    """
    bars: dict[int, dict[int, tuple[int, ...]]] = {}
    bar_ticks = context.meter.bar_ticks
    for onset, pitches in Support.of(part, context).strikes:
        bars.setdefault(onset // bar_ticks, {})[onset % bar_ticks] = pitches
    pairs = [
        (bars[first], bars[first + apart])
        for apart in (2, 4)
        for first in bars
        if first + apart in bars
    ]
    return mean([_likeness(*pair) for pair in pairs], of_nothing=NEUTRAL)


def _likeness(first: dict[int, tuple[int, ...]], second: dict[int, tuple[int, ...]]) -> float:
    alike = jaccard(first.keys(), second.keys())
    return alike * (VERBATIM if first == second else 1.0)


RULES: dict[str, Rule] = {
    "sweetness": sweetness,
    "contrary_motion": contrary_motion,
    "independence": independence,
    "smooth_leading": smooth_leading,
    "distance_from_melody": distance_from_melody,
    "spacing": spacing,
    "room": room,
    "entries": entries,
    "returns": returns,
}
