"""What every melody obeys, however it came to be."""

import json
from itertools import pairwise

from hypothesis import given

from genomes.melody.timing import (
    BREATH_SECONDS,
    CLOSEST_SECONDS,
    LONGEST_BREATH_SECONDS,
    MOST_PICKUPS,
    PICKUP_TICKS,
    ticks_of,
)
from tests.genomes.calls import describe, render
from tests.genomes.melody.conftest import wordless
from tests.genomes.stages import genomes_in_context


def rows(part):
    """Onset, end and pitch of every note."""
    return [(row[0], row[0] + row[1], row[2]) for row in part.notes.tolist()]


@given(genomes_in_context("melody"))
def test_no_one_sings_longer_than_a_breath(made):
    genome, context = made
    notes = rows(render(genome, context))
    longest = ticks_of(LONGEST_BREATH_SECONDS, context.tempo_bpm)
    swing_ticks = 200 * (context.swing > 0)
    begin = notes[0][0]
    for (_, last_end, _), (onset, end, _) in pairwise([notes[0], *notes]):
        if onset - last_end > 16:
            begin = onset
        assert end - begin <= longest + swing_ticks


@given(wordless())
def test_no_one_sings_faster_than_can_be_sung(made):
    """Within a phrase; straight, because swing moves what was far enough apart."""
    genome, context = made
    if context.swing:
        return
    closest = ticks_of(CLOSEST_SECONDS, context.tempo_bpm)
    starts = {0}
    for phrase in genome.phrases:
        starts.add(max(starts) + phrase.bars * context.meter.bar_ticks)
    onsets = [onset for onset, _, _ in rows(render(genome, context))]
    for first, second in pairwise(onsets):
        crosses = any(first < start <= second for start in starts)
        assert crosses or second - first >= closest


def closing(notes, end):
    """Onset and end of the last note before a pick-up, and where that or the phrase's end is."""
    for count in range(1, min(MOST_PICKUPS, len(notes) - 1) + 1):
        begin = notes[-count][0]
        if notes[-1][1] - begin <= PICKUP_TICKS and begin - notes[-count - 1][1] >= 240:
            return (*notes[-count - 1][:2], begin)
    return (*notes[-1][:2], end)


@given(wordless())
def test_phrases_end_with_a_breath_where_there_is_time(made):
    genome, context = made
    if context.swing:
        return
    notes = rows(render(genome, context))
    breath = ticks_of(BREATH_SECONDS, context.tempo_bpm)
    end = 0
    for phrase in genome.phrases:
        start, end = end, end + phrase.bars * context.meter.bar_ticks
        inside = [note for note in notes if start <= note[0] < end]
        onset, stop, until = closing(inside, end)
        rest = until - stop
        assert rest >= breath or rest >= (until - onset) // 2


@given(wordless())
def test_the_last_bar_never_repeats_an_earlier_one(made):
    """Not with the same pitches in the same places, however long they are held."""
    genome, context = made
    bars = {}
    for onset, _, pitch in rows(render(genome, context)):
        bar, place = divmod(onset, context.meter.bar_ticks)
        bars.setdefault(bar, []).append((place, pitch))
    last = bars.pop(context.section.bars - 1, None)
    assert last is None or last not in bars.values()


@given(genomes_in_context("melody"))
def test_the_description_is_plain(made):
    genome, context = made
    described = describe(genome, context)
    assert json.loads(json.dumps(described)) == described
    assert sum(phrase["bars"] for phrase in described["phrases"]) == context.section.bars
    assert ("lyrics" in described) == (context.lyrics is not None)
