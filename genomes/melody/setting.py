"""How words fit a melody: what a songwriter reads about each line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from genomes.context import Context
from genomes.lyrics import Line, Lyrics
from genomes.melody.timing import weight_at
from genomes.notes import Part

OVERPACKED = "overpacked"
# Syllables to notes -> the verdict; the first that isn't exceeded counts.
VERDICTS: tuple[tuple[float, str], ...] = (
    (0.7499, "spacious"),
    (1.10, "fits"),
    (1.30, "tight"),
    (float("inf"), OVERPACKED),
)
STRONG_WEIGHT = 0.25

_Note = tuple[int, int, int]  # onset and end in ticks, pitch


def report(part: Part, lyrics: Lyrics, context: Context) -> list[dict[str, Any]]:
    """Line by line, how the words sit on the notes that sing them.

    Notes are counted as they are sung. One that is struck again on its pitch without any air, for
    a syllable, was split for the words; how many were is told beside.

    Args:
        part: the melody as it is sung, with its lyrics.
        lyrics: the words it was given.
        context: where it is sung.

    Returns:
        For each line ``line`` (its text), ``syllables``, ``notes``, ``split`` (notes that were
        struck again), ``ratio`` (of syllables to notes), ``verdict``, ``melismas`` (notes that draw
        a syllable on), ``stressed_on_strong`` (share of stressed syllables on strong beats; None
        without any) and ``unsung`` syllables.
    """
    notes = [(row[0], row[0] + row[1], row[2]) for row in part.notes.tolist()]
    onsets = [onset for onset, _ in part.lyrics]
    begin = 0
    rows = []
    for line in lyrics.lines:
        sung = onsets[begin : begin + len(line.syllables)]
        begin += len(line.syllables)
        until = onsets[begin] if begin < len(onsets) else part.length_ticks
        inside = [note for note in notes if sung and sung[0] <= note[0] < until]
        rows.append(_row(line, sung, inside, context))
    return rows


def _row(
    line: Line, sung: Sequence[int], notes: Sequence[_Note], context: Context
) -> dict[str, Any]:
    syllables = len(line.syllables)
    ratio = syllables / len(notes) if notes else float(syllables)
    stressed = [
        weight_at(onset, context.meter) >= STRONG_WEIGHT
        for onset, syllable in zip(sung, line.syllables, strict=False)
        if syllable.is_stressed
    ]
    return {
        "line": line.text,
        "syllables": syllables,
        "notes": len(notes),
        "split": _split(notes, set(sung)),
        "ratio": round(ratio, 2),
        "verdict": next(word for limit, word in VERDICTS if ratio <= limit),
        "melismas": sum(onset not in sung for onset, _, _ in notes),
        "stressed_on_strong": round(sum(stressed) / len(stressed), 2) if stressed else None,
        "unsung": syllables - len(sung),
    }


def _split(notes: Sequence[_Note], sung: set[int]) -> int:
    """How many notes go on from one of their pitch, for a syllable more."""
    return sum(
        onset == end and pitch == last and onset in sung
        for (_, end, last), (onset, _, pitch) in pairwise(notes)
    )
