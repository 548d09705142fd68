"""What holds for every bass line, however it came about."""

import json
import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from genomes.bass import BASS, BassGenome
from genomes.bass.tones import HIGHEST_PITCH, LOWEST_PITCH
from genomes.locks import LockedGenomes, Locks
from genomes.notes import Part
from tests.genomes.bass.strategies import bass_contexts, bass_genomes, lines_in_context
from tests.strategies import law, rngs

light = settings(law, max_examples=60)


def assert_playable(part, context):
    notes = part.notes
    assert part.length_ticks == context.length_ticks
    assert len(notes) > 0
    assert notes["pitch"].min() >= LOWEST_PITCH
    assert notes["pitch"].max() <= HIGHEST_PITCH
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    assert ends.max() <= context.length_ticks
    assert (ends[:-1] <= notes["onset_ticks"][1:]).all()  # one note at a time
    assert not notes["is_drum"].any()


@law
@given(lines_in_context())
def test_every_line_is_playable_alone_and_the_same_twice(made):
    genome, context = made
    part = genome.render(context)
    assert_playable(part, context)
    assert part == genome.render(context)
    assert part.swing == context.swing
    assert Part.from_payload(part.to_payload()) == part


@light
@given(lines_in_context())
def test_a_payload_gives_the_genome_back(made):
    genome, _ = made
    payload = json.loads(json.dumps(genome.to_payload()))
    assert BASS.from_payload(payload) == genome
    assert hash(BassGenome.from_payload(payload)) == hash(genome)


@light
@given(lines_in_context())
def test_the_description_is_plain_and_tells_every_note(made):
    genome, context = made
    told = genome.describe(context)
    assert json.loads(json.dumps(told)) == told
    notes = [name for bar in told["notes"] for name in bar]
    assert len(notes) == len(genome.render(context).notes)
    assert [len(bar) for bar in told["tones"]] == [len(bar) for bar in genome.bars]


@light
@given(context=bass_contexts(), rng=rngs(), data=st.data())
def test_the_line_fits_whatever_else_is_approved(context, rng, data):
    """A genome made with drums plays without them, and after any section."""
    genome = data.draw(bass_genomes(context))
    alone = replace(context, parts=context.parts[:1])
    before = BASS.random(context, rng)[0].render(context)
    for other in (alone, replace(context, before=before)):
        assert_playable(genome.render(other), other)


@light
@given(context=bass_contexts(), rng=rngs(), data=st.data())
def test_locked_lines_are_playable_too(context, rng, data):
    source = data.draw(bass_genomes(context))
    bars = data.draw(st.sets(st.integers(0, context.section.bars - 1)))
    kind = data.draw(st.sampled_from(["", "rhythm", "pitch"]))
    locks = Locks(tuple(sorted(bars)), rhythm=kind == "rhythm", pitch=kind == "pitch")
    genomes = LockedGenomes(BASS, source, locks)
    genome, _ = genomes.mutate(genomes.random(context, rng)[0], context, rng)
    assert_playable(genome.render(context), context)
    assert [genome.bars[index] for index in bars] == [source.bars[index] for index in bars]


@settings(law, max_examples=20)
@given(context=bass_contexts(), seed=st.integers(0, 99))
def test_the_global_generators_are_neither_read_nor_moved(context, seed):
    def evolve():
        rng = np.random.default_rng(seed)
        first, second = (BASS.random(context, rng)[0] for _ in range(2))
        return BASS.mutate(BASS.mate(first, second, context, rng), context, rng)

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = evolve()
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert evolve() == first
    assert random.getstate() == states[0]
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(after, states[1], strict=True))
