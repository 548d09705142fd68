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
    Sung,
    aired,
    cell_ticks,
    sung,
    ticks_of,
    weight_at,
)
from genomes.time import Meter

# Worth of a syllable's place: a note of the melody rather than a part of one, the first and the
# last note of the phrase, a strong place for a stressed syllable and a weak one for the others.
OWN_NOTE = 0.5
EDGE = 0.4
STRESSED, UNSTRESSED = 1.0, -0.5
STRONG_WEIGHT = 0.25
# Places to choose from beyond those that are needed, where notes are split.
SPARE_PLACES = 2
# Neither part of a split note is shorter than this share of it.
SHORTEST_SHARE = 0.25


class _Place(NamedTuple):
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
) -> tuple[Sung, ...]:
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
        return tuple(aired(sung(phrase, material, meter, tempo_bpm)))
    if not stresses:
        return ()
    notes = sung(phrase, material, meter, tempo_bpm)
    if len(stresses) > len(notes):
        notes = sung(phrase, material, meter, tempo_bpm, legato=True)
    closest_ticks = ticks_of(CLOSEST_SECONDS, tempo_bpm)
    return tuple(aired(set_to(notes, stresses, melismas, meter, closest_ticks)))


def set_to(
    notes: Sequence[Sung],
    stresses: Sequence[bool],
    melismas: int,
    meter: Meter,
    closest_ticks: int,
) -> list[Sung]:
    """The notes of a phrase with one syllable to each, and a few drawn over more.

    Args:
        notes: of the phrase, as they are sung without words.
        stresses: for each syllable, whether it is stressed; at least one.
        melismas: how many notes may be left without a syllable of their own.
        meter: of all bars.
        closest_ticks: notes are split down to this for choice, and further where they must.
    """
    places = _places(notes, len(stresses), meter, closest_ticks)
    chosen = _aligned(places, stresses, meter)
    syllable_of = {place: syllable for syllable, place in enumerate(chosen)}
    drawn = _drawn(places, chosen, stresses, melismas)
    heard = sorted({*chosen, *drawn})
    ends = [*(places[index].onset_ticks for index in heard[1:]), notes[-1].end_ticks]
    return [
        Sung(
            places[index].onset_ticks,
            _end_ticks(places, index, end),
            notes[places[index].note].height,
            weight_at(places[index].onset_ticks, meter),
            syllable_of.get(index, -1),
            # A part of a note goes on from it only where the note is heard before it.
            before >= 0 and places[index].note == places[before].note,
        )
        for before, index, end in zip([-1, *heard], heard, ends, strict=False)
    ]


def _places(notes: Sequence[Sung], count: int, meter: Meter, closest_ticks: int) -> list[_Place]:
    """The notes, split until there are as many as syllables and some to choose from."""
    places = [
        _Place(n.onset_ticks, n.end_ticks, index, is_own=True) for index, n in enumerate(notes)
    ]
    if len(places) >= count:
        return places
    while len(places) < count + SPARE_PLACES:
        longest = max(range(len(places)), key=lambda i: places[i].end_ticks - places[i].onset_ticks)
        place = places[longest]
        middle = _split_ticks(place, meter)
        is_fast = place.end_ticks - place.onset_ticks < 2 * closest_ticks
        if middle == place.onset_ticks or (is_fast and len(places) >= count):
            break
        places[longest : longest + 1] = (
            place._replace(end_ticks=middle),
            _Place(middle, place.end_ticks, place.note, is_own=False),
        )
    return places


def _split_ticks(place: _Place, meter: Meter) -> int:
    """Where to split: the strongest place of the grid, then the one nearest to the middle."""
    length = place.end_ticks - place.onset_ticks
    step = cell_ticks(meter, STRAIGHT)
    margin = max(1, int(length * SHORTEST_SHARE))
    first = -(-(place.onset_ticks + margin) // step) * step
    on_grid = range(first, place.end_ticks - margin + 1, step)
    middle = place.onset_ticks + length // 2
    if not on_grid:
        return middle
    return max(on_grid, key=lambda tick: (weight_at(tick, meter), -abs(tick - middle)))


def _aligned(places: Sequence[_Place], stresses: Sequence[bool], meter: Meter) -> list[int]:
    """The place of each syllable, in order, so that their worths are greatest together."""
    count = len(places)
    stresses = stresses[:count]
    heavy = [min(1.0, weight_at(place.onset_ticks, meter) / STRONG_WEIGHT) for place in places]
    own = [OWN_NOTE * place.is_own for place in places]
    own[0] += EDGE
    best = [0.0] * (count + 1)  # best[i]: of the syllables so far on places before i
    choices: list[list[int]] = []
    for number, is_stressed in enumerate(stresses):
        stress = STRESSED if is_stressed else UNSTRESSED
        is_last = number == len(stresses) - 1
        latest = count - (len(stresses) - number)
        reached, choice = [float("-inf")] * (count + 1), [0] * (count + 1)
        for index in range(number, latest + 1):
            worth = best[index] + own[index] + stress * heavy[index]
            worth += EDGE * (is_last and index == count - 1)
            better = worth > reached[index]
            reached[index + 1] = worth if better else reached[index]
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
    places: Sequence[_Place], chosen: Sequence[int], stresses: Sequence[bool], melismas: int
) -> list[int]:
    """Notes left without a syllable that are sung all the same, after stressed ones first."""
    taken = set(chosen)
    left = [
        index
        for index in range(chosen[0] + 1, len(places))
        if index not in taken and places[index].is_own
    ]

    def follows_stress(index: int) -> bool:
        return stresses[sum(place < index for place in chosen) - 1]

    return sorted(left, key=lambda index: not follows_stress(index))[:melismas]


def _end_ticks(places: Sequence[_Place], index: int, limit_ticks: int) -> int:
    """Where a note ends that takes over those after it as far as they follow without a rest."""
    end = places[index].end_ticks
    for place in places[index + 1 :]:
        if place.onset_ticks > end or place.onset_ticks >= limit_ticks:
            break
        end = place.end_ticks
    return min(end, limit_ticks)
