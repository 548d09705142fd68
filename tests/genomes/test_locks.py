"""What is locked of a source stays, whatever evolves around it, in every stage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.context import LockedBars
from genomes.drums.voices import RANK, VOICES
from genomes.locks import Locks
from genomes.stage import LockedGenomes
from tests.genomes.calls import render, render_kept, replace
from tests.genomes.contexts import context_of
from tests.genomes.stages import STAGES, contexts_for, every_stage
from tests.genomes.test_laws import assert_playable
from tests.strategies import rngs

# Stages whose bars are genes of their own, so that a locked bar is the source's bar.
BARS_ARE_GENES = {"drums", "bass", "harmony"}
KINDS = {"": Locks(), "rhythm": Locks(rhythm=True), "pitch": Locks(pitch=True)}


@st.composite
def locked_bars(draw, context):
    return tuple(sorted(draw(st.sets(st.integers(0, context.section.bars - 1)))))


def evolved(name, context, locks, rng, steps=3):
    """A source, and a genome that came from it under locks by every way to make one."""
    source = STAGES[name].evolved(context, rng, 2)
    genomes = LockedGenomes.of(STAGES[name].genomes, source, locks)
    first, _ = genomes.random(context, rng)
    for _ in range(steps):
        other, _ = genomes.random(context, rng)
        first, _ = genomes.mutate(genomes.mate(first, other, context, rng), context, rng)
    return source, first


def in_bars(name, part, context, bars):
    """What is struck in these bars; drums and harmony may be louder or softer there."""
    inside = part.notes[np.isin(part.notes["onset_ticks"] // context.meter.bar_ticks, bars)]
    fields = ["onset_ticks", "pitch"] + ["velocity"] * STAGES[name].locks_velocity
    return inside[fields].tolist()


@every_stage
@given(data=st.data(), kind=st.sampled_from(list(KINDS)), rng=rngs())
def test_locked_bars_sound_as_they_did(name, data, kind, rng):
    context = data.draw(contexts_for(name))
    locks = replace(KINDS[kind], bars=data.draw(locked_bars(context)))
    source, genome = evolved(name, context, locks, rng, steps=2)
    was = render(source, context)
    part = render_kept(genome, replace(context, locked=LockedBars(was, locks.bars)))
    assert in_bars(name, part, context, locks.bars) == in_bars(name, was, context, locks.bars)
    assert len(part.notes)
    assert_playable(name, render(genome, context), context)
    if name in BARS_ARE_GENES:
        assert all(genome.bars[index] == source.bars[index] for index in locks.bars)
    if name == "chords":
        assert sum(span.duration_ticks for span in part.harmony) == part.length_ticks
    if locks.bars:
        assert part.swing == was.swing


@every_stage
@given(data=st.data(), rng=rngs())
def test_a_locked_rhythm_stays(name, data, rng):
    context = data.draw(contexts_for(name))
    bars = data.draw(locked_bars(context)) if name == "melody" else ()
    source, genome = evolved(name, context, Locks(bars, rhythm=True), rng)
    rhythms = [STAGES[name].rhythm(render(each, context)) for each in (source, genome)]
    assert rhythms[0] == rhythms[1]
    # Notes are cut where locked bars begin and end, so that only onsets are left to compare.
    was = render(source, context)
    part = render_kept(genome, replace(context, locked=LockedBars(was, bars)))
    assert set(part.notes["onset_ticks"].tolist()) == set(was.notes["onset_ticks"].tolist())


@every_stage
@given(data=st.data(), rng=rngs())
def test_locked_pitches_stay_in_their_order(name, data, rng):
    context = data.draw(contexts_for(name))
    bars = data.draw(locked_bars(context)) if name == "melody" else ()
    source, genome = evolved(name, context, Locks(bars, pitch=True), rng)
    was = render(source, context)
    part = render_kept(genome, replace(context, locked=LockedBars(was, bars)))
    assert STAGES[name].pitch_order(part) == STAGES[name].pitch_order(was)


@pytest.mark.parametrize("name", [name for name in STAGES if name != "bass"])
@given(data=st.data(), kind=st.sampled_from(["rhythm", "pitch"]), rng=rngs())
def test_keeping_twice_changes_nothing_more(name, data, kind, rng):
    """A bass line may take another bar's rhythm the second time."""
    stage, context = STAGES[name], data.draw(contexts_for(name))
    source, other = stage.evolved(context, rng, 2), stage.evolved(context, rng, 2)
    once = stage.genomes.lock(other, source, KINDS[kind], context)
    twice = stage.genomes.lock(once, source, KINDS[kind], context)
    assert render(twice, context) == render(once, context)


