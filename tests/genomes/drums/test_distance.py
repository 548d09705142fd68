"""How different drum parts are, against a slow and plain second writing of it."""

import numpy as np
import pytest

from genomes.drums.similarity import FEEL_SHARE, RHYTHM_SHARE, STROKES_SHARE, VOICES_SHARE
from genomes.drums.voices import VOICES
from genomes.grid import cells, in_quarters
from tests.genomes.calls import distance
from tests.genomes.drums.conftest import PLAIN, groove
from tests.genomes.stages import pool


def plain_distance(first, second):
    bars = [[_bar(genome, i) for i in range(len(genome.bars))] for genome in (first, second)]
    strokes = np.mean([_jaccard(a, b) for a, b in zip(*bars, strict=True)])
    rhythm = np.mean(
        [_jaccard({s[0] for s in a}, {s[0] for s in b}) for a, b in zip(*bars, strict=True)]
    )
    voices = [
        {v for i in range(len(genome.bars)) for v in genome.played(i).voices}
        for genome in (first, second)
    ]
    swings = in_quarters(first.meter)
    feel = swings * abs(first.swing_percent - second.swing_percent) / 100
    return (
        STROKES_SHARE * strokes
        + RHYTHM_SHARE * rhythm
        + VOICES_SHARE * _jaccard(*voices)
        + FEEL_SHARE * feel
    )


def _bar(genome, index):
    """Where, before any swing, which role is struck."""
    played = genome.played(index)
    onsets = [cell.onset_ticks for cell in cells(genome.meter, played.division)]
    return {
        (onsets[cell], VOICES[voice].role)
        for voice, line in played.lines
        for cell, letter in enumerate(line)
        if letter != "."
    }


def _jaccard(first, second):
    return 1 - len(first & second) / len(first | second) if first | second else 0.0


def test_agrees_with_the_plain_writing():
    for made in pool("drums"):
        slow = plain_distance(made.genome, made.other)
        assert distance(made.genome, made.other) == pytest.approx(slow)


def test_levels_are_no_distance():
    softer = {voice: line.replace("X", "g") for voice, line in PLAIN.items()}
    assert distance(groove(PLAIN), groove(softer)) == 0


def test_another_stroke_is_nearer_than_another_groove():
    other_kick = {**PLAIN, "kick": "X.....x.x......."}
    half_time = {"kick": "X...............", "rim": "........X......."}
    genome = groove(PLAIN)
    assert 0 < distance(genome, groove(other_kick)) < distance(genome, groove(half_time)) < 1
