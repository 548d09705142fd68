"""What holds for every genome, whatever made it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from genomes.harmony import HarmonyGenome
from genomes.harmony.rendering import settled, voices
from genomes.harmony.tables import TEXTURES, VOICES
from tests.genomes.harmony.laws import (
    clashes_in,
    crossings_in,
    dissonances_in,
    parallels_in,
)
from tests.genomes.harmony.songs import genomes_in_context
from tests.strategies import law


@law
@given(genomes_in_context())
def test_parts_fill_the_section_in_range_and_are_never_silent(made):
    genome, context = made
    part = genome.render(context)
    assert part.length_ticks == context.length_ticks
    assert len(part.notes)
    assert part.notes["pitch"].min() >= min(t.lowest_pitch for t in TEXTURES.values())
    assert part.notes["pitch"].max() <= max(t.highest_pitch for t in TEXTURES.values())
    assert part.harmony == context.harmony
    assert part.swing == context.swing
    assert genome.render(context) == part


@law
@given(genomes_in_context())
def test_every_tone_is_in_the_range_of_its_texture(made):
    genome, context = made
    for bar in settled(genome, context).bars:
        for layer in bar.layers:
            known = TEXTURES[layer.texture]
            assert all(known.lowest_pitch <= t.pitch <= known.highest_pitch for t in layer.tones)


@law
@given(genomes_in_context())
def test_no_parallel_fifths_octaves_or_unisons(made):
    assert parallels_in(*made) == []


@law
@given(genomes_in_context())
def test_voices_sing_one_note_at_a_time_and_never_cross(made):
    genome, context = made
    for line in voices(genome, context):
        ends = [0, *(note.end_ticks for note in line)]
        assert all(end <= note.onset_ticks for end, note in zip(ends, line, strict=False))
    assert len(voices(genome, context)) == VOICES
    assert crossings_in(genome, context) == []


@law
@given(genomes_in_context())
def test_nothing_rubs_against_a_long_melody_note(made):
    genome, context = made
    assert clashes_in(genome.render(context), context) == []


@law
@given(genomes_in_context())
def test_strong_cells_have_chord_tones_or_suspensions_that_fall(made):
    assert all(dissonances_in(*made))


@law
@given(genomes_in_context())
def test_velocities_stay_below_the_melody(made):
    genome, context = made
    melody = context.part("melody")
    if melody is not None:
        assert genome.render(context).notes["velocity"].max() < np.median(melody.notes["velocity"])


@law
@given(genomes_in_context())
def test_settled_genomes_sound_the_same_and_stay(made):
    genome, context = made
    still = settled(genome, context)
    assert still.render(context) == genome.render(context)
    assert settled(still, context) == still


@law
@given(genomes_in_context())
def test_a_payload_is_plain_and_gives_back_the_genome(made):
    genome, context = made
    payload = json.loads(json.dumps(genome.to_payload()))
    assert HarmonyGenome.from_payload(payload) == genome
    told = genome.describe(context)
    assert json.loads(json.dumps(told)) == told
    assert sum(map(len, told["notes"])) == len(genome.render(context).notes)


@law
@given(genomes_in_context(max_bars=3))
def test_a_genome_is_played_only_where_it_was_made_for(made):
    genome, context = made
    longer = replace(context, section=replace(context.section, bars=context.section.bars + 1))
    with pytest.raises(ValueError, match="made for"):
        genome.render(longer)
