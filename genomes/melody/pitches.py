"""Which pitches the notes of a melody take over the chords that sound."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS
from genomes.melody.chord_scales import DEGREES, ChordScale, chord_scale_of
from genomes.melody.genes import (
    CADENCES,
    DISSONANCE_TREATMENTS,
    REGISTERS,
    DissonanceTreatment,
    Phrase,
)
from genomes.melody.singers import range_of
from genomes.melody.timing import SungNote, pickup_count
from genomes.notes import ChordSpan
from genomes.time import TICKS_PER_QUARTER

# A note at least this long is noticed like one on a strong beat.
LONG_TICKS = TICKS_PER_QUARTER * 3 // 2
# Steps at most from the last note to the first of the next phrase, and from the section before.
WIDEST_PHRASE_LEAP = 4
WIDEST_FIRST_LEAP = 2
# Steps that a note may be moved by to fit its chord.
MAX_ADJUSTMENT_STEPS = 7
# Cost of each step of a leap to the chosen note beyond the first, and of repeating a pitch where
# the contour moves.
LEAP_COST, STILL_COST = 0.6, 0.4
# Cost of a note held over a chord change while a chord sounds that has it in its scale only, or not
# at all; each step from where the contour puts it costs 1.
SCALE_COST, FOREIGN_COST = 6.0, 40.0

PitchedNote = tuple[SungNote, int]  # a note, and its MIDI pitch


@dataclass(frozen=True, slots=True)
class Harmony:
    """The chords under a melody, and the singer's range.

    Attributes:
        onsets_ticks: where each chord begins.
        scales: the scale over each.
        low: lowest pitch of the singer.
        high: highest.
        dissonance: where dissonances are allowed.
    """

    onsets_ticks: tuple[int, ...]
    scales: tuple[ChordScale, ...]
    low: int
    high: int
    dissonance: DissonanceTreatment

    @classmethod
    def of(cls, context: Context, leaning: str) -> Harmony:
        """The harmony of a context; raises ValueError where it has no chords."""
        spans: tuple[ChordSpan, ...] = context.harmony
        low, high = range_of(context.singer)
        scales = tuple(chord_scale_of(context.key, span) for span in spans)
        onsets = tuple(span.onset_ticks for span in spans)
        return cls(onsets, scales, low, high, DISSONANCE_TREATMENTS[leaning])

    def chord_at(self, onset_ticks: int) -> int:
        """Index of the chord that sounds."""
        return max(0, bisect_right(self.onsets_ticks, onset_ticks) - 1)

    def chords_under(self, note: SungNote) -> list[tuple[int, float]]:
        """The chord that a note belongs to, then those it sounds on in, each with its share of it.

        A note that comes less than an eighth before a chord and sounds on in it belongs to it.
        """
        first = self.chord_at(note.onset_ticks)
        last = self.chord_at(note.end_ticks - EIGHTH_TICKS)
        if last <= first:
            return [(first, 1.0)]
        first += self.onsets_ticks[first + 1] - note.onset_ticks <= EIGHTH_TICKS
        begin = max(note.onset_ticks, self.onsets_ticks[first])
        edges = [begin, *self.onsets_ticks[first + 1 : last + 1], note.end_ticks]
        length = note.end_ticks - begin
        return [(first + i, (end - at) / length) for i, (at, end) in enumerate(pairwise(edges))]

    def is_heard(self, note: SungNote) -> bool:
        """Whether a note is long or strong enough for a dissonance to be noticed."""
        if note.end_ticks - note.onset_ticks >= LONG_TICKS:
            return True
        return note.weight >= self.dissonance.consonant_weight

    def fits(self, pitch: int) -> bool:
        """Whether the singer has a pitch."""
        return self.low <= pitch <= self.high


def home_step(harmony: Harmony, chord_scale: ChordScale, home: int, register: str) -> int:
    """The step of a degree nearest to the register's pitch."""
    wanted = harmony.low + REGISTERS[register] * (harmony.high - harmony.low)
    scale_steps = range(home, len(chord_scale.pitches), DEGREES)
    return min(scale_steps, key=lambda scale_step: abs(chord_scale.pitches[scale_step] - wanted))


def pitched(
    phrases: Sequence[tuple[Phrase, Sequence[SungNote]]],
    harmony: Harmony,
    home: int,
    register: str,
    before_pitch: int | None,
) -> list[PitchedNote]:
    """The notes of all phrases with their pitches.

    Each phrase begins at its lift above home, and no farther from the last note than a singer
    leaps after a breath; the first goes on from the section before, where there is one.

    Args:
        phrases: each with its notes, in ticks from the start of the part.
        harmony: what sounds, and who sings.
        home: degree of the scale.
        register: one of ``REGISTERS``.
        before_pitch: last pitch of the section before.
    """
    made: list[PitchedNote] = []
    middle = home_step(harmony, harmony.scales[0], home, register)
    scale_step: int | None = None
    if before_pitch is not None:
        scale_step = harmony.scales[0].nearest(before_pitch)
    for index, (phrase, notes) in enumerate(phrases):
        if not notes:
            continue
        start = middle + phrase.lift
        if scale_step is not None:
            carried, widest = (
                (scale_step, WIDEST_PHRASE_LEAP) if made else (scale_step, WIDEST_FIRST_LEAP)
            )
            wanted = start if made or index else scale_step + phrase.lift
            start = max(carried - widest, min(carried + widest, wanted))
        scale_steps = _scale_steps(notes, harmony, start, CADENCES[phrase.cadence])
        scale_step = scale_steps[-1][1]
        made += [
            (note, harmony.scales[chord].pitches[at])
            for note, (chord, at) in zip(notes, scale_steps, strict=True)
        ]
    return made


