"""Constraints: which pitches the chords and the melody of a context allow, and when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS, cells, swung
from genomes.harmony.counterpoint import CLASHING, PITCHES
from genomes.harmony.genome import cell_onsets
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

# Metrical weight from which a cell is strong: the beginning of a beat group.
STRONG_WEIGHT = 0.25
# Velocities stay this far below the melody's, but the ceiling is never below ``SOFTEST_CEILING``.
VELOCITY_BELOW_MELODY = 6
SOFTEST_CEILING = 24
LOUDEST = 90
EVERY_PITCH = (1 << PITCHES) - 1

MelodyNote = tuple[int, int, int]  # a melody note: onset and end in ticks, pitch


@dataclass(frozen=True, slots=True)
class AllowedPitches:
    """The pitches that a note may have if it lasts until a given end.

    Attributes:
        pitches: as bits.
        end_ticks: how far they are allowed, from the start of the section, swung.
        end_cell_ticks: the same on the straight grid.
    """

    pitches: int
    end_ticks: int
    end_cell_ticks: int


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """Everything in a context that rendering obeys; times are from the start of the section.

    Attributes:
        meter: of all bars.
        swing: of all parts.
        length_ticks: of the section.
        harmony: its chords.
        scale: the pitches of the key, in order.
        melody: its notes in order, as they are heard.
        melody_strikes: the melody's onsets and pitches.
        bass_strikes: the bass part's onsets and pitches.
        velocity_ceiling: the highest velocity that stays below the melody.
        edges_ticks: where what is allowed may change: strong cells, chords, long melody notes.
        chords: for each edge, the pitches of the chord that sounds from there on, as bits.
        is_strong: for each edge, whether what sounds there has to belong to the chord.
        scales: for each edge, the pitches of the chord and the key, as bits.
        free_of_clashes: for each edge, the pitches a semitone from no long melody note, as bits.
    """

    meter: Meter
    swing: float
    length_ticks: int
    harmony: tuple[ChordSpan, ...]
    scale: tuple[int, ...]
    melody: tuple[MelodyNote, ...]
    melody_strikes: dict[int, int]
    bass_strikes: dict[int, int]
    velocity_ceiling: int
    edges_ticks: tuple[int, ...]
    chords: tuple[int, ...]
    is_strong: tuple[bool, ...]
    scales: tuple[int, ...]
    free_of_clashes: tuple[int, ...]

    def heard_at(self, cell_ticks: int) -> int:
        """Where a straight onset is heard."""
        return swung(cell_ticks, self.meter, self.swing) if self.swing else cell_ticks

    def cell_at(self, ticks: int) -> int:
        """The last place of the straight grid that is heard by then."""
        bar, within = divmod(ticks, self.meter.bar_ticks)
        onsets, heard = _heard_cells(self.meter, self.swing)
        return bar * self.meter.bar_ticks + onsets[bisect_right(heard, within) - 1]

    def allowed_until(
        self, onset_ticks: int, end_ticks: int, end_cell_ticks: int
    ) -> list[AllowedPitches]:
        """The pitches allowed for a note that begins here, by its possible ends, earliest first."""
        edges = self.edges_ticks
        index = bisect_right(edges, onset_ticks) - 1
        begins_strong = edges[index] == onset_ticks and self.is_strong[index]
        allowed = self.chords[index] if begins_strong else self.scales[index]
        allowed &= self.free_of_clashes[index]
        found: list[AllowedPitches] = []
        while allowed:
            index += 1
            if index == len(edges) or edges[index] >= end_ticks:
                found.append(AllowedPitches(allowed, end_ticks, end_cell_ticks))
                break
            further = allowed & self.free_of_clashes[index]
            further &= self.chords[index] if self.is_strong[index] else EVERY_PITCH
            if further != allowed:
                self._cut(found, allowed, onset_ticks, edges[index])
            allowed = further
        return found

    def _cut(
        self, found: list[AllowedPitches], allowed: int, onset_ticks: int, edge_ticks: int
    ) -> None:
        """Add the pitches allowed until an edge, if that leaves an eighth."""
        cell = self.cell_at(edge_ticks)
        end = self.heard_at(cell)
        if end - onset_ticks >= EIGHTH_TICKS:
            found.append(AllowedPitches(allowed, end, cell))

    def holds_over(self, pitch: int, onset_ticks: int, end_ticks: int) -> bool:
        """Whether a pitch that is foreign to the chord here can be held until its resolution."""
        index = bisect_right(self.edges_ticks, onset_ticks) - 1
        if not self.free_of_clashes[index] >> pitch & 1:
            return False
        until = bisect_left(self.edges_ticks, end_ticks)
        return all(
            self.free_of_clashes[edge] >> pitch & 1
            and (not self.is_strong[edge] or self.chords[edge] >> pitch & 1)
            for edge in range(index + 1, until)
        )

    def chord_at(self, ticks: int) -> int:
        """The pitches of the chord that sounds, as bits."""
        return self.chords[bisect_right(self.edges_ticks, ticks) - 1]

    def sung_at(self, ticks: int) -> int | None:
        """The melody's pitch, or the last one it had; None before it begins."""
        index = bisect_right(self.melody, (ticks, PITCHES * 2**30, 0)) - 1
        return self.melody[index][2] if index >= 0 else None