@pytest.mark.parametrize("name", ["chords", "drums", "harmony"])
@given(data=st.data(), kind=st.sampled_from(list(KINDS)), rng=rngs())
def test_a_source_that_keeps_what_is_its_own_stays(name, data, kind, rng):
    """In a bass or melody, locked pitches may go to other notes of the same rhythm."""
    stage, context = STAGES[name], data.draw(contexts_for(name))
    bars = data.draw(locked_bars(context)) if name in BARS_ARE_GENES else ()
    locks = replace(KINDS[kind], bars=bars)
    source = stage.evolved(context, rng, 2)
    kept = stage.genomes.lock(source, source, locks, context)
    assert render(kept, context) == render(source, context)


@pytest.mark.parametrize("locks", [KINDS["rhythm"], KINDS["pitch"], Locks(bars=(0, 1))], ids=str)
@every_stage
def test_what_is_not_locked_evolves(name, locks):
    """Of what comes out, much is not the source again: pitches move, or times do."""
    stage, rng, changed = STAGES[name], np.random.default_rng(8), []
    free = stage.pitch_order if locks.rhythm else stage.rhythm
    for _ in range(24):
        context = stage.placed(context_of(), rng)
        parts = [render(each, context) for each in evolved(name, context, locks, rng, steps=4)]
        changed.append((parts[0] != parts[1], free(parts[0]) != free(parts[1])))
    assert np.mean(changed, axis=0)[0] > 0.3
    assert np.mean(changed, axis=0)[1] > 0.2


@given(
    data=st.data(),
    kind=st.sampled_from(list(KINDS)),
    chosen=st.sets(st.integers(0, 5), min_size=1),
    rng=rngs(),
)
def test_locked_drums_are_struck_as_they_were(data, kind, chosen, rng):
    context = data.draw(contexts_for("drums"))
    voices = tuple(VOICES)
    source = STAGES["drums"].evolved(context, rng, 2)
    played = [voices[rank] for rank in sorted({RANK[voice] for voice in source.voices})]
    locked = tuple({played[index % len(played)] for index in chosen})
    locks = replace(KINDS[kind], voices=locked)
    genomes = LockedGenomes.of(STAGES["drums"].genomes, source, locks)
    genome, _ = genomes.random(context, rng)
    other, _ = genomes.random(context, rng)
    genome, _ = genomes.mutate(genomes.mate(genome, other, context, rng), context, rng)
    notes = [VOICES[voice].note for voice in locked]
    was, part = render(source, context), render(genome, context)
    struck = [
        [note for note in each.notes[["onset_ticks", "pitch"]].tolist() if note[1] in notes]
        for each in (was, part)
    ]
    assert struck[0] == struck[1]
    if kind == "rhythm":
        assert STAGES["drums"].rhythm(part) == STAGES["drums"].rhythm(was)
    if kind == "pitch":
        assert STAGES["drums"].pitch_order(part) == STAGES["drums"].pitch_order(was)
    assert_playable("drums", part, context)


def test_drums_that_are_not_locked_evolve():
    stage, rng, changed = STAGES["drums"], np.random.default_rng(8), []
    for _ in range(24):
        context = stage.placed(context_of(), rng)
        locks = Locks(voices=("kick", "soft_kick"))
        source, genome = evolved("drums", context, locks, rng)
        changed.append(render(source, context) != render(genome, context))
    assert np.mean(changed) > 0.8


def test_nothing_is_left_where_rhythm_and_pitch_are_locked():
    with pytest.raises(ValueError, match="nothing is left"):
        Locks(rhythm=True, pitch=True)
