"""How different progressions are, against a slow and plain second writing of it."""

import numpy as np
import pytest

from genomes.chords.similarity import CHANGES_SHARE, HARMONY_SHARE, PLAYING_SHARE
from tests.genomes.calls import distance, render
from tests.genomes.chords.conftest import progression
from tests.genomes.stages import pool


def plain_distance(first, second, context):
    """Harmony, changes and playing by their shares, from rendered chords, one group at a time."""
    grids = [_grid(render(genome, context).harmony, context) for genome in (first, second)]
    nearest = min(
        np.mean(
            [
                _jaccard(a, {(pc + up) % 12 for pc in b})
                for (a, _), (b, _) in zip(*grids, strict=True)
            ]
        )
        for up in range(12)
    )
    changes = np.mean([a != b for (_, a), (_, b) in zip(*grids, strict=True)])
    playing = np.mean(
        [a.pattern != b.pattern for a, b in zip(first.bars, second.bars, strict=True)]
    )
    return HARMONY_SHARE * nearest + CHANGES_SHARE * changes + PLAYING_SHARE * playing


def _jaccard(first, second):
    return 1 - len(first & second) / len(first | second)


def _grid(harmony, context):
    """For every beat group: the pitch classes that hold, and whether the chord begins there."""
    cells = []
    for bar in range(context.section.bars):
        for onset in context.meter.group_onsets_ticks:
            tick = bar * context.meter.bar_ticks + onset
            span = next(s for s in harmony if s.onset_ticks <= tick < s.end_ticks)
            cells.append((set(span.pitch_classes), span.onset_ticks == tick))
    return cells


def test_agrees_with_the_plain_writing():
    for made in pool("chords"):
        slow = plain_distance(made.genome, made.other, made.context)
        assert distance(made.genome, made.other) == pytest.approx(slow)


def test_harmony_weighs_most():
    assert HARMONY_SHARE > 0.5 > CHANGES_SHARE + PLAYING_SHARE > 0


@pytest.mark.parametrize(
    ("first", "second", "mode"),
    [
        ("I IV I V", "IV bVII IV I", "major"),  # a fourth higher
        ("I IV I V", "V I V V/V", "major"),  # a fifth higher
        ("i VI i VII", "iv bII iv III", "minor"),  # a fourth higher
    ],
)
def test_transposing_a_progression_is_no_distance(first, second, mode):
    assert distance(progression(first, mode), progression(second, mode)) == 0


DIFFERENT = {
    "another chord": "I V vi ii",
    "another quality": "I V vi iv",
    "a seventh more": "I V vi IV:7",
    "another order": "I vi V IV",
    "one chord held": "I V vi -",
    "one change repeated": "I I vi IV",
}


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_other_chords_are_a_distance(text):
    assert 0 < distance(progression("I V vi IV"), progression(text)) < HARMONY_SHARE


def test_other_playing_is_a_distance_and_smaller_than_other_harmony():
    genome = progression("I V vi IV")
    replayed = progression("I V vi IV", pattern="run_up")
    assert distance(genome, replayed) == pytest.approx(PLAYING_SHARE)
    assert distance(genome, replayed) < distance(genome, progression("I bVI I bII"))


def test_one_changed_chord_is_nearer_than_two():
    genome = progression("I V vi IV")
    one, two = progression("I V vi ii"), progression("I iii vi ii")
    assert distance(genome, one) < distance(genome, two)
