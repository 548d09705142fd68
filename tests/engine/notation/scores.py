"""What music21 reads in a MusicXML file, as plain values."""

from __future__ import annotations

import warnings
from fractions import Fraction

from music21 import converter, repeat
from music21.harmony import ChordSymbol
from music21.note import Unpitched

from genomes.time import TICKS_PER_QUARTER


def reopened(data):
    """The score in these bytes."""
    with warnings.catch_warnings():
        # music21 knows no instrument for some drums of General MIDI.
        warnings.filterwarnings("ignore", message=".*does not map to a valid instrument")
        return converter.parseData(data.decode("utf-8"), format="musicxml")


def staves(score):
    """``(name, staves)`` of every part, the two of a keyboard together."""
    names = dict.fromkeys(part.partName for part in score.parts)
    return [(name, [part for part in score.parts if part.partName == name]) for name in names]


def played(part):
    """A part as it is played, without repeat signs."""
    return repeat.Expander(part).process()


def measures(part):
    """The bars of a part."""
    return list(part.getElementsByClass("Measure"))


def symbols(part):
    """``(onset_ticks, kind, text, root, bass)`` of every chord symbol."""
    return [
        (
            ticks(symbol.getOffsetInHierarchy(part)),
            symbol.chordKind,
            symbol.chordKindStr,
            symbol.root().name,
            symbol.bass().name,
        )
        for symbol in part.recurse().getElementsByClass(ChordSymbol)
    ]


def sounding_elements(part):
    """The notes and chords of a part, without chord symbols."""
    return [element for element in part.flatten().notes if not isinstance(element, ChordSymbol)]


def bar_quarters(part):
    """How long the notes and rests of each bar are together, in exact quarters."""
    return [
        sum((written_quarters(each, bar) for each in notes_and_rests(bar)), Fraction(0))
        for bar in measures(part)
    ]


def notes_and_rests(bar):
    """The notes and rests of a bar, without chord symbols."""
    return [each for each in bar.notesAndRests if not isinstance(each, ChordSymbol)]


def written_quarters(note, bar):
    """The length of a note or rest; music21 stretches a whole rest after drums to the whole bar."""
    is_stretched = note.isRest and note.fullMeasure is True and len(notes_and_rests(bar)) > 1
    return Fraction(4) if is_stretched else Fraction(note.quarterLength).limit_denominator(96)


def single_notes(part):
    """``(offset_ticks, note)`` of every notehead."""
    for element in sounding_elements(part):
        for single in getattr(element, "notes", [element]):
            yield ticks(element.offset), single


def ticks(quarters):
    """Quarters as the nearest tick."""
    return round(float(quarters) * TICKS_PER_QUARTER)


def onsets_and_pitches(part):
    """``(onset_ticks, pitch)`` of every note that isn't tied to one before it."""
    return {
        (onset, single.pitch.midi)
        for onset, single in single_notes(part)
        if single.tie is None or single.tie.type == "start"
    }


def sounding(part):
    """``(onset_ticks, end_ticks, pitch)`` of every note, ties joined."""
    open_notes, found = {}, set()
    for element in sounding_elements(part):
        onset = ticks(element.offset)
        for single in getattr(element, "notes", [element]):  # a chord knows how long its notes are
            pitch = single.pitch.midi
            start = open_notes.pop(pitch, onset)
            if single.tie is not None and single.tie.type in {"start", "continue"}:
                open_notes[pitch] = start
            else:
                found.add((start, onset + ticks(element.quarterLength), pitch))
    assert open_notes == {}
    return found


def strokes(part):
    """``(onset_ticks, position, notehead)`` of every drum."""
    return {
        (onset, single.displayStep + str(single.displayOctave), single.notehead)
        for onset, single in single_notes(part)
        if isinstance(single, Unpitched)
    }


def only(part, name):
    """The one element of a class in a part."""
    (element,) = part.recurse().getElementsByClass(name)
    return element
