"""Locks: what of a line stays while the rest evolves."""

from __future__ import annotations

from itertools import groupby

from genomes.bass import BASS
from genomes.locks import Locks
from tests.genomes.bass.conftest import line, notes_of, pitches_of
from tests.genomes.calls import replace
from tests.genomes.contexts import over, song


def joined(pitches):
    return [pitch for pitch, _ in groupby(pitches)]


def test_new_onsets_that_keep_the_pitches_are_taken():
    context = over("C Am F G")
    source = line("0:root 8:fifth | 0:root | 0:root | 0:root")
    wanted = line("0:third 4:third 10:third 12:third | 2:tonic | 0:root | 0:root", gate="short")
    kept = BASS.lock(wanted, source, Locks(pitch=True), context)
    assert joined(pitches_of(kept, context)) == joined(pitches_of(source, context))
    onsets = [row[0] for row in notes_of(kept, context)]
    assert onsets == [0, 480, 1200, 1440, 2160, 3840, 5760]
    assert kept.gate == "short"


def test_a_rhythm_that_would_change_a_pitch_is_not_taken():
    """A root that comes only after the next chord would be another note."""
    context = over("C Am", meter="2/4")
    halves = replace(context, section=replace(context.section, bars=1), meter=over("C").meter)
    source = line("0:root 8:root")
    wanted = line("0:root 4:root 6:root")
    kept = BASS.lock(wanted, source, Locks(pitch=True), halves)
    assert joined(pitches_of(kept, halves)) == joined(pitches_of(source, halves))
    assert [pluck.cell for pluck in kept.bars[0]] == [0, 8]


def test_keeping_the_bars_keeps_nothing_else():
    context = song(bars=4)
    source = line("0:root | 0:fifth | 0:third | 0:bass")
    genome = line("8:tonic | 8:tonic | 8:tonic | 8:tonic", register=43)
    kept = BASS.lock(genome, source, Locks(bars=(1, 3)), context)
    assert kept.bars == (genome.bars[0], source.bars[1], genome.bars[2], source.bars[3])
    assert kept.register == 43


def test_empty_locked_bars_leave_something_to_hear():
    context = song(bars=2)
    source, genome = line(" | 0:root"), line("0:root | ")
    kept = BASS.lock(genome, source, Locks(bars=(0,)), context)
    assert kept.bars[0] == ()
    assert len(kept.bars[1]) == 1
