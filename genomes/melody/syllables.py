"""Syllables on notes: which note each one gets, and which notes are split for more of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from genomes.grid import STRAIGHT
from genomes.lyrics import Line, Syllable
from genomes.melody.genes import Material, Phrase
from genomes.melody.timing import (
    CLOSEST_SECONDS,
    SungNote,
    cell_ticks,
    sung,
    ticks_of,
    weight_at,
    with_gaps,
    without_pickup,
)
from genomes.time import Meter

# Scores of a slot for a syllable: for a whole note rather than a part of one, for the first and the
# last note of the phrase, and for a strong beat, which suits stressed syllables only.
OWN_NOTE = 0.5
EDGE = 0.4
STRESSED, UNSTRESSED = 1.0, -0.5
STRONG_WEIGHT = 0.25
# Slots to choose from beyond those that are needed, where notes are split.
SPARE_SLOTS = 2
# Neither part of a split note is shorter than this share of it.
SHORTEST_SHARE = 0.25


class _Slot(NamedTuple):
    """Where a syllable may begin."""

    onset_ticks: int
    end_ticks: int
    note: int
    is_own: bool


def spread(lines: Sequence[Line], phrases: int) -> list[tuple[Syllable, ...]]:
    """The syllables of each phrase: lines in order, several to a phrase or every few phrases."""
    words: list[tuple[Syllable, ...]] = [()] * phrases
    for index, line in enumerate(lines):
        words[index * phrases // len(lines)] += line.syllables
    return words


@lru_cache(maxsize=2**12)
def performed(
    phrase: Phrase,
    material: Material,
    meter: Meter,
    tempo_bpm: float,
    stresses: tuple[bool, ...] | None,
    melismas: int,
) -> tuple[SungNote, ...]:
    """The notes of a phrase as they are heard, in ticks from its first bar line.

    Args:
        phrase: which phrase.
        material: its material.
        meter: of all bars.
        tempo_bpm: quarter notes per minute.
        stresses: for each of its syllables, whether it is stressed; None in a section without
            words, where all notes are sung.
        melismas: how many notes may be left without a syllable of their own.
    """
    if stresses is None:
        return tuple(with_gaps(sung(phrase, material, meter, tempo_bpm)))
    if not stresses:
        return ()
    notes = without_pickup(sung(phrase, material, meter, tempo_bpm))
    if len(stresses) > len(notes):
        notes = sung(phrase, material, meter, tempo_bpm, legato=True)
    closest_ticks = ticks_of(CLOSEST_SECONDS, tempo_bpm)
    return tuple(with_gaps(with_syllables(notes, stresses, melismas, meter, closest_ticks)))


def with_syllables(
    notes: Sequence[SungNote],
    stresses: Sequence[bool],
    melismas: int,
    meter: Meter,
    closest_ticks: int,
    fixed: frozenset[int] = frozenset(),
) -> list[SungNote]:
    """The notes of a phrase with one syllable to each, and a few melismas.

    Args:
        notes: of the phrase, as they are sung without words.
        stresses: for each syllable, whether it is stressed; at least one.
        melismas: how many notes may be left without a syllable of their own.
        meter: of all bars.
        closest_ticks: notes are split down to this for choice, and further where they must.
        fixed: places of the notes that are sung in any case, and not split.
    """
    slots = _slots(notes, len(stresses), meter, closest_ticks, fixed)
    chosen = _aligned(slots, stresses, meter)
    syllable_of = {slot: syllable for syllable, slot in enumerate(chosen)}
    drawn = _drawn(slots, chosen, stresses, melismas)
    held = (index for index, slot in enumerate(slots) if slot.note in fixed)
    heard = sorted({*chosen, *drawn, *held})
    ends = [*(slots[index].onset_ticks for index in heard[1:]), notes[-1].end_ticks]
    return [
        SungNote(
            slots[index].onset_ticks,
            _end_ticks(slots, index, end),
            notes[slots[index].note].height,
            weight_at(slots[index].onset_ticks, meter),
            syllable_of.get(index, -1),
            # A part of a note goes on from it only where the note is heard before it.
            before >= 0 and slots[index].note == slots[before].note,
        )
        for before, index, end in zip([-1, *heard], heard, ends, strict=False)
    ]


def _slots(
    notes: Sequence[SungNote],
    count: int,
    meter: Meter,
    closest_ticks: int,
    fixed: frozenset[int],
) -> list[_Slot]:
    """The notes, split until there are as many as syllables and some to choose from."""
    slots = [_Slot(n.onset_ticks, n.end_ticks, index, is_own=True) for index, n in enumerate(notes)]
    if len(slots) >= count:
        return slots
    while len(slots) < count + SPARE_SLOTS:
        free = [index for index, slot in enumerate(slots) if slot.note not in fixed]
        if not free:
            break
        longest = max(free, key=lambda i: slots[i].end_ticks - slots[i].onset_ticks)
        slot = slots[longest]
        middle = _split_ticks(slot, meter)
        is_fast = slot.end_ticks - slot.onset_ticks < 2 * closest_ticks
        if middle == slot.onset_ticks or (is_fast and len(slots) >= count):
            break
        slots[longest : longest + 1] = (
            slot._replace(end_ticks=middle),
            _Slot(middle, slot.end_ticks, slot.note, is_own=False),
        )
    return slots


def _split_ticks(slot: _Slot, meter: Meter) -> int:
    """Where to split: at the strongest cell of the grid, then the one nearest to the middle."""
    length = slot.end_ticks - slot.onset_ticks
    step = cell_ticks(meter, STRAIGHT)
    margin = max(1, int(length * SHORTEST_SHARE))
    first = -(-(slot.onset_ticks + margin) // step) * step
    on_grid = range(first, slot.end_ticks - margin + 1, step)
    middle = slot.onset_ticks + length // 2
    if not on_grid:
        return middle
    return max(on_grid, key=lambda tick: (weight_at(tick, meter), -abs(tick - middle)))


def _aligned(slots: Sequence[_Slot], stresses: Sequence[bool], meter: Meter) -> list[int]:
    """The slot of each syllable, in order, with the greatest sum of scores."""
    count = len(slots)
    stresses = stresses[:count]
    heavy = [min(1.0, weight_at(slot.onset_ticks, meter) / STRONG_WEIGHT) for slot in slots]
    own = [OWN_NOTE * slot.is_own for slot in slots]
    own[0] += EDGE
    best = [0.0] * (count + 1)  # best[i]: of the syllables so far on slots before i
    choices: list[list[int]] = []
    for number, is_stressed in enumerate(stresses):
        stress = STRESSED if is_stressed else UNSTRESSED
        is_last = number == len(stresses) - 1
        latest = count - (len(stresses) - number)
        reached, choice = [float("-inf")] * (count + 1), [0] * (count + 1)
        for index in range(number, latest + 1):
            score = best[index] + own[index] + stress * heavy[index]
            score += EDGE * (is_last and index == count - 1)
            better = score > reached[index]
            reached[index + 1] = score if better else reached[index]
            choice[index + 1] = index if better else choice[index]
        for index in range(latest + 1, count):
            reached[index + 1], choice[index + 1] = reached[index], choice[index]
        best = reached
        choices.append(choice)
    chosen, limit = [], count
    for choice in reversed(choices):
        limit = choice[limit]
        chosen.append(limit)
    return chosen[::-1]


def _drawn(
    slots: Sequence[_Slot], chosen: Sequence[int], stresses: Sequence[bool], melismas: int
) -> list[int]:
    """Notes left without a syllable that are sung all the same, after stressed ones first."""
    taken = set(chosen)
    left = [
        index
        for index in range(chosen[0] + 1, len(slots))
        if index not in taken and slots[index].is_own
    ]

    def follows_stress(index: int) -> bool:
        return stresses[sum(slot < index for slot in chosen) - 1]

    return sorted(left, key=lambda index: not follows_stress(index))[:melismas]


def _end_ticks(slots: Sequence[_Slot], index: int, limit_ticks: int) -> int:
    """Where a note ends that takes over those after it as far as they follow without a rest."""
    end = slots[index].end_ticks
    for slot in slots[index + 1 :]:
        if slot.onset_ticks > end or slot.onset_ticks >= limit_ticks:
            break
        end = slot.end_ticks
    return min(end, limit_ticks)
