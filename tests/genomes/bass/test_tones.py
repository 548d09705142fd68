"""Tones are found in the chord that sounds where the note begins."""

from itertools import pairwise

import pytest
from hypothesis import given

from genomes.bass.genome import REGISTERS
from genomes.bass.tones import (
    CHORD_TONES,
    HIGHEST_PITCH,
    LEADS,
    LOWEST_PITCH,
    PEDALS,
    TONES,
    chord_pitches,
)
from genomes.keys import PLAIN_NAMES
from genomes.notes import Part
from tests.genomes.bass.conftest import line, notes_of, pitches_of
from tests.genomes.calls import replace
from tests.genomes.contexts import over
from tests.genomes.stages import contexts_for, genomes_in_context


def names_of(genome, context):
    return [PLAIN_NAMES[pitch % 12] for pitch in pitches_of(genome, context)]


@pytest.mark.parametrize(
    ("tone", "names"),
    [
        ("root", "C A F G"),
        ("bass", "C A A G"),
        ("third", "E C A B"),
        ("fifth", "G E C D"),
        ("colour", "E C A F"),  # the seventh of G7, the third of what has no more
        ("above", "D B G A"),
        ("below", "B G E F"),
        ("tonic", "C C C C"),
        ("dominant", "G G G G"),
    ],
)
def test_a_tone_is_of_the_chord_of_its_bar(tone, names):
    context = over("C Am F/A G7")
    assert names_of(line(" | ".join([f"0:{tone}"] * 4)), context) == names.split()


@pytest.mark.parametrize(
    ("tone", "names"),
    [
        ("half_below", "Ab E F# B"),
        ("half_above", "Bb F# Ab C#"),
        ("step_below", "G E F B"),
        ("step_above", "B G A D"),
        ("fifth_above", "E C D G"),
        ("ahead", "A F G C"),
    ],
)
def test_a_lead_goes_to_the_next_chord_and_the_last_to_the_first(tone, names):
    context = over("C Am F/A G7")
    assert names_of(line(" | ".join([f"12:{tone}"] * 4)), context) == names.split()


@pytest.mark.parametrize("tone", LEADS)
def test_a_lead_waits_until_the_change_is_near(tone):
    instead = "C A F G" if tone == "ahead" else "G E C D"
    context = over("C Am F G")
    assert names_of(line(" | ".join([f"4:{tone}"] * 4)), context) == instead.split()


def test_a_lead_by_step_is_a_step_away():
    context = over("C Am F G")
    for tone in ("half_below", "half_above", "step_below", "step_above"):
        pitches = pitches_of(line(f"0:root 12:{tone} | 0:root | |"), context)
        assert abs(pitches[1] - pitches[2]) in {1, 2}


@pytest.mark.parametrize(("tone", "name"), [("root", "F#"), ("bass", "Bb")])
def test_a_lead_goes_to_the_root_or_the_bass_that_follows_it(tone, name):
    """Half a step above what is played next: F, or the A under it."""
    context = over("C F/A")
    assert names_of(line(f"0:root 12:half_above | 0:{tone}"), context)[1] == name


def test_the_chord_is_the_one_at_the_onset_within_a_bar():
    context = over("C F", meter="2/4")
    genome = line("0:root 4:fifth | 0:root 4:third", cells_per_bar=8)
    assert names_of(genome, context) == ["C", "G", "F", "A"]


def test_roots_go_to_the_nearest_octave():
    """C B A G F comes down by step; nothing jumps to another octave to be in one."""
    pitches = pitches_of(line(" | ".join(["0:bass"] * 5), register=43), over("C C/B Am C/G F"))
    assert [b - a for a, b in pairwise(pitches)] == [-1, -2, -2, -2]


@given(contexts_for("bass"))
def test_roots_never_jump_an_octave_in_any_register(context):
    for register in REGISTERS:
        stands = chord_pitches(context.harmony, context.key, register, register)
        roots = [stand.far["root"] for stand in stands]
        assert all(abs(b - a) <= 11 for a, b in pairwise(roots))
        assert all(28 <= root <= register + 11 for root in roots)
        for stand, span in zip(stands, context.harmony, strict=True):
            assert stand.far["root"] % 12 == span.root_pitch_class
            assert stand.far["bass"] % 12 == span.bass_pitch_class
            for tone in CHORD_TONES:
                assert stand.far[tone] % 12 in span.pitch_classes


@given(contexts_for("bass"))
def test_pedals_stay_where_they_are(context):
    for register in REGISTERS:
        stands = chord_pitches(context.harmony, context.key, register, register)
        for pedal in PEDALS:
            assert len({stand.far[pedal] for stand in stands}) == 1


@given(genomes_in_context("bass"))
def test_octaves_only_move_by_octaves(made):
    genome, context = made
    stands = chord_pitches(context.harmony, context.key, genome.register, genome.register)
    for stand in stands:
        for tone in TONES:
            found = [stand.pitch(tone, octave, stand.end_ticks - 1) for octave in (-1, 0, 1)]
            assert len({pitch % 12 for pitch in found}) == 1
            assert all(LOWEST_PITCH <= pitch <= HIGHEST_PITCH for pitch in found)


def test_an_octave_gene_is_an_octave():
    pitches = pitches_of(line("0:root 8:root+ | | |"), over("C Am F G"))
    assert pitches[1] - pitches[0] == 12


def test_the_line_carries_on_from_the_section_before():

    context = over("C Am F G")
    genome = line("0:root | | |", register=43)
    for last in (36, 48):
        before = Part.of([(0, 480, last, 80)], 1920)
        assert notes_of(genome, replace(context, before=before))[0][2] == last
