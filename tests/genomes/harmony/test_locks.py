"""What is locked of a supporting part stays, whatever evolves around it."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from genomes.context import Kept
from genomes.harmony import HARMONY
from genomes.harmony.locks import melody, rhythm
from genomes.locks import Locks
from genomes.stage import LockedGenomes, rendered
from tests.genomes.harmony.songs import evolved, harmony_contexts, song
from tests.strategies import law, rngs


def under_locks(context, locks, rng, steps=3):
    """A source, and a genome that came from it under locks."""
    source = evolved(context, rng, 3)
    genomes = LockedGenomes.of(HARMONY, source, locks)
    first, _ = genomes.random(context, rng)
    for _ in range(steps):
        other, _ = genomes.random(context, rng)
        first, _ = genomes.mutate(genomes.mate(first, other, context, rng), context, rng)
    return source, first


def rhythm_of(part):
    return {(onset, duration) for onset, duration, *_ in part.notes.tolist()}


def pitches_of(part):
    """By onset, then upwards; repetitions joined."""
    rows = sorted((onset, pitch) for onset, _, pitch, *_ in part.notes.tolist())
    return [p for i, (_, p) in enumerate(rows) if i == 0 or rows[i - 1][1] != p]


@law
@given(context=harmony_contexts(max_bars=4), rng=rngs())
def test_a_locked_rhythm_keeps_every_onset_and_duration(context, rng):
    source, genome = under_locks(context, Locks(rhythm=True), rng)
    assert rhythm_of(genome.render(context)) == rhythm_of(source.render(context))


@law
@given(context=harmony_contexts(max_bars=4), rng=rngs())
def test_locked_pitches_keep_their_order(context, rng):
    source, genome = under_locks(context, Locks(pitch=True), rng)
    assert pitches_of(genome.render(context)) == pitches_of(source.render(context))


@law
@given(data=st.data(), context=harmony_contexts(max_bars=4), rng=rngs())
def test_locked_bars_keep_their_genes_and_notes(data, context, rng):
    bars = tuple(sorted(data.draw(st.sets(st.integers(0, context.section.bars - 1)))))
    kind = data.draw(st.sampled_from(["", "rhythm", "pitch"]))
    locks = Locks(bars, rhythm=kind == "rhythm", pitch=kind == "pitch")
    source, genome = under_locks(context, locks, rng, steps=2)
    assert all(genome.bars[index] == source.bars[index] for index in bars)
    was = source.render(context)
    part = rendered(genome, replace(context, kept=Kept(was, bars)))
    bar_ticks = context.meter.bar_ticks

    def locked(notes):
        return [
            (onset, pitch) for onset, _, pitch, *_ in notes.tolist() if onset // bar_ticks in bars
        ]

    assert locked(part.notes) == locked(was.notes)


def test_what_is_free_still_evolves():
    """A lock leaves something to find: about half of what comes out is not the source again."""
    for locks in (Locks(rhythm=True), Locks(pitch=True), Locks(bars=(0, 1))):
        rng = np.random.default_rng(8)
        heard = set()
        for seed in range(30):
            context = song(seed=seed, bars=4)
            source, genome = under_locks(context, locks, rng, steps=4)
            heard.add((seed, genome.render(context) != source.render(context)))
        changed = [is_new for _, is_new in heard]
        assert sum(changed) / len(changed) > 0.45, locks


def test_the_stage_measures_as_its_test_does():
    context = song()
    part = evolved(context, np.random.default_rng(0), 4).render(context)
    assert rhythm(part) == rhythm_of(part)
    assert melody(part) == pitches_of(part)
