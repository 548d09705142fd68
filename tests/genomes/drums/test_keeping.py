"""Locks: onsets, voices and bars that stay."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from genomes.context import Kept
from genomes.drums import DRUMS
from genomes.locks import LockedGenomes, Locks, rendered
from tests.genomes.drums.conftest import drum_contexts, struck
from tests.strategies import law, rngs


def evolved(context, locks, rng):
    source, _ = DRUMS.random(context, rng)
    genomes = LockedGenomes(DRUMS, source, locks)
    first, _ = genomes.random(context, rng)
    for _ in range(3):
        other, _ = genomes.random(context, rng)
        first, _ = genomes.mutate(genomes.mate(first, other, context, rng), context, rng)
    return source, first


@st.composite
def some_locks(draw, bars):
    locked = draw(st.sets(st.integers(0, bars - 1), max_size=bars))
    kind = draw(st.sampled_from(["", "rhythm", "pitch"]))
    return Locks(tuple(sorted(locked)), rhythm=kind == "rhythm", pitch=kind == "pitch")


@law
@given(data=st.data(), context=drum_contexts(), rng=rngs())
def test_locked_bars_sound_as_they_did(data, context, rng):
    locks = data.draw(some_locks(context.section.bars))
    source, genome = evolved(context, locks, rng)
    was = source.render(context)
    part = rendered(genome, replace(context, kept=Kept(was, locks.bars)))
    bar_ticks = context.meter.bar_ticks
    here, there = (
        {stroke for stroke in struck(each) if stroke[0] // bar_ticks in locks.bars}
        for each in (part, was)
    )
    assert here == there
    assert all(genome.bars[index] == source.bars[index] for index in locks.bars)
    if locks.bars:
        assert part.swing == was.swing


@law
@given(context=drum_contexts(), rng=rngs())
def test_a_locked_rhythm_keeps_every_onset(context, rng):
    source, genome = evolved(context, Locks(rhythm=True), rng)
    onsets = [set(each.render(context).notes["onset_ticks"].tolist()) for each in (source, genome)]
    assert onsets[0] == onsets[1]


@law
@given(context=drum_contexts(), rng=rngs())
def test_a_locked_pitch_keeps_the_set_of_instruments(context, rng):
    source, genome = evolved(context, Locks(pitch=True), rng)
    voices = [set(each.render(context).notes["pitch"].tolist()) for each in (source, genome)]
    assert voices[0] == voices[1]


def test_what_is_not_locked_does_change(drum_pool):
    """Most of the time something else than what is locked sounds otherwise."""
    pairs = list(zip(drum_pool[:-1:2], drum_pool[2::2], strict=False))
    same_context = [
        (a.genome, DRUMS.mutate(a.genome, a.context, rng_of(i))[0], a.context)
        for i, (a, _) in enumerate(pairs)
    ]
    for locks in (Locks(rhythm=True), Locks(pitch=True)):
        changed = [
            DRUMS.keep(genome, source, locks, context).render(context) != source.render(context)
            for source, genome, context in same_context
        ]
        assert sum(changed) / len(changed) > 0.3


def rng_of(seed):
    import numpy as np

    return np.random.default_rng(seed)


@law
@given(context=drum_contexts(), rng=rngs())
def test_keeping_a_source_against_itself_changes_nothing(context, rng):
    source, _ = DRUMS.random(context, rng)
    for locks in (Locks(), Locks(rhythm=True), Locks(pitch=True), Locks(bars=(0,))):
        assert DRUMS.keep(source, source, locks, context) == source
