"""Scores: staves to music21's streams, and those to MusicXML."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from statistics import median

from music21 import (
    chord,
    clef,
    expressions,
    instrument,
    key,
    metadata,
    meter,
    note,
    percussion,
    pitch,
    stream,
    tempo,
    tie,
)
from music21.common.numberTools import opFrac
from music21.musicxml.m21ToXml import ScoreExporter

from engine.notation.documents import document, legal
from engine.notation.percussion import drum_sign
from engine.notation.staff import Piece, staff
from genomes.keys import LETTER_PITCH_CLASSES, MAJOR_FIFTHS, Key
from genomes.midi import DRUM_CHANNEL, Conductor, Track
from genomes.time import MICROSECONDS_PER_MINUTE, TICKS_PER_QUARTER, Meter

Staff = tuple[tuple[Piece, ...], ...]

# The clef of a staff whose median pitch is below this.
CLEFS = (
    (43, clef.Bass8vbClef),
    (57, clef.BassClef),
    (88, clef.TrebleClef),
    (128, clef.Treble8vaClef),
)

# What MusicXML calls a mode that has no name of its own.
MODE_NAMES = {"harmonic_minor": "minor", "melodic_minor": "minor"}

# The letters along the line of fifths, from the fewest sharps.
LETTERS_BY_FIFTHS = sorted(MAJOR_FIFTHS, key=lambda letter: MAJOR_FIFTHS[letter])
FEWEST_FIFTHS = min(MAJOR_FIFTHS.values())

# The twelve notes of a signature are those from three fifths below its major tonic to eight above:
# in C the chromatic ones are E flat, B flat, F sharp, C sharp and G sharp.
FIFTHS_BELOW = 3

SEMITONES_PER_FIFTH = 7


def score_bytes(tracks: Sequence[Track], conductor: Conductor, length_ticks: int) -> bytes:
    """The tracks as a MusicXML file."""
    bars = -(-length_ticks // conductor.meter.bar_ticks)
    staves = [staff(track, conductor.meter, bars) for track in tracks]
    score = stream.Score(id="score")
    score.metadata = metadata.Metadata(title=legal(conductor.title))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 warns of what it corrects itself
        for number, (track, bars_of_track) in enumerate(zip(tracks, staves, strict=True)):
            score.insert(0, _part(track, bars_of_track, conductor, number))
        root = ScoreExporter(score, makeNotation=False).parse()
    strokes = [
        _strokes(bars_of_track) if track.channel == DRUM_CHANNEL else ()
        for track, bars_of_track in zip(tracks, staves, strict=True)
    ]
    return document(root, tracks, strokes, conductor.texts)


def _strokes(bars: Staff) -> tuple[int, ...]:
    """The drums of a staff in the order in which they are written."""
    return tuple(drum for bar in bars for piece in bar for drum in piece.pitches)


def _part(track: Track, bars: Staff, conductor: Conductor, number: int) -> stream.Part:
    part = stream.Part(id=f"P{number + 1}")
    part.partName = legal(track.name)
    part.insert(0, _instrument(number))
    fifths = conductor.key.signature_fifths
    for index, pieces in enumerate(bars):
        measure = stream.Measure(number=index + 1)
        offset_ticks = index * conductor.meter.bar_ticks
        if index == 0:
            _add_signatures(measure, track, conductor)
        for general_note in _notes(pieces, fifths, is_drums=track.channel == DRUM_CHANNEL):
            measure.append(general_note)
        if number == 0:
            _add_marks(measure, conductor, offset_ticks)
        part.insert(_quarters(offset_ticks), measure)
    part.makeAccidentals(inPlace=True)
    part.makeBeams(inPlace=True)
    for measure in part.getElementsByClass(stream.Measure):
        stream.makeNotation.makeTupletBrackets(measure, inPlace=True)
    return part


def _instrument(number: int) -> instrument.Instrument:
    """A placeholder with a channel of its own, so that music21 assigns none; see ``documents``."""
    placeholder = instrument.Instrument()
    placeholder.partId = f"P{number + 1}"
    placeholder.instrumentId = f"P{number + 1}-I1"
    placeholder.midiChannel = number
    return placeholder


def _add_signatures(measure: stream.Measure, track: Track, conductor: Conductor) -> None:
    """Clef, key signature and time signature."""
    is_drums = track.channel == DRUM_CHANNEL
    measure.clef = clef.PercussionClef() if is_drums else _clef(track)
    measure.keySignature = _key(conductor.key)
    measure.timeSignature = _time_signature(conductor.meter)


def _clef(track: Track) -> clef.Clef:
    pitches = track.part.notes["pitch"].tolist()
    middle = median(pitches) if pitches else 60
    return next(sign for above, sign in CLEFS if middle < above)()


def _key(written: Key) -> key.Key:
    mode = MODE_NAMES.get(written.mode, written.mode)
    return key.KeySignature(written.signature_fifths).asKey(mode)


def _time_signature(written: Meter) -> meter.TimeSignature:
    """The signature, beamed by beat groups where those are of several units."""
    signature = meter.TimeSignature(str(written))
    if len(written.groups) < written.numerator:
        groups = "+".join(f"{size}/{written.denominator}" for size in written.groups)
        signature.beamSequence = meter.MeterSequence(groups)
    return signature


def _add_marks(measure: stream.Measure, conductor: Conductor, offset_ticks: int) -> None:
    """The tempo at the start, its changes, and a rehearsal mark for each marker of the bar."""
    if offset_ticks == 0:
        measure.insert(0, tempo.MetronomeMark(number=conductor.tempo_bpm))
    for index, (onset, microseconds) in enumerate(conductor.tempo_changes):
        if offset_ticks <= onset < offset_ticks + conductor.meter.bar_ticks:
            tempo_bpm = round(MICROSECONDS_PER_MINUTE / microseconds, 1)
            slower = tempo.MetronomeMark("rit." if index == 0 else None, number=tempo_bpm)
            measure.insert(_quarters(onset - offset_ticks), slower)
    for onset, text in conductor.markers:
        if offset_ticks <= onset < offset_ticks + conductor.meter.bar_ticks:
            mark = expressions.RehearsalMark(legal(text))
            measure.insert(_quarters(onset - offset_ticks), mark)


def _notes(pieces: Sequence[Piece], fifths: int, *, is_drums: bool) -> Iterator[note.GeneralNote]:
    """The notes, chords and rests of one bar."""
    if not any(piece.pitches for piece in pieces):
        length_ticks = sum(piece.duration_ticks for piece in pieces)
        rest = note.Rest(quarterLength=_quarters(length_ticks))
        rest.fullMeasure = True
        yield rest
        return
    for piece in pieces:
        made = _drum_strokes(piece) if is_drums else _chord(piece, fifths)
        made.quarterLength = _quarters(piece.duration_ticks)
        if piece.lyric and piece.pitches:
            text = legal(piece.lyric)
            made.lyrics = [note.Lyric(text=text, applyRaw=True, syllabic=piece.syllabic)]
        yield made


def _drum_strokes(piece: Piece) -> note.GeneralNote:
    """One drum or several at once."""
    struck = []
    for drum in piece.pitches:
        sign = drum_sign(drum)
        stroke = note.Unpitched(displayName=sign.position)
        stroke.notehead = sign.notehead
        struck.append(_tied(stroke, drum, piece))
    if not struck:
        return _rest()
    return struck[0] if len(struck) == 1 else percussion.PercussionChord(struck)


def _chord(piece: Piece, fifths: int) -> note.GeneralNote:
    """A rest, a note or a chord."""
    notes = []
    for sounding in piece.pitches:
        letter, alteration, octave = spelled(sounding, fifths)
        written = pitch.Pitch(letter, octave=octave)
        if alteration:
            written.accidental = pitch.Accidental(alteration)
        notes.append(_tied(note.Note(written), sounding, piece))
    if not notes:
        return _rest()
    return notes[0] if len(notes) == 1 else chord.Chord(notes)


def _rest() -> note.Rest:
    rest = note.Rest()
    rest.fullMeasure = False
    return rest


def _tied(single: note.NotRest, sounding: int, piece: Piece) -> note.NotRest:
    back, on = sounding in piece.tied_back, sounding in piece.tied_on
    if back or on:
        single.tie = tie.Tie("continue" if back and on else "start" if on else "stop")
    return single


def _quarters(ticks: int) -> float:
    quarters: float = opFrac(ticks / TICKS_PER_QUARTER)
    return quarters


def spelled(pitch: int, signature_fifths: int) -> tuple[str, int, int]:
    """The spelling of a pitch in a key signature.

    Args:
        pitch: MIDI note number.
        signature_fifths: of the key signature, -7 to 7.

    Returns:
        The letter, its alteration in semitones, and the octave (4 begins at middle C).
    """
    lowest = signature_fifths - FIFTHS_BELOW
    fifths = lowest + (SEMITONES_PER_FIFTH * pitch - lowest) % 12
    alteration, place = divmod(fifths - FEWEST_FIFTHS, len(LETTERS_BY_FIFTHS))
    letter = LETTERS_BY_FIFTHS[place]
    octave = (pitch - alteration - LETTER_PITCH_CLASSES[letter]) // 12 - 1
    return letter, alteration, octave
