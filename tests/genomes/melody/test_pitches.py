"""Which pitches are sung over which chords."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from genomes.keys import Key
from genomes.melody.chord_scales import chord_scale_of
from genomes.melody.genes import DISSONANCE_TREATMENTS, Phrase
from genomes.melody.singers import range_of
from genomes.notes import ChordSpan, Part
from tests.genomes.calls import render, replace
from tests.genomes.contexts import spread_contexts, with_parts
from tests.genomes.melody.conftest import chorded, melody, phrase_of, wordless
from tests.genomes.stages import STAGES, genomes_in_context


def pitches(genome, context):
    return render(genome, context).notes["pitch"].tolist()


def sung_over(text, chords, key="C major", **genes):
    """One phrase over chords, from its first tone's home on."""
    bars = len(chords.split())
    context = replace(chorded(chords, key), singer="soprano")
    return pitches(melody([phrase_of(text, bars)], [Phrase(0, bars)], **genes), context)


def chord(root, *classes):
    return ChordSpan(0, 480, root, root, (root, *classes), "", "")


@pytest.mark.parametrize(
    ("key", "span", "classes"),
    [
        ("C major", chord(0, 4, 7), {0, 2, 4, 5, 7, 9, 11}),
        ("C minor", chord(7, 11, 2), {0, 2, 3, 5, 7, 8, 11}),  # the leading tone
        ("C major", chord(9, 1, 4, 7), {1, 2, 4, 5, 7, 9, 11}),  # V7/ii
        ("C major", chord(8, 0, 3), {0, 2, 3, 5, 7, 8, 11}),  # bVI
        ("C major", chord(1, 5, 8), {0, 1, 4, 5, 7, 8, 11}),  # bII
        ("C major", chord(6, 9, 0), {0, 2, 4, 6, 7, 9, 11}),  # viio/V
        ("A minor", chord(8, 11, 2, 5), {9, 11, 0, 2, 4, 5, 8}),  # viio7
        ("C major", chord(5, 8, 0), {0, 2, 4, 5, 7, 8, 11}),  # iv
    ],
)
def test_the_chords_notes_take_the_place_of_the_scales(key, span, classes):
    assert chord_scale_of(Key.parse(key), span).classes == classes


@given(genomes_in_context("melody"))
def test_nothing_sour_is_sung(made):
    """Every note is one of the key's or of a chord that sounds while it does."""
    genome, context = made
    for onset, duration, pitch, _, _ in render(genome, context).notes.tolist():
        heard = {
            pitch_class
            for span in context.harmony
            if onset - 200 < span.end_ticks and span.onset_ticks < onset + duration + 200
            for pitch_class in span.pitch_classes
        }
        assert pitch % 12 in context.key.scale_pitch_classes | heard


def test_steps_of_the_contour_are_steps_of_the_scale():
    line = sung_over("0+2:0 2+2:1 4+2:2 6+2:1 8+4:0", "I")
    assert line == [72, 74, 76, 74, 72]


def test_over_a_minor_dominant_the_leading_tone_is_sung():
    line = sung_over("0+4:0 16+2:1 18+2:2 20+8:-1", "i V", "C minor")
    assert 71 in line
    assert 70 not in line


@pytest.mark.parametrize(("leaning", "sung"), [("plain", {60, 64}), ("leaning", {62})])
def test_a_dissonance_stands_on_a_strong_place_where_it_may_lean(leaning, sung):
    """Beat 3 on a second above the root that falls to it."""
    line = sung_over("0+4:0 8+4:-1 12+4:-2", "I", leaning=leaning, home=2)
    assert line[1] in sung


def test_phrases_begin_and_end_in_their_chord():
    line = sung_over("0+2:0 2+2:1 4+2:3 6+2:1", "I", home=0)
    assert {line[0] % 12, line[-1] % 12} <= {0, 4, 7}


@pytest.mark.parametrize(("cadence", "pitch_class"), [("root", 7), ("third", 11), ("fifth", 2)])
def test_cadences_name_the_note_of_the_chord(cadence, pitch_class):
    context = chorded("V")
    genome = melody([phrase_of("0+4:0 8+4:1")], [Phrase(0, 1, cadence=cadence)])
    assert pitches(genome, context)[-1] % 12 == pitch_class


@pytest.mark.parametrize(("text", "sung"), [("8+24:0", {0, 7}), ("8+8:0", {11})])
def test_a_note_held_into_the_next_chord_belongs_there(text, sung):
    """The leading tone over G isn't held on over C major."""
    genome = melody([phrase_of(text, 2)], [Phrase(0, 2, -1)])
    (pitch,) = pitches(genome, chorded("V I"))
    assert pitch % 12 in sung


def test_the_section_before_is_carried_on():
    """The first note lies near the last one before; the same melody begins elsewhere without."""
    rng = np.random.default_rng(8)
    near = 0
    for plain in spread_contexts(120, rng):
        context = with_parts(plain, rng)
        genome = STAGES["melody"].evolved(context, rng, 2)
        last = int(rng.integers(*range_of("")))
        before = Part.of([(0, 60, last, 80)], 60)
        first = pitches(genome, replace(context, before=before))[0]
        assert abs(first - last) <= 9
        near += abs(first - last) <= 4
    assert near > 85


def test_another_singers_section_before_is_carried_on_in_the_octave():
    context = replace(chorded("I"), singer="soprano", before=Part.of([(0, 60, 48, 80)], 60))
    genome = melody([phrase_of("0+4:0")], [Phrase(0, 1)])
    assert pitches(genome, context) == [60]


@given(wordless())
def test_phrases_begin_near_the_end_of_the_last(made):
    genome, context = made
    notes = [row[:3] for row in render(genome, context).notes.tolist()]
    starts, bar = set(), 0
    for phrase in genome.phrases[1:]:
        bar += genome.phrases[len(starts)].bars
        starts.add(bar * context.meter.bar_ticks)
        assert phrase.bars
    for (first, _, one), (second, _, two) in pairwise(notes):
        if any(first < start <= second for start in starts):
            assert abs(two - one) <= 14


def test_every_leaning_is_told_apart():
    assert (
        len(
            {
                (leaning.consonant_weight, leaning.resolves)
                for leaning in DISSONANCE_TREATMENTS.values()
            }
        )
        == 5
    )
