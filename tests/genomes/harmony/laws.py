"""The laws of a supporting part, written down a second time: slowly, from the heard notes."""

from __future__ import annotations

from itertools import combinations, pairwise

from genomes.grid import EIGHTH_TICKS, cells
from genomes.harmony.counterpoint import parallel_onsets
from genomes.harmony.rendering import voices


def strikes(notes):
    return {note.onset_ticks: note.pitch for note in notes}


def outer(part, better):
    """The highest or the lowest of what begins together."""
    found = {}
    for onset, _, pitch, *_ in part.notes.tolist() if part else ():
        found[onset] = better(pitch, found.get(onset, pitch))
    return found


def lowest_line(lines):
    """What is struck while no lower voice sounds."""
    found = {}
    for voice, line in enumerate(lines):
        for note in line:
            below = (n for lower in lines[:voice] for n in lower)
            if not any(n.onset_ticks <= note.onset_ticks < n.end_ticks for n in below):
                found.setdefault(note.onset_ticks, note.pitch)
    return found


def parallels_in(genome, context):
    """Everywhere that two voices go in parallels, by name."""
    lines = voices(genome, context)
    sung = outer(context.part("melody"), max)
    found = [("melody", at) for line in lines for at in parallel_onsets(strikes(line), sung)]
    for first, second in combinations(lines, 2):
        found += [("voices", at) for at in parallel_onsets(strikes(first), strikes(second))]
    bass = outer(context.part("bass"), min)
    return found + [("bass", at) for at in parallel_onsets(lowest_line(lines), bass)]


def overlapping(first, second):
    return first.onset_ticks < second.end_ticks and second.onset_ticks < first.end_ticks


def crossings_in(genome, context):
    """Pairs of notes of which the lower voice's isn't lower."""
    lines = voices(genome, context)
    return [
        (low, high)
        for below, above in combinations(lines, 2)
        for low in below
        for high in above
        if overlapping(low, high) and low.pitch >= high.pitch
    ]


def clashes_in(part, context):
    """Notes a semitone or minor ninth from a long melody note that sounds with them."""
    melody = context.part("melody")
    return [
        (onset, pitch)
        for onset, duration, pitch, *_ in part.notes.tolist()
        for at, lasts, sung, *_ in (melody.notes.tolist() if melody else ())
        if lasts > EIGHTH_TICKS and onset < at + lasts and at < onset + duration
        if abs(pitch - sung) % 12 == 1
    ]


def chord_at(context, ticks):
    return next(span for span in context.harmony if span.onset_ticks <= ticks < span.end_ticks)


def strong_ticks(context):
    strong = [cell.onset_ticks for cell in cells(context.meter) if cell.weight >= 0.25]
    bars = range(0, context.length_ticks, context.meter.bar_ticks)
    changes = {span.onset_ticks for span in context.harmony}
    return sorted(changes | {bar + onset for bar in bars for onset in strong})


def dissonances_in(genome, context):
    """Notes foreign to the chord on a strong cell, with whether each is a suspension that falls."""
    found = []
    for line in voices(genome, context):
        for note, following in pairwise([*line, None]):
            for at in strong_ticks(context):
                sounds = note.onset_ticks <= at < note.end_ticks
                if sounds and note.pitch % 12 not in chord_at(context, at).pitch_classes:
                    found.append(is_suspension(note, at, following, context))
    return found


def is_suspension(note, at, following, context):
    prepared = note.pitch % 12 in chord_at(context, note.onset_ticks).pitch_classes
    return (
        note.onset_ticks < at
        and prepared
        and following is not None
        and following.onset_ticks == note.end_ticks
        and note.pitch - following.pitch in {1, 2}
        and following.pitch % 12 in chord_at(context, following.onset_ticks).pitch_classes
    )
