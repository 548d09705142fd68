"""What every melody obeys, however it came to be."""

import json
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from genomes.melody import MELODY, MelodyGenome, range_of
from genomes.melody.timing import (
    BREATH_SECONDS,
    CLOSEST_SECONDS,
    LONGEST_BREATH_SECONDS,
    ticks_of,
)
from tests.genomes.melody.strategies import evolved, sung_contexts, sung_genomes
from tests.strategies import law, rngs


def rows(part):
    """Onset, end and pitch of every note."""
    return [(row[0], row[0] + row[1], row[2]) for row in part.notes.tolist()]


@law
@given(sung_genomes())
def test_the_part_fills_the_section_and_something_is_sung(made):
    genome, context = made
    part = genome.render(context)
    assert part.length_ticks == context.length_ticks
    assert len(part.notes) > 0
    assert part.swing == context.swing


@law
@given(sung_genomes())
def test_one_voice_sings_in_its_range(made):
    genome, context = made
    low, high = range_of(context.singer)
    notes = rows(genome.render(context))
    assert all(low <= pitch <= high for _, _, pitch in notes)
    assert all(end <= onset for (_, end, _), (onset, _, _) in pairwise(notes))


@law
@given(sung_genomes())
def test_the_same_genome_sounds_the_same(made):
    genome, context = made
    again = MelodyGenome.from_payload(json.loads(json.dumps(genome.to_payload())))
    assert again == genome
    assert hash(again) == hash(genome)
    assert again.render(context) == genome.render(context)


@law
@given(sung_genomes())
def test_no_one_sings_longer_than_a_breath(made):
    genome, context = made
    notes = rows(genome.render(context))
    longest = ticks_of(LONGEST_BREATH_SECONDS, context.tempo_bpm)
    swing_ticks = 200 * (context.swing > 0)
    begin = notes[0][0]
    for (_, last_end, _), (onset, end, _) in pairwise([notes[0], *notes]):
        if onset - last_end > 16:
            begin = onset
        assert end - begin <= longest + swing_ticks


@law
@given(sung_genomes(words=False))
def test_no_one_sings_faster_than_can_be_sung(made):
    """Within a phrase; straight, because swing moves what was far enough apart."""
    genome, context = made
    if context.swing:
        return
    closest = ticks_of(CLOSEST_SECONDS, context.tempo_bpm)
    starts = {0}
    for phrase in genome.phrases:
        starts.add(max(starts) + phrase.bars * context.meter.bar_ticks)
    onsets = [onset for onset, _, _ in rows(genome.render(context))]
    for first, second in pairwise(onsets):
        crosses = any(first < start <= second for start in starts)
        assert crosses or second - first >= closest


@law
@given(sung_genomes(words=False))
def test_phrases_end_with_a_breath_where_there_is_time(made):
    genome, context = made
    if context.swing:
        return
    notes = rows(genome.render(context))
    breath = ticks_of(BREATH_SECONDS, context.tempo_bpm)
    end = 0
    for phrase in genome.phrases:
        start, end = end, end + phrase.bars * context.meter.bar_ticks
        onset, stop, _ = [note for note in notes if start <= note[0] < end][-1]
        rest = end - stop
        assert rest >= breath or rest >= (end - onset) // 2


@law
@given(sung_genomes(words=False))
def test_the_last_bar_never_repeats_an_earlier_one(made):
    """Not with the same pitches in the same places, however long they are held."""
    genome, context = made
    bars = {}
    for onset, _, pitch in rows(genome.render(context)):
        bar, place = divmod(onset, context.meter.bar_ticks)
        bars.setdefault(bar, []).append((place, pitch))
    last = bars.pop(context.section.bars - 1, None)
    assert last is None or last not in bars.values()


@law
@given(sung_genomes())
def test_the_description_is_plain(made):
    genome, context = made
    described = genome.describe(context)
    assert json.loads(json.dumps(described)) == described
    assert sum(phrase["bars"] for phrase in described["phrases"]) == context.section.bars
    assert ("lyrics" in described) == (context.lyrics is not None)


@law
@given(sung_contexts(max_bars=4), rngs())
def test_the_global_generators_are_neither_read_nor_moved(context, rng):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    evolved(context, rng).render(context)
    assert random.getstate() == states[0]
    assert np.random.get_state()[1].tolist() == states[1]  # noqa: NPY002


@law
@given(sung_contexts(max_bars=4), rngs())
def test_a_context_of_other_bars_is_refused(context, rng):
    genome = evolved(context, rng)
    section = replace(context.section, bars=context.section.bars + 1)
    longer, _ = MELODY.random(replace(context, section=section), rng)
    assert genome.bars == context.section.bars
    with pytest.raises(ValueError, match="made for"):
        longer.render(context)
