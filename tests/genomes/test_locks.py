from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.chords import CHORDS
from genomes.context import Kept
from genomes.locks import LockedGenomes, Locks, rendered
from tests.strategies import contexts, law, rngs


@st.composite
def some_locks(draw, bars):
    locked = draw(st.sets(st.integers(0, bars - 1), max_size=bars))
    kind = draw(st.sampled_from(["", "rhythm", "pitch"]))
    return Locks(tuple(sorted(locked)), rhythm=kind == "rhythm", pitch=kind == "pitch")


def evolved(context, locks, rng):
    """A source, and a genome that came from it under locks by every operator."""
    source, _ = CHORDS.random(context, rng)
    genomes = LockedGenomes(CHORDS, source, locks)
    first, _ = genomes.random(context, rng)
    for _ in range(3):
        other, _ = genomes.random(context, rng)
        first, _ = genomes.mutate(genomes.mate(first, other, context, rng), context, rng)
    return source, first


def with_kept(context, source, locks):
    return replace(context, kept=Kept(source.render(context), locks.bars))


@law
@given(data=st.data(), context=contexts(max_bars=6), rng=rngs())
def test_locked_bars_sound_as_they_did(data, context, rng):
    locks = data.draw(some_locks(context.section.bars))
    source, genome = evolved(context, locks, rng)
    part = rendered(genome, with_kept(context, source, locks))
    was = source.render(context)
    bar_ticks = context.meter.bar_ticks

    def locked(notes):
        return [
            (onset, pitch, velocity)
            for onset, _, pitch, velocity, _ in notes.tolist()
            if onset // bar_ticks in locks.bars
        ]

    assert locked(part.notes) == locked(was.notes)
    assert sum(span.duration_ticks for span in part.harmony) == part.length_ticks


@law
@given(context=contexts(max_bars=6), rng=rngs())
def test_a_locked_rhythm_keeps_every_onset_and_duration(context, rng):
    source, genome = evolved(context, Locks(rhythm=True), rng)
    rhythms = [
        {note[:2] for note in each.render(context).notes.tolist()} for each in (source, genome)
    ]
    assert rhythms[0] == rhythms[1]


@law
@given(context=contexts(max_bars=6), rng=rngs())
def test_locked_pitches_keep_every_chord(context, rng):
    source, genome = evolved(context, Locks(pitch=True), rng)
    names = [[span.name for span in each.render(context).harmony] for each in (source, genome)]
    assert names[0] == names[1]


def test_nothing_is_left_where_rhythm_and_pitch_are_locked():
    with pytest.raises(ValueError, match="nothing is left"):
        Locks(rhythm=True, pitch=True)
