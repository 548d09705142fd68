"""Forms: how long phrases are, which of them share material, and how forms are cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.melody.genes import FARTHEST_HEIGHT, FARTHEST_LIFT, Material, Phrase, Tone
from genomes.melody.genome import Piece
from genomes.melody.phrases import tones_of
from genomes.melody.timing import LONGEST_BREATH_SECONDS, cell_ticks
from genomes.time import Meter
from genomes.variation import pick

# By the number of phrases: which material each one sings. More phrases go round again.
FORMS: dict[int, tuple[str, ...]] = {
    1: ("A",),
    2: ("AA", "AA", "AB"),
    3: ("AAB", "ABA", "AAA"),
    4: ("AABA", "AABA", "ABAB", "AAAB", "ABAC", "AABB", "AAAA"),
}
LONGEST_FORM = max(FORMS)

# Phrases last about this long where bars allow it.
SHORTEST_SECONDS, TYPICAL_SECONDS = 2.0, 4.5
PHRASE_BARS = (1, 2, 4, 8)
# With words, a line and its answer without any take longer than this together.
ANSWERED_SECONDS = 10.0


def phrase_lengths(context: Context, rng: np.random.Generator) -> list[int]:
    """Bars of each phrase; they fill the section, the last one taking what is left over."""
    bars = context.section.bars
    if context.lyrics is not None:
        return _lengths_of_lines(context, len(context.lyrics.lines))
    length = min(_bars_per_phrase(context, rng), bars)
    count = max(1, bars // length)
    return [length] * (count - 1) + [bars - length * (count - 1)]


def _bars_per_phrase(context: Context, rng: np.random.Generator) -> int:
    seconds = _bar_seconds(context)
    options = [
        bars
        for bars in PHRASE_BARS
        if bars == 1 or SHORTEST_SECONDS <= bars * seconds <= LONGEST_BREATH_SECONDS
    ]
    if len(options) > 1 and seconds < SHORTEST_SECONDS:
        options.remove(1)
    if len(options) == 1 and seconds * PHRASE_BARS[-1] < SHORTEST_SECONDS:
        return ceil(SHORTEST_SECONDS / seconds)
    if rng.random() < 0.3:
        return pick(rng, options)
    return min(options, key=lambda bars: abs(bars * seconds - TYPICAL_SECONDS))


def _lengths_of_lines(context: Context, lines: int) -> list[int]:
    """A phrase to a line; two where there is time for an answer, fewer where bars are few."""
    bars = context.section.bars
    count = min(lines, bars)
    if bars * _bar_seconds(context) / count > ANSWERED_SECONDS and 2 * count <= bars:
        count *= 2
    edges = [index * bars // count for index in range(count + 1)]
    return [end - start for start, end in pairwise(edges)]


def _bar_seconds(context: Context) -> float:
    return context.meter.bar_quarters * 60 / context.tempo_bpm


def draw_form(phrases: int, rng: np.random.Generator) -> str:
    """A letter for each phrase."""
    if phrases <= LONGEST_FORM:
        return pick(rng, FORMS[phrases])
    first, second = pick(rng, FORMS[LONGEST_FORM]), pick(rng, FORMS[LONGEST_FORM])
    return "".join((first + second)[index % (2 * LONGEST_FORM)] for index in range(phrases))


def cut(pieces: Sequence[Piece], start: int, end: int, meter: Meter) -> list[Piece]:
    """The phrases of some bars, from ``start`` to before ``end``; those at the edges cut."""
    made: list[Piece] = []
    first = 0
    for phrase, material in pieces:
        begin, stop = max(start, first), min(end, first + phrase.bars)
        if begin < stop:
            rest = from_bar((phrase, material), begin - first, meter)
            made.append((replace(rest[0], bars=stop - begin), rest[1]))
        first += phrase.bars
    return made


def from_bar(piece: Piece, bar: int, meter: Meter) -> Piece:
    """What a phrase sings from one of its bars on, as a phrase of its own.

    A tone that is held there begins again; where there is none, the next one comes early.
    """
    phrase, material = piece
    if bar == 0:
        return piece
    per_bar = meter.bar_ticks // cell_ticks(meter, material.division)
    tones = tones_of(phrase, material, per_bar)
    start, base = bar * per_bar, tones[0].height
    left = [
        Tone(
            max(0, tone.cell - start), tone.cell + tone.length - max(start, tone.cell), tone.height
        )
        for tone in tones
        if tone.cell + tone.length > start
    ] or [Tone(0, 1, tones[-1].height)]
    if left[0].cell >= per_bar:
        left[0] = left[0]._replace(cell=0, length=1)
    rest = Material((), material.bars - bar, material.division)
    cells, lengths = [tone.cell for tone in left], [tone.length for tone in left]
    lift = max(-FARTHEST_LIFT, min(FARTHEST_LIFT, phrase.lift + left[0].height - base))
    taken = material_from(rest, cells, lengths, [tone.height for tone in left])
    return Phrase(0, phrase.bars - bar, lift, cadence=phrase.cadence), taken


def spliced_pieces(
    pieces: Sequence[Piece], others: Sequence[Piece], start: int, end: int, meter: Meter
) -> list[Piece]:
    """Phrases with some bars of another form in their place."""
    bars = sum(phrase.bars for phrase, _ in pieces)
    before, after = cut(pieces, 0, start, meter), cut(pieces, end, bars, meter)
    return [*before, *cut(others, start, end, meter), *after]


def piece_at(pieces: Sequence[Piece], bar: int) -> Piece:
    """The phrase that sings in a bar."""
    for phrase, material in pieces:
        bar -= phrase.bars
        if bar < 0:
            return phrase, material
    raise IndexError("no phrase sings there")


def with_heights(material: Material, heights: Sequence[int]) -> Material:
    """Material with other heights; where there are too many or too few, the nearest in time."""
    count = len(material.tones)
    fitted = [heights[index * len(heights) // count] for index in range(count)]
    return material_from(material, [t.cell for t in material.tones], _lengths(material), fitted)


def _lengths(material: Material) -> list[int]:
    return [tone.length for tone in material.tones]


def material_from(
    like: Material, onsets: Sequence[int], lengths: Sequence[int], heights: Sequence[int]
) -> Material:
    """Material as long as another, its heights counted from its first tone and kept within."""
    tones = tuple(
        Tone(cell, length, max(-FARTHEST_HEIGHT, min(FARTHEST_HEIGHT, height - heights[0])))
        for cell, length, height in zip(onsets, lengths, heights, strict=True)
    )
    return replace(like, tones=tones)