def _scale_steps(
    notes: Sequence[SungNote], harmony: Harmony, start: int, cadence: int | None
) -> list[tuple[int, int]]:
    """Chord and step of every note of a phrase."""
    under = [harmony.chords_under(note) for note in notes]
    wanted = [
        _inside(harmony, harmony.scales[chords[0][0]], start + note.height)
        for note, chords in zip(notes, under, strict=True)
    ]
    made: list[tuple[int, int]] = []
    last = len(notes) - 1
    closing = last - pickup_count(notes)
    for index, note in enumerate(notes):
        chord = under[index][0][0]
        chord_scale, scale_step = harmony.scales[chord], wanted[index]
        if note.is_split:
            chord, scale_step = made[-1]
        elif len(under[index]) > 1:
            scale_step = _held(harmony, chord_scale, scale_step, under[index])
        elif index == closing and cadence is not None:
            classes = chord_scale.chord_classes
            scale_step = _cadence_step(
                harmony, chord_scale, scale_step, classes[cadence % len(classes)]
            )
        elif not chord_scale.is_chord[scale_step % DEGREES]:
            is_edge = index in {0, closing, last}
            moves = index + 1 <= last and abs(wanted[index + 1] - scale_step) == 1
            resolves = moves and _is_chord(harmony, under[index + 1][0][0], wanted[index + 1])
            by_step = moves or (index > 0 and abs(made[-1][1] - scale_step) <= 1)
            stays = (
                (harmony.dissonance.resolves and resolves) if harmony.is_heard(note) else by_step
            )
            if is_edge or not stays:
                scale_step = _nearest_chord_step(
                    harmony, chord_scale, scale_step, made[-1][1] if made else scale_step
                )
        made.append((chord, scale_step))
    return made


def _is_chord(harmony: Harmony, chord: int, scale_step: int) -> bool:
    return harmony.scales[chord].is_chord[scale_step % DEGREES]


def _inside(harmony: Harmony, chord_scale: ChordScale, scale_step: int) -> int:
    """A step that the singer has: what lies beyond an edge of the range is mirrored there."""
    if harmony.fits(chord_scale.pitches[scale_step]):
        return scale_step
    is_low = chord_scale.pitches[scale_step] < harmony.low
    step = 1 if is_low else -1
    edge = scale_step
    while not harmony.fits(chord_scale.pitches[edge]):
        edge += step
    mirrored = 2 * edge - scale_step
    return mirrored if harmony.fits(chord_scale.pitches[mirrored]) else edge


def _nearby(scale_step: int) -> list[int]:
    """Steps by their distance, the lower of two first."""
    return [scale_step + offset for offset in _OFFSETS]


_OFFSETS = sorted(range(-MAX_ADJUSTMENT_STEPS, MAX_ADJUSTMENT_STEPS + 1), key=lambda o: (abs(o), o))


def _nearest_chord_step(
    harmony: Harmony, chord_scale: ChordScale, scale_step: int, last: int
) -> int:
    """A note of the chord near the one wanted, and reached by step where there is one."""

    def cost(near: int) -> float:
        move = abs(near - last)
        leap = LEAP_COST * (move - 1) if move else STILL_COST
        return abs(near - scale_step) + leap

    return min(_chord_steps(harmony, chord_scale, scale_step), key=cost, default=scale_step)


def _chord_steps(harmony: Harmony, chord_scale: ChordScale, scale_step: int) -> list[int]:
    """Notes of the chord that the singer has, by their distance."""
    return [
        near
        for near in _nearby(scale_step)
        if chord_scale.is_chord[near % DEGREES] and harmony.fits(chord_scale.pitches[near])
    ]


def _cadence_step(
    harmony: Harmony, chord_scale: ChordScale, scale_step: int, pitch_class: int
) -> int:
    """The nearest step of a pitch class, the lower of two."""
    tones = _chord_steps(harmony, chord_scale, scale_step)
    return next(
        (near for near in tones if chord_scale.pitches[near] % 12 == pitch_class), scale_step
    )


def _held(
    harmony: Harmony, chord_scale: ChordScale, scale_step: int, under: Sequence[tuple[int, float]]
) -> int:
    """A step near the one wanted that belongs to what sounds with it for most of its time."""

    def cost(near: int) -> float:
        pitch_class = chord_scale.pitches[near] % 12
        return abs(near - scale_step) + sum(
            share * _dissonance_cost(harmony.scales[chord], pitch_class) for chord, share in under
        )

    options = [near for near in _nearby(scale_step) if harmony.fits(chord_scale.pitches[near])]
    return min(options, key=cost, default=scale_step)


def _dissonance_cost(chord_scale: ChordScale, pitch_class: int) -> float:
    if pitch_class in chord_scale.chord_classes:
        return 0.0
    return SCALE_COST if pitch_class in chord_scale.classes else FOREIGN_COST
