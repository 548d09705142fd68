"""What is locked stays, whatever evolves around it."""

from dataclasses import replace
from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from genomes.context import Kept
from genomes.locks import LockedGenomes, Locks, rendered
from genomes.melody import MELODY
from tests.genomes.melody.strategies import evolved, sung_contexts
from tests.strategies import law, rngs


@st.composite
def some_bars(draw, bars):
    return tuple(sorted(draw(st.sets(st.integers(0, bars - 1), max_size=bars))))


def evolved_from(source, context, locks, rng):
    """What came of the source under locks, by every way of making a genome."""
    genomes = LockedGenomes(MELODY, source, locks)
    first, _ = genomes.random(context, rng)
    for _ in range(3):
        other, _ = genomes.random(context, rng)
        first, _ = genomes.mutate(genomes.mate(first, other, context, rng), context, rng)
    return first


def heard(genome, source, context, locks):
    kept = Kept(source.render(context), locks.bars)
    return rendered(genome, replace(context, kept=kept))


def rhythm_of(part):
    return {note[:2] for note in part.notes.tolist()}


def line_of(part):
    """The pitches in order, neighbours that are the same joined."""
    return [pitch for pitch, _ in groupby(part.notes["pitch"].tolist())]


@law
@given(data=st.data(), context=sung_contexts(max_bars=6), rng=rngs())
def test_locked_bars_sound_as_they_did(data, context, rng):
    locks = Locks(data.draw(some_bars(context.section.bars)))
    source = evolved(context, rng)
    part = heard(evolved_from(source, context, locks, rng), source, context, locks)

    def locked(notes):
        bar_ticks = context.meter.bar_ticks
        return [
            (onset, pitch, velocity)
            for onset, _, pitch, velocity, _ in notes.tolist()
            if onset // bar_ticks in locks.bars
        ]

    assert locked(part.notes) == locked(source.render(context).notes)


@law
@given(data=st.data(), context=sung_contexts(max_bars=6), rng=rngs())
def test_a_locked_rhythm_keeps_every_onset_and_duration(data, context, rng):
    locks = Locks(data.draw(some_bars(context.section.bars)), rhythm=True)
    source = evolved(context, rng)
    genome = evolved_from(source, context, locks, rng)
    assert rhythm_of(genome.render(context)) == rhythm_of(source.render(context))
    # Notes are cut where locked bars begin and end.
    onsets = heard(genome, source, context, locks).notes["onset_ticks"].tolist()
    assert onsets == source.render(context).notes["onset_ticks"].tolist()


@law
@given(data=st.data(), context=sung_contexts(max_bars=6), rng=rngs())
def test_locked_pitches_keep_their_order(data, context, rng):
    locks = Locks(data.draw(some_bars(context.section.bars)), pitch=True)
    source = evolved(context, rng)
    genome = evolved_from(source, context, locks, rng)
    assert line_of(heard(genome, source, context, locks)) == line_of(source.render(context))
    if not locks.bars:
        assert line_of(genome.render(context)) == line_of(source.render(context))


@law
@given(context=sung_contexts(max_bars=6), rng=rngs(), kind=st.sampled_from(["rhythm", "pitch"]))
def test_keeping_twice_changes_nothing_more(context, rng, kind):
    locks = Locks(rhythm=kind == "rhythm", pitch=kind == "pitch")
    source, other = evolved(context, rng), evolved(context, rng)
    once = MELODY.keep(other, source, locks, context)
    assert MELODY.keep(once, source, locks, context).render(context) == once.render(context)


def test_what_is_not_locked_evolves(verse):
    """Under a locked rhythm pitches move, and under locked pitches the rhythm."""
    rng = np.random.default_rng(3)
    source = MELODY.random(verse, rng)[0]
    was = source.render(verse)
    for locks, aspect in ((Locks(rhythm=True), line_of), (Locks(pitch=True), rhythm_of)):
        made = [evolved_from(source, verse, locks, rng).render(verse) for _ in range(30)]
        assert sum(aspect(part) != aspect(was) for part in made) > 15
        assert len({part.digest() for part in made}) > 15
