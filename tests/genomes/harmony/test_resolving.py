"""What rendering makes of tones that don't fit, by hand."""

import pytest

from genomes.context import Context, Section
from genomes.harmony.genome import (
    DRONE,
    LINE,
    PAD,
    STRUCK,
    SUSPENDED,
    TIED,
    HarmonyGenome,
    Layer,
    Tone,
    tones_of,
)
from genomes.harmony.rendering import settled
from genomes.keys import Key
from genomes.notes import ChordSpan, Part
from genomes.time import Meter
from tests.genomes.calls import render, replace

BAR = 1920
CHORDS = {"C": (0, 4, 7), "F": (5, 9, 0), "G": (7, 11, 2), "Am": (9, 0, 4)}


def context(chords, melody=(), bass=()):
    """Bars of 4/4 in C, one chord each; melody and bass as onset, duration, pitch."""
    names = chords.split()
    length = BAR * len(names)
    spans = [
        ChordSpan(i * BAR, BAR, CHORDS[name][0], CHORDS[name][0], CHORDS[name], name, name)
        for i, name in enumerate(names)
    ]
    parts = [("chords", Part.of([(0, length, 40, 60)], length, spans))]
    for stage, rows in (("bass", bass), ("melody", melody)):
        if rows:
            parts.append((stage, Part.of([(*row, 90) for row in rows], length)))
    section = Section("verse", len(names))
    return Context(Key.parse("C major"), Meter(4, 4), 100, section, tuple(parts))


def genome(*bars):
    """One list of tones a bar, as onset, duration, pitch and maybe a link; one texture each."""
    return HarmonyGenome("4/4", tuple(_bar(tones) for tones in bars), 52)


def _bar(tones, texture=LINE, voice=3):
    made = tuple(Tone(at, lasts, voice, pitch, *link) for at, lasts, pitch, *link in tones)
    return (Layer(texture, made),) if made else ()


def heard(made, where):
    return [tuple(row)[:3] for row in render(made, where).notes.tolist()]


def test_what_fits_stays():
    assert heard(genome([(0, BAR, 64)]), context("C")) == [(0, BAR, 64)]


def test_a_strong_cell_takes_the_nearest_chord_tone():
    assert heard(genome([(0, BAR, 65)]), context("C")) == [(0, BAR, 64)]
    assert heard(genome([(480, 480, 69)]), context("C")) == [(480, 480, 67)]


def test_a_weak_cell_takes_any_note_of_the_key():
    assert heard(genome([(240, 240, 65)]), context("C")) == [(240, 240, 65)]
    assert heard(genome([(240, 240, 66)]), context("C")) == [(240, 240, 65)]


def test_a_weak_note_that_holds_over_a_strong_cell_has_to_fit_there():
    assert heard(genome([(240, 480, 65)]), context("C")) == [(240, 480, 64)]


def test_a_note_gives_way_to_a_long_melody_note_and_not_to_a_short_one():
    long, short = context("C", [(0, 960, 65)]), context("C", [(0, 240, 65)])
    assert heard(genome([(0, 960, 64)]), long) == [(0, 960, 67)]
    assert heard(genome([(0, 960, 64)]), short) == [(0, 960, 64)]


def test_a_note_ends_where_nothing_fits_any_more():
    where = context("C", [(960, 960, 65), (960, 960, 68), (960, 960, 73)])
    assert heard(genome([(0, BAR, 67)]), where) == [(0, 960, 67)]


def test_parallels_with_the_melody_are_led_elsewhere():
    where = context("C C", [(0, 960, 72), (BAR, 960, 76)])
    assert heard(genome([(0, 960, 60)], [(0, 960, 64)]), where)[0] == (0, 960, 60)
    assert heard(genome([(0, 960, 60)], [(0, 960, 64)]), where)[1][2] != 64


def test_parallels_with_the_bass_bind_the_lowest_voice_alone():
    where = context("C F", bass=[(0, BAR, 36), (BAR, BAR, 41)])
    line = Layer(LINE, (Tone(0, BAR, 3, 60),)), Layer(LINE, (Tone(0, BAR, 3, 65),))
    low = Layer(DRONE, (Tone(0, BAR, 0, 52),)), Layer(DRONE, (Tone(0, BAR, 0, 53),))
    alone = HarmonyGenome("4/4", tuple((layer,) for layer in line), 52)
    above = HarmonyGenome("4/4", tuple(zip(low, line, strict=True)), 52)
    assert heard(alone, where)[1][2] != 65
    assert heard(above, where)[-1][2] == 65


def test_voices_do_not_cross():
    """The lower voice has its way; the upper one goes above it, or rests where that is too far."""

    def pad(upper):
        layer = Layer(PAD, (Tone(0, BAR, 1, 67), Tone(0, BAR, 2, upper)))
        return HarmonyGenome("4/4", ((layer,),), 52)

    assert heard(pad(66), context("C")) == [(0, BAR, 67), (0, BAR, 72)]
    assert heard(pad(60), context("C")) == [(0, BAR, 67)]


def test_a_tied_tone_is_held_through_a_common_tone():
    bars = [(0, BAR, 60)], [(0, BAR, 64, TIED)]
    assert heard(genome(*bars), context("C F")) == [(0, 2 * BAR, 60)]
    assert heard(genome(*bars), context("C G")) == [(0, BAR, 60), (BAR, BAR, 62)]


def test_a_struck_tone_is_not_held():
    bars = [(0, BAR, 60)], [(0, BAR, 60, STRUCK)]
    assert heard(genome(*bars), context("C F")) == [(0, BAR, 60), (BAR, BAR, 60)]


def test_a_suspension_is_held_over_and_falls():
    bars = [(0, BAR, 60)], [(0, BAR, 64, SUSPENDED)]
    assert heard(genome(*bars), context("C G")) == [(0, BAR + 480, 60), (BAR + 480, 1440, 59)]


def test_a_suspension_without_a_step_to_fall_is_none():
    bars = [(0, BAR, 64)], [(0, BAR, 64, SUSPENDED)]
    assert heard(genome(*bars), context("C F")) == [(0, BAR, 64), (BAR, BAR, 65)]


def test_a_suspension_that_would_fall_into_parallels_is_none():
    where = context("C G", [(0, 480, 72), (BAR + 480, 480, 71)])
    bars = [(0, BAR, 60)], [(0, BAR, 59, SUSPENDED)]
    assert heard(genome(*bars), where) == [(0, BAR, 60), (BAR, BAR, 59)]


def test_something_sounds_even_where_no_tone_fits():
    where = context("C", [(0, BAR, pitch) for pitch in range(59, 75)])
    assert heard(genome([(0, BAR, 60)]), where) == [(0, 480, 48)]


def test_a_settled_genome_tells_what_has_become_of_its_tones():
    made = genome([(0, BAR, 61)], [(0, BAR, 64, TIED)], [(0, BAR, 64, TIED)])
    still = settled(made, context("C F G"))
    links = [tone.link for bar in still.bars for tone in tones_of(bar)]
    assert links == [TIED if link else STRUCK for link in (0, 1, 0)]
    assert [tone.pitch for bar in still.bars for tone in tones_of(bar)][:2] == [60, 60]


@pytest.mark.parametrize("swing", [0.0, 0.5, 1.0])
def test_off_beats_come_with_the_approved_parts(swing):
    plain = context("C")
    drums = Part.of([], plain.length_ticks, is_drum=True, swing=swing)
    where = replace(plain, parts=(*plain.parts, ("drums", drums)))
    assert heard(genome([(240, 240, 67)]), where)[0][0] == 240 + round(80 * swing)
