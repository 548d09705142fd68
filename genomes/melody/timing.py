"""When the notes of a phrase are sung: singable, with breaths, and syllable by syllable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from genomes.grid import DIVISIONS, EIGHTH_TICKS, cells
from genomes.melody.genes import Material, Phrase
from genomes.melody.phrases import tones_of
from genomes.time import TICKS_PER_QUARTER, Meter

# No singer comes in faster than this, and none sings longer without a breath.
CLOSEST_SECONDS = 0.16
LONGEST_BREATH_SECONDS = 8.0
BREATH_SECONDS = 0.25

# The gap before the next note, except where a note was split for a second syllable: those parts
# follow without a gap, so that a reader of the part can tell.
GAP_TICKS = 8
MAX_GAP_SHARE = 1 / 8

# Notes at the end of a phrase that lead to the next one: so many at most, within so long, after a
# rest of so long.
MOST_PICKUPS = 3
PICKUP_TICKS, PICKUP_REST_TICKS = TICKS_PER_QUARTER, EIGHTH_TICKS


class SungNote(NamedTuple):
    """A note before it has a pitch.

    Attributes:
        onset_ticks: from the phrase's first bar line.
        end_ticks: where it ends.
        height: steps of the scale above the first tone of the phrase.
        weight: metrical weight of its onset.
        syllable: index of the syllable that begins on it; -1 where none does.
        is_split: whether it goes on with the note before it, for another syllable.
    """

    onset_ticks: int
    end_ticks: int
    height: int
    weight: float
    syllable: int = -1
    is_split: bool = False


@cache
def cell_ticks(meter: Meter, division: str) -> int:
    """Length of a cell of the grid."""
    return meter.bar_ticks // len(cells(meter, division))


@cache
def weights(meter: Meter) -> dict[int, float]:
    """Metrical weight of every grid onset of a bar, by its tick; others have none."""
    return {
        cell.onset_ticks: cell.weight for division in DIVISIONS for cell in cells(meter, division)
    }


def weight_at(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of an onset, in ticks from the start of a part."""
    return weights(meter).get(onset_ticks % meter.bar_ticks, 0.0)


def ticks_of(seconds: float, tempo_bpm: float) -> int:
    """Ticks in this much time, at least one."""
    return max(1, ceil(seconds * tempo_bpm / 60 * TICKS_PER_QUARTER))


def pickup_count(notes: Sequence[SungNote]) -> int:
    """How many of a phrase's last notes are a pick-up: they follow a rest and lead on."""
    for count in range(1, min(MOST_PICKUPS, len(notes) - 1) + 1):
        begin_ticks = notes[-count].onset_ticks
        if notes[-1].end_ticks - begin_ticks > PICKUP_TICKS:
            return 0
        if begin_ticks - notes[-count - 1].end_ticks >= PICKUP_REST_TICKS:
            return count
    return 0


def without_pickup(notes: Sequence[SungNote]) -> list[SungNote]:
    """The notes of a phrase after which none comes."""
    return list(notes[: len(notes) - pickup_count(notes)])


def sung(
    phrase: Phrase, material: Material, meter: Meter, tempo_bpm: float, *, legato: bool = False
) -> list[SungNote]:
    """The notes of a phrase as they are sung without words.

    Args:
        phrase: which phrase.
        material: its material.
        meter: of all bars.
        tempo_bpm: quarter notes per minute.
        legato: whether every note is held to the next, to make room for syllables.
    """
    step, bar_ticks = cell_ticks(meter, material.division), meter.bar_ticks
    tones = tones_of(phrase, material, bar_ticks // step)
    end_ticks = phrase.bars * bar_ticks
    weight = weights(meter)
    notes = [
        SungNote(
            cell * step, (cell + length) * step, height, weight.get(cell * step % bar_ticks, 0.0)
        )
        for cell, length, height in tones
    ]
    notes = _without_too_fast(notes, ticks_of(CLOSEST_SECONDS, tempo_bpm))
    if legato:
        ends = [*(note.onset_ticks for note in notes[1:]), end_ticks]
        notes = [_until(note, end) for note, end in zip(notes, ends, strict=True)]
    breath_ticks = ticks_of(BREATH_SECONDS, tempo_bpm)
    last = len(notes) - 1 - pickup_count(notes)
    if last + 1 < len(notes):
        end_ticks = notes[last + 1].onset_ticks
    notes[last] = _released(notes[last], end_ticks - breath_ticks)
    longest_ticks = ticks_of(LONGEST_BREATH_SECONDS, tempo_bpm)
    if notes[-1].end_ticks - notes[0].onset_ticks > longest_ticks:
        return _with_breaths(notes, longest_ticks, breath_ticks)
    return notes


def _until(note: SungNote, end_ticks: int) -> SungNote:
    return note._replace(end_ticks=end_ticks)


def _without_too_fast(notes: list[SungNote], closest_ticks: int) -> list[SungNote]:
    """Notes that come too fast are left out, and those before them held."""
    kept = [notes[0]]
    for note in notes[1:]:
        last = kept[-1]
        if note.onset_ticks - last.onset_ticks >= closest_ticks:
            kept.append(note)
        elif last.end_ticks >= note.onset_ticks:
            kept[-1] = _until(last, note.end_ticks)
    return kept


def _released(note: SungNote, latest_end_ticks: int) -> SungNote:
    """A note that leaves room for a breath after it, but keeps half of its length."""
    if note.end_ticks <= latest_end_ticks:
        return note
    half = note.onset_ticks + max(1, (note.end_ticks - note.onset_ticks) // 2)
    return _until(note, max(half, latest_end_ticks))


def _with_breaths(notes: list[SungNote], longest_ticks: int, breath_ticks: int) -> list[SungNote]:
    """Nothing lasts longer than a breath: a note in time is shortened, or left out."""
    kept: list[SungNote] = []
    begin_ticks = notes[0].onset_ticks
    for note in notes:
        if kept and note.onset_ticks - kept[-1].end_ticks >= breath_ticks:
            begin_ticks = note.onset_ticks
        if kept and note.end_ticks - begin_ticks > longest_ticks:
            last = kept.pop()
            end_ticks = note.onset_ticks - breath_ticks
            if end_ticks - last.onset_ticks >= breath_ticks or not kept:
                kept.append(_until(last, max(end_ticks, last.onset_ticks + 1)))
            begin_ticks = note.onset_ticks
        kept.append(_until(note, min(note.end_ticks, note.onset_ticks + longest_ticks)))
    return kept


def with_gaps(notes: Sequence[SungNote]) -> list[SungNote]:
    """The notes of a phrase with a short gap before each next one."""
    made = []
    for note, following in pairwise(notes):
        onset, end = note.onset_ticks, note.end_ticks
        if end == following.onset_ticks and not following.is_split:
            end -= min(GAP_TICKS, int((end - onset) * MAX_GAP_SHARE))
        made.append(_until(note, end))
    return [*made, notes[-1]]
