"""Laws of every rendered part: whole bars, in register, nothing lost, nothing by chance."""

import json
from itertools import chain

import numpy as np
import pytest
from hypothesis import given

from genomes.chords import CHORDS
from genomes.context import Section
from genomes.keys import Key
from tests.genomes.calls import describe, render, replace
from tests.genomes.stages import genomes_in_context
from tests.strategies import keys


def test_chords_tile_the_part_exactly(pool):
    for made in pool:
        edges = [0, *(span.end_ticks for span in made.part.harmony)]
        assert [span.onset_ticks for span in made.part.harmony] == edges[:-1]
        assert edges[-1] == made.part.length_ticks == made.context.length_ticks
        assert all(span.duration_ticks > 0 for span in made.part.harmony)


def test_chords_change_on_beat_groups_only(pool):
    for made in pool:
        meter = made.context.meter
        places = {span.onset_ticks % meter.bar_ticks for span in made.part.harmony}
        assert places <= set(meter.group_onsets_ticks)


def test_something_sounds_in_every_bar(pool):
    for made in pool:
        onsets = made.part.notes["onset_ticks"]
        ends = onsets + made.part.notes["duration_ticks"]
        bar_ticks = made.context.meter.bar_ticks
        for start in range(0, made.part.length_ticks, bar_ticks):
            assert ((onsets < start + bar_ticks) & (ends > start)).any(), made


def test_no_note_crosses_the_change_of_its_chord_or_the_end(pool):
    for made in pool:
        onsets = made.part.notes["onset_ticks"].astype(int)
        ends = onsets + made.part.notes["duration_ticks"]
        chord_ends = np.array([span.end_ticks for span in made.part.harmony])
        assert (ends <= chord_ends[np.searchsorted(chord_ends, onsets, side="right")]).all()


def test_there_are_no_drums_and_louder_strokes_are_on_accents(pool):
    for made in pool:
        assert not made.part.notes["is_drum"].any()
        assert made.part.notes["velocity"].min() >= made.genome.dynamic
    downbeats, others = [], []
    for made in pool:
        at_start = made.part.notes["onset_ticks"] % made.context.meter.bar_ticks == 0
        above = made.part.notes["velocity"].astype(int) - made.genome.dynamic
        downbeats += above[at_start].tolist()
        others += above[~at_start].tolist()
    assert np.mean(downbeats) > np.mean(others) + 5


@given(genomes_in_context("chords"), keys())
def test_another_tonic_moves_every_pitch_class_by_as_much(made, other):
    genome, context = made
    tonic = other.tonic_pitch_class
    moved = replace(context, key=Key(tonic, context.key.mode, other.tonic_name))
    here, there = render(genome, context), render(genome, moved)
    interval = tonic - context.key.tonic_pitch_class
    for span, other_span in zip(here.harmony, there.harmony, strict=True):
        assert {(pc + interval) % 12 for pc in span.pitch_classes} == set(other_span.pitch_classes)
        assert span.numeral == other_span.numeral
    onsets = (here.notes["onset_ticks"].tolist(), there.notes["onset_ticks"].tolist())
    assert set(onsets[0]) == set(onsets[1])


@given(genomes_in_context("chords"))
def test_tempo_title_and_energy_change_no_tick(made):
    genome, context = made
    section = Section("another", context.section.bars, 1 - context.section.energy)
    other = replace(context, tempo_bpm=context.tempo_bpm + 20, section=section)
    assert render(genome, other) == render(genome, context)


@given(genomes_in_context("chords"))
def test_the_description_is_the_harmony_bar_by_bar(made):
    genome, context = made
    told = describe(genome, context)
    harmony = render(genome, context).harmony
    assert list(chain(*told["numerals"])) == [span.numeral for span in harmony]
    assert list(chain(*told["chords"])) == [span.name for span in harmony]
    assert len(told["numerals"]) == len(told["patterns"]) == context.section.bars
    assert json.loads(json.dumps(told)) == told


def test_another_mode_is_refused(c_major):
    genome, _ = CHORDS.random(c_major, np.random.default_rng(0))
    with pytest.raises(ValueError, match="made for"):
        render(genome, replace(c_major, key=Key.parse("C dorian")))
