"""Songs around which a supporting part is written."""

from __future__ import annotations

from functools import partial

from genomes.context import Context
from genomes.notes import Part
from tests.genomes.calls import replace
from tests.genomes.contexts import bass_part, over, song

supported = partial(song, stages=("chords", "bass", "melody"))


def plain_song() -> Context:
    """Eight bars of a chord each; a melody of two notes that rests for the second half of a bar.

    An echo finds something to take up and room for it, and pads find common tones to hold.
    """
    context = over("C Am F C/E Am F G7 C")
    bar_ticks = context.meter.bar_ticks
    rows = [
        (bar * bar_ticks + onset, 480, pitch, 80)
        for bar, pitches in enumerate([(72, 74), (72, 69), (69, 72), (67, 64)] * 2)
        for onset, pitch in zip((0, 480), pitches, strict=True)
    ]
    melody = Part.of(rows, context.length_ticks)
    return replace(
        context, parts=(*context.parts, ("bass", bass_part(context)), ("melody", melody))
    )
