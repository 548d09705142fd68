"""What holds for every genome, whatever made it."""

import numpy as np
from hypothesis import given

from genomes.harmony.genome import TEXTURES, VOICES
from genomes.harmony.rendering import settled, voices
from tests.genomes.calls import render
from tests.genomes.harmony.laws import (
    clashes_in,
    crossings_in,
    dissonances_in,
    parallels_in,
)
from tests.genomes.stages import genomes_in_context


@given(genomes_in_context("harmony"))
def test_every_tone_is_in_the_range_of_its_texture(made):
    genome, context = made
    for bar in settled(genome, context).bars:
        for layer in bar:
            known = TEXTURES[layer.texture]
            assert all(known.lowest_pitch <= t.pitch <= known.highest_pitch for t in layer.tones)


@given(genomes_in_context("harmony"))
def test_no_parallel_fifths_octaves_or_unisons(made):
    assert parallels_in(*made) == []


@given(genomes_in_context("harmony"))
def test_voices_sing_one_note_at_a_time_and_never_cross(made):
    genome, context = made
    for line in voices(genome, context):
        ends = [0, *(note.end_ticks for note in line)]
        assert all(end <= note.onset_ticks for end, note in zip(ends, line, strict=False))
    assert len(voices(genome, context)) == VOICES
    assert crossings_in(genome, context) == []


@given(genomes_in_context("harmony"))
def test_nothing_rubs_against_a_long_melody_note(made):
    genome, context = made
    assert clashes_in(render(genome, context), context) == []


@given(genomes_in_context("harmony"))
def test_strong_cells_have_chord_tones_or_suspensions_that_fall(made):
    assert all(dissonances_in(*made))


@given(genomes_in_context("harmony"))
def test_velocities_stay_below_the_melody(made):
    genome, context = made
    melody = context.part("melody")
    if melody is not None:
        assert render(genome, context).notes["velocity"].max() < np.median(melody.notes["velocity"])


@given(genomes_in_context("harmony"))
def test_settled_genomes_sound_the_same_and_stay(made):
    genome, context = made
    still = settled(genome, context)
    assert render(still, context) == render(genome, context)
    assert settled(still, context) == still