@lru_cache(maxsize=16)
def constraints_of(context: Context) -> Constraints:
    """The constraints of a context; raises ValueError where it has no chords."""
    harmony = context.harmony
    melody = top_notes(context.part("melody"))
    edges, strong = _edges(context), _strong_ticks(context)
    chords = [_mask(_sounding(harmony, edge).pitch_classes) for edge in edges]
    scale = _mask(context.key.scale_pitch_classes)
    return Constraints(
        meter=context.meter,
        swing=context.swing,
        length_ticks=context.length_ticks,
        harmony=harmony,
        scale=tuple(pitch for pitch in range(PITCHES) if scale >> pitch & 1),
        melody=melody,
        melody_strikes={onset: pitch for onset, _, pitch in melody},
        bass_strikes=_lowest_strikes(context.part("bass")),
        velocity_ceiling=_velocity_ceiling(context.part("melody")),
        edges_ticks=tuple(edges),
        chords=tuple(chords),
        is_strong=tuple(edge in strong for edge in edges),
        scales=tuple(chord | scale for chord in chords),
        free_of_clashes=tuple(_free_of_clashes(context.part("melody"), edges)),
    )


def top_notes(part: Part | None) -> tuple[MelodyNote, ...]:
    """A line as onset, end and pitch: the highest of notes that begin together, drums left out."""
    if part is None:
        return ()
    highest: dict[int, MelodyNote] = {}
    for onset, duration, pitch, _, is_drum in part.notes.tolist():
        if not is_drum and (onset not in highest or pitch > highest[onset][2]):
            highest[onset] = (onset, onset + duration, pitch)
    return tuple(sorted(highest.values()))


def _lowest_strikes(part: Part | None) -> dict[int, int]:
    rows = [] if part is None else part.notes[~part.notes["is_drum"]].tolist()
    lowest: dict[int, int] = {}
    for onset, _, pitch, *_ in rows:
        lowest[onset] = min(pitch, lowest.get(onset, pitch))
    return lowest


def _velocity_ceiling(melody: Part | None) -> int:
    if melody is None or not len(melody.notes):
        return LOUDEST
    velocities: list[int] = sorted(melody.notes["velocity"].tolist())
    return max(SOFTEST_CEILING, velocities[len(velocities) // 2] - VELOCITY_BELOW_MELODY)


def _long_notes(melody: Part | None) -> list[MelodyNote]:
    """All melody notes longer than an eighth."""
    rows = [] if melody is None else melody.notes.tolist()
    return [
        (onset, onset + duration, pitch)
        for onset, duration, pitch, _, is_drum in rows
        if duration > EIGHTH_TICKS and not is_drum
    ]


@lru_cache(maxsize=16)
def _strong_ticks(context: Context) -> frozenset[int]:
    """Beginnings of beat groups, where they are heard, and of chords."""
    within = [cell.onset_ticks for cell in cells(context.meter) if cell.weight >= STRONG_WEIGHT]
    bars = range(0, context.length_ticks, context.meter.bar_ticks)
    changes = {span.onset_ticks for span in context.harmony}
    return frozenset(changes | {bar + onset for bar in bars for onset in within})


def _edges(context: Context) -> list[int]:
    long_notes = _long_notes(context.part("melody"))
    ends = {edge for onset, end, _ in long_notes for edge in (onset, end)}
    return sorted(tick for tick in _strong_ticks(context) | ends if tick < context.length_ticks)


def _sounding(harmony: Sequence[ChordSpan], ticks: int) -> ChordSpan:
    return next((span for span in harmony if span.end_ticks > ticks), harmony[-1])


def _mask(pitch_classes: frozenset[int] | tuple[int, ...]) -> int:
    return sum(1 << pitch for pitch in range(PITCHES) if pitch % 12 in pitch_classes)


def _free_of_clashes(melody: Part | None, edges: Sequence[int]) -> list[int]:
    free = [EVERY_PITCH] * len(edges)
    for onset, end, pitch in _long_notes(melody):
        for index in range(bisect_left(edges, onset), bisect_left(edges, end)):
            free[index] &= ~CLASHING[pitch]
    return free


@lru_cache(maxsize=256)
def _heard_cells(meter: Meter, swing: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Onsets of a bar, straight and swung; a triplet and a straight one may coincide when swung."""
    onsets = cell_onsets(meter)
    return onsets, tuple(swung(onset, meter, swing) for onset in onsets)
