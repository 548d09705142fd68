"""From the tones of a genome to notes that keep the rules of harmony and counterpoint.

Tones are taken in order of time, the lowest voice first. Each gets the pitch nearest to its target
that fits the chord, the melody and the voices that sound already, or becomes a rest. Resolving a
genome whose tones are already resolved changes nothing.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from msgspec import structs

from genomes.harmony.constraints import AllowedPitches, Constraints
from genomes.harmony.counterpoint import CLASHING, Pair, parallels
from genomes.harmony.genome import DRONE, STRUCK, SUSPENDED, TEXTURES, TIED, VOICES, Bar, Tone

# Semitones that a tone may be moved from its target pitch; farther off it becomes a rest.
REACH_SEMITONES = 6
OFFSETS = tuple(
    sorted(range(-REACH_SEMITONES, REACH_SEMITONES + 1), key=lambda step: (abs(step), step))
)
RESOLUTION_STEPS = (-1, -2)
MELODY, BASS = VOICES, VOICES + 1


@dataclass(frozen=True, slots=True, order=True)
class PlacedTone:
    """A tone at its place in the section.

    Attributes:
        cell_ticks: its onset on the straight grid, from the start of the section.
        voice: 0 (lowest) to 3.
        bar: number of its bar.
        texture: which it belongs to.
        tone: itself.
        resolves: the suspended pitch that it resolves downwards by step, or 0.
    """

    cell_ticks: int
    voice: int
    bar: int
    texture: str
    tone: Tone = field(compare=False)
    resolves: int = 0


@dataclass(slots=True)
class Note:
    """A note as it is heard.

    Attributes:
        onset_ticks: from the start of the section, swung.
        end_ticks: where it ends.
        pitch: MIDI pitch.
        voice: 0 (lowest) to 3.
        cell_ticks: its onset on the straight grid.
    """

    onset_ticks: int
    end_ticks: int
    pitch: int
    voice: int
    cell_ticks: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The notes of a genome, and its tones as they sound.

    Attributes:
        notes: in order of onset and voice.
        tones: for each bar and texture, the tones as they sound.
    """

    notes: tuple[Note, ...]
    tones: dict[tuple[int, str], list[Tone]]


class _Unresolved(Exception):
    """A suspension whose resolution has no pitch."""

    def __init__(self, placed: PlacedTone) -> None:
        super().__init__(placed)
        self.placed = placed


@lru_cache(maxsize=256)
def resolve(bars: tuple[Bar, ...], constraints: Constraints) -> Resolved:
    """The notes of some bars, which keep the rules; at least one.

    What an operator resolves to see whether its change is heard is rendered next.
    """
    placed = _placed_tones(bars, constraints)
    while True:
        voices = _VoiceLeading(constraints)
        try:
            voices.lead(placed)
        except _Unresolved as failed:
            placed = [_unsuspended(each, failed.placed) for each in placed]
            continue
        if not voices.notes:
            return _fallback(constraints)
        return Resolved(tuple(voices.notes), voices.tones)


def _placed_tones(bars: Sequence[Bar], constraints: Constraints) -> list[PlacedTone]:
    bar_ticks = constraints.meter.bar_ticks
    return sorted(
        PlacedTone(index * bar_ticks + tone.onset_ticks, tone.voice, index, layer.texture, tone)
        for index, bar in enumerate(bars)
        for layer in bar
        for tone in layer.tones
    )


def _unsuspended(placed: PlacedTone, failed: PlacedTone) -> PlacedTone:
    same = (placed.bar, placed.voice, placed.texture) == (failed.bar, failed.voice, failed.texture)
    if same and placed.tone.link == SUSPENDED:
        return replace(placed, tone=structs.replace(placed.tone, link=TIED))
    return placed


def _fallback(constraints: Constraints) -> Resolved:
    """One held tone where no tone fitted: in the first bar that allows one."""
    bar_ticks = constraints.meter.bar_ticks
    texture = TEXTURES[DRONE]
    aims = range(texture.lowest_pitch, texture.highest_pitch + 1)
    for start in range(0, constraints.length_ticks, bar_ticks):
        for allowed in reversed(
            constraints.allowed_until(start, start + bar_ticks, start + bar_ticks)
        ):
            fitting = [pitch for pitch in aims if allowed.pitches >> pitch & 1]
            if fitting:
                return _single_note(start, allowed.end_cell_ticks, fitting[0], constraints)
    # The melody clashes with every tone of every chord: take the root all the same.
    root = constraints.harmony[0].root_pitch_class
    end = (*constraints.meter.group_onsets_ticks, bar_ticks)[1]
    return _single_note(0, end, next(pitch for pitch in aims if pitch % 12 == root), constraints)


