"""Chord symbols: every name that the chords of a song can have is read back from a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from music21.harmony import NoChord

from engine.notation import musicxml
from genomes.chord_symbols import KINDS, NO_CHORD, read_symbol, symbols_by_bar
from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions, max_inversion, name
from genomes.keys import SCALES, Key
from genomes.midi import Conductor, Track
from genomes.notes import ChordSpan, Part
from genomes.time import Meter
from tests import strategies
from tests.engine.notation import scores

FLUTE = 73
FOUR = Meter(4, 4)


def span(onset, duration, written):
    """A chord of which only the name matters."""
    return ChordSpan(onset, duration, 0, 0, (0, 4, 7), "I", written)


def every_name(key):
    """The names of all chords of a key."""
    for token in functions(key.mode):
        for extension in extensions(key.mode, token):
            for inversion in range(max_inversion(extension) + 1):
                yield name(Chord(token, extension, inversion), key)


@pytest.mark.parametrize("mode", SCALES)
@given(key=strategies.keys())
def test_every_name_has_a_kind(mode, key):
    key = Key(key.tonic_pitch_class, mode, key.tonic_name)
    for written in every_name(key):
        symbol = read_symbol(written)
        assert symbol is not None
        assert symbol.kind.musicxml != "other"


def test_every_kind_is_read_back():
    names = [f"F#{suffix}/A" for suffix in KINDS]
    length = len(names) * FOUR.bar_ticks
    harmony = [span(bar * 1920, 1920, written) for bar, written in enumerate(names)]
    track = Track("line", Part.of([(0, 480, 60, 80)], length, harmony), FLUTE)
    conductor = Conductor("T", Key.parse("D major"), FOUR, 120.0)
    (part,) = scores.reopened(musicxml([track], conductor, length)).parts
    read = scores.symbols(part)
    assert [(text or "", root, bass) for _, _, text, root, bass in read] == [
        (suffix, "F#", "A") for suffix in KINDS
    ]
    assert [onset for onset, *_ in read] == [bar * 1920 for bar in range(len(names))]


def test_a_chord_stands_where_it_changes_and_where_a_section_begins():
    harmony = [span(0, 960, "Am"), span(960, 2880, "Bb7/D"), span(3840, 1920, "Bb7/D")]
    tracks = [
        Track("Chords", Part.of([(0, 1920, 48, 80)], 3 * 1920, harmony), 30),
        Track("Melody", Part.of([(480, 480, 70, 80)], 3 * 1920), FLUTE),
    ]
    conductor = Conductor("T", Key.parse("D minor"), FOUR, 120.0, ((0, "A"), (3840, "B")))
    top, below = scores.reopened(musicxml(tracks, conductor, 3 * 1920)).parts
    assert top.partName == "Melody"
    assert [(onset, text, root, bass) for onset, _, text, root, bass in scores.symbols(top)] == [
        (0, "m", "A", "A"),
        (960, "7", "B-", "D"),
        (3840, "7", "B-", "D"),
    ]
    assert scores.symbols(below) == []


def test_names_that_are_no_chords_are_left_out():
    assert read_symbol("N.C.") is None
    assert symbols_by_bar([span(0, 100, "C")], FOUR, 2) == [((0, "C"),), ()]


def test_a_stretch_without_a_chord_is_read_back_as_one():
    harmony = [span(0, 1920, "Am"), span(1920, 1920, NO_CHORD), span(3840, 1920, "Am")]
    track = Track("line", Part.of([(0, 480, 60, 80)], 3 * 1920, harmony), FLUTE)
    conductor = Conductor("T", Key.parse("A minor"), FOUR, 120.0)
    (part,) = scores.reopened(musicxml([track], conductor, 3 * 1920)).parts
    read = list(part.recurse().getElementsByClass("Harmony"))
    assert [isinstance(each, NoChord) for each in read] == [False, True, False]
    assert [each.getOffsetInHierarchy(part) for each in read] == [0, 4, 8]