def _single_note(
    start_ticks: int, end_ticks: int, pitch: int, constraints: Constraints
) -> Resolved:
    note = Note(start_ticks, constraints.heard_at(end_ticks), pitch, 0, start_ticks)
    tone = Tone(0, end_ticks - start_ticks, 0, pitch)
    return Resolved((note,), {(start_ticks // constraints.meter.bar_ticks, DRONE): [tone]})


class _VoiceLeading:
    """The voices while they are led through the section."""

    def __init__(self, constraints: Constraints) -> None:
        self.constraints = constraints
        self.notes: list[Note] = []
        self.tones: dict[tuple[int, str], list[Tone]] = {}
        self.last: list[Note | None] = [None] * VOICES
        self.last_pairs: dict[tuple[int, int], Pair] = {}

    def lead(self, placed: Sequence[PlacedTone]) -> None:
        """Lead all voices; raises _Unresolved where a suspension can't resolve."""
        waiting = list(placed)
        index = 0
        while index < len(waiting):
            due = waiting[index]
            index += 1
            resolution = self._lead_tone(due)
            if resolution is not None:
                insort(waiting, resolution, lo=index)

    def _lead_tone(self, due: PlacedTone) -> PlacedTone | None:
        """Place a tone; gives the resolution that a suspension still needs."""
        constraints, tone = self.constraints, due.tone
        onset = constraints.heard_at(due.cell_ticks)
        end_cell = due.cell_ticks + tone.duration_ticks
        end = constraints.heard_at(end_cell)
        before = self.last[due.voice]
        sounding = before if before is not None and before.end_ticks == onset else None
        room = self._free_pitches(due, onset)
        if tone.link == SUSPENDED and sounding is not None and not due.resolves:
            owed = self._suspend(due, sounding, room, end_cell)
            if owed is not None:
                return owed
        choices = constraints.allowed_until(onset, end, end_cell) if end > onset else []
        held = sounding if tone.link == TIED else None
        if held is not None and choices:
            whole = choices[-1]
            if whole.end_ticks == end and (whole.pitches & room) >> held.pitch & 1:
                self._hold(due, held, whole)
                return None
        self._strike(due, onset, held, choices, room)
        return None

    def _hold(self, due: PlacedTone, held: Note, allowed: AllowedPitches) -> None:
        held.end_ticks = allowed.end_ticks
        self._record(due, held.pitch, allowed.end_cell_ticks, TIED)

    def _free_pitches(self, due: PlacedTone, onset_ticks: int) -> int:
        """Pitches in range, between the neighbouring voices, that clash with no voice, as bits."""
        texture = TEXTURES[due.texture]
        lowest, highest = texture.lowest_pitch, texture.highest_pitch
        free = -1
        for voice, note in enumerate(self.last):
            if note is None or voice == due.voice or note.end_ticks <= onset_ticks:
                continue
            free &= ~CLASHING[note.pitch]
            if voice < due.voice:
                lowest = max(lowest, note.pitch + 1)
            else:
                highest = min(highest, note.pitch - 1)
        return free & ((2 << highest) - (1 << lowest)) if lowest <= highest else 0

    def _suspend(
        self, due: PlacedTone, held: Note, room: int, end_cell_ticks: int
    ) -> PlacedTone | None:
        """Hold a note over the change of chord; gives the tone that resolves it, if all fits."""
        constraints = self.constraints
        onset = held.end_ticks
        was_consonant = constraints.chord_at(held.onset_ticks) >> held.pitch & 1
        is_foreign = not constraints.chord_at(onset) >> held.pitch & 1
        falls_at = self._next_group(due)
        falls_heard = constraints.heard_at(falls_at)
        if not (was_consonant and is_foreign and room >> held.pitch & 1):
            return None
        if falls_at >= end_cell_ticks or not constraints.holds_over(held.pitch, onset, falls_heard):
            return None
        below = sum(1 << (held.pitch + step) for step in RESOLUTION_STEPS)
        if not below & constraints.chord_at(falls_heard):
            return None
        held.end_ticks = falls_heard
        duration = end_cell_ticks - falls_at
        rest = structs.replace(due.tone, duration_ticks=duration, pitch=held.pitch - 2)
        return replace(due, cell_ticks=falls_at, tone=rest, resolves=held.pitch)

    def _next_group(self, due: PlacedTone) -> int:
        """Where the next beat group begins, on the straight grid."""
        meter = self.constraints.meter
        start = due.cell_ticks // meter.bar_ticks * meter.bar_ticks
        edges = (*meter.group_onsets_ticks, meter.bar_ticks)
        return start + next(edge for edge in edges if start + edge > due.cell_ticks)

    def _strike(
        self,
        due: PlacedTone,
        onset_ticks: int,
        held: Note | None,
        choices: Sequence[AllowedPitches],
        room: int,
    ) -> None:
        """Begin a note for as long as one fits, or rest."""
        if due.resolves:
            room &= sum(1 << (due.resolves + step) for step in RESOLUTION_STEPS)
        for allowed in reversed(choices):
            pitch = self._nearest(due, allowed.pitches & room, onset_ticks)
            if pitch is None:
                continue
            if held is not None and held.pitch == pitch:
                self._hold(due, held, allowed)
            else:
                self._begin(due, onset_ticks, pitch, allowed)
            return
        if due.resolves:
            raise _Unresolved(due)

    def _nearest(self, due: PlacedTone, fitting: int, onset_ticks: int) -> int | None:
        """The allowed pitch nearest to the target that moves in parallel with no other voice."""
        for offset in OFFSETS if fitting else ():
            pitch = due.tone.pitch + offset
            if fitting >> pitch & 1 and not self._goes_parallel(due.voice, pitch, onset_ticks):
                return pitch
        return None

    def _partners(self, voice: int, onset_ticks: int) -> Iterable[tuple[int, int]]:
        """The voices that begin a note at the same time, and their pitches."""
        constraints = self.constraints
        if onset_ticks in constraints.melody_strikes:
            yield MELODY, constraints.melody_strikes[onset_ticks]
        is_lowest = True
        for other in range(voice):
            note = self.last[other]
            if note is not None and note.end_ticks > onset_ticks:
                is_lowest = False
                if note.onset_ticks == onset_ticks:
                    yield other, note.pitch
        if is_lowest and onset_ticks in constraints.bass_strikes:
            yield BASS, constraints.bass_strikes[onset_ticks]

    def _goes_parallel(self, voice: int, pitch: int, onset_ticks: int) -> bool:
        for partner, other in self._partners(voice, onset_ticks):
            before = self.last_pairs.get(_pair_key(voice, partner))
            if before is not None and parallels(before, (pitch, other)):
                return True
        return False

    def _begin(
        self, due: PlacedTone, onset_ticks: int, pitch: int, allowed: AllowedPitches
    ) -> None:
        for partner, other in self._partners(due.voice, onset_ticks):
            self.last_pairs[_pair_key(due.voice, partner)] = (pitch, other)
        note = Note(onset_ticks, allowed.end_ticks, pitch, due.voice, due.cell_ticks)
        self.last[due.voice] = note
        self.notes.append(note)
        link = SUSPENDED if due.resolves else STRUCK
        self._record(due, pitch, allowed.end_cell_ticks, link)

    def _record(self, due: PlacedTone, pitch: int, end_cell_ticks: int, link: str) -> None:
        """Keep a tone as it sounds."""
        onset = due.tone.onset_ticks
        duration = end_cell_ticks - due.bar * self.constraints.meter.bar_ticks - onset
        sounding = structs.replace(due.tone, duration_ticks=duration, pitch=pitch, link=link)
        self.tones.setdefault((due.bar, due.texture), []).append(sounding)


def _pair_key(voice: int, partner: int) -> tuple[int, int]:
    """Two voices, as a key; for the bass the same key, whichever voice is the lowest."""
    return (BASS, BASS) if partner == BASS else (voice, partner)
