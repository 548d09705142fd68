"""Scores: staves to music21's streams, and those to MusicXML."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from music21 import (
    bar,
    chord,
    clef,
    expressions,
    harmony,
    instrument,
    key,
    layout,
    metadata,
    meter,
    note,
    percussion,
    pitch,
    spanner,
    stream,
    tempo,
    tie,
)
from music21.common.numberTools import opFrac
from music21.interval import Interval
from music21.musicxml.m21ToXml import ScoreExporter

from engine.notation.clefs import (
    BASS,
    BASS_8VB,
    PERCUSSION,
    TREBLE,
    TREBLE_8VA,
    TREBLE_8VB,
    Staff,
    score_order,
    staves_of,
)
from engine.notation.documents import document, legal
from engine.notation.form import WrittenBar, written_form
from engine.notation.percussion import drum_sign
from engine.notation.staff import Piece, staff
from genomes.chord_symbols import NO_CHORD, ChordSymbol, harmony_of, read_symbol, symbols_by_bar
from genomes.keys import Key, spelled
from genomes.midi import Conductor, Track
from genomes.notes import ChordSpan
from genomes.time import MICROSECONDS_PER_MINUTE, TICKS_PER_QUARTER, Meter

Bars = tuple[tuple[Piece, ...], ...]

CLEFS = {
    TREBLE: clef.TrebleClef,
    BASS: clef.BassClef,
    PERCUSSION: clef.PercussionClef,
    TREBLE_8VA: clef.Treble8vaClef,
    TREBLE_8VB: clef.Treble8vbClef,
    BASS_8VB: clef.Bass8vbClef,
}

# What MusicXML calls a mode that has no name of its own.
MODE_NAMES = {"harmonic_minor": "minor", "melodic_minor": "minor"}


@dataclass(frozen=True, slots=True)
class Song:
    """What all staves of a score have in common.

    Attributes:
        conductor: title, key, meter, tempo and markers.
        form: the bars to write.
        symbols: ``(onset_ticks, name)`` of the chords of each bar of the song.
        bars_per_line: where lines break, and at every marker; None where nothing says so.
    """

    conductor: Conductor
    form: Sequence[WrittenBar]
    symbols: Sequence[tuple[tuple[int, str], ...]]
    bars_per_line: int | None

    @property
    def first_bars(self) -> set[int]:
        """Bars of the song that begin a section."""
        return {onset // self.conductor.meter.bar_ticks for onset, _ in self.conductor.markers}


def score_bytes(
    tracks: Sequence[Track],
    conductor: Conductor,
    length_ticks: int,
    *,
    singer: str = "",
    chords: Sequence[ChordSpan] | None = None,
    bars_per_line: int | None = None,
) -> bytes:
    """The tracks as a MusicXML file; see ``engine.notation.musicxml``."""
    bars = -(-length_ticks // conductor.meter.bar_ticks)
    chords = harmony_of(track.part for track in tracks) if chords is None else chords
    tracks = sorted(tracks, key=score_order)
    staves = [staves_of(track, singer) for track in tracks]
    pieces = {each: staff(each.track, conductor.meter, bars) for hands in staves for each in hands}
    symbols = symbols_by_bar(chords, conductor.meter, bars)
    form = _form(list(pieces.values()), symbols, conductor)
    song = Song(conductor, form, symbols, bars_per_line)
    score = stream.Score(id="score")
    score.metadata = metadata.Metadata(title=legal(conductor.title))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 warns of what it corrects itself
        for number, hands in enumerate(staves):
            parts = [
                _part(each, pieces[each], song, number, hand) for hand, each in enumerate(hands)
            ]
            for part in parts:
                score.insert(0, part)
            if len(parts) > 1:
                score.insert(0, layout.StaffGroup(parts, symbol="brace", barTogether=True))
        root = ScoreExporter(score, makeNotation=False).parse()
    strokes = [_strokes(pieces[hands[0]], form) if hands[0].is_drums else () for hands in staves]
    return document(root, tracks, strokes, conductor.texts)


def _form(
    staves: Sequence[Bars],
    symbols: Sequence[tuple[tuple[int, str], ...]],
    conductor: Conductor,
) -> list[WrittenBar]:
    """The bars to write; silent ones and those of a change of tempo are never folded."""
    bar_ticks = conductor.meter.bar_ticks
    changes = {onset // bar_ticks for onset, _ in conductor.tempo_changes}
    music: list[Hashable] = []
    for index, said in enumerate(symbols):
        played = tuple(
            tuple(
                replace(p, onset_ticks=p.onset_ticks % bar_ticks, lyric="", syllabic="")
                for p in bars[index]
            )
            for bars in staves
        )
        is_silent = not any(piece.pitches for bars in played for piece in bars)
        music.append(index if is_silent or index in changes else (played, said))
    return written_form(music, [onset // bar_ticks for onset, _ in conductor.markers])


def _strokes(bars: Bars, form: Sequence[WrittenBar]) -> tuple[int, ...]:
    """The drums of a staff in the order in which they are written."""
    return tuple(
        drum for written in form for piece in bars[written.bars[0]] for drum in piece.pitches
    )


def _part(written: Staff, bars: Bars, song: Song, number: int, hand: int) -> stream.Part:
    """The part of one staff.

    Args:
        written: the staff.
        bars: its pieces, by bars of the song.
        song: what all staves have in common.
        number: of its track, 0 the topmost.
        hand: 1 for the left hand of a keyboard, else 0.
    """
    track, conductor = written.track, song.conductor
    part = (stream.PartStaff if written.is_hand else stream.Part)(id=f"P{number + 1}-{hand + 1}")
    part.partName = legal(track.name)
    part.insert(0, _instrument(number))
    fifths = conductor.key.signature_fifths
    verses = _verses(bars, song.form)
    for index, written_bar in enumerate(song.form):
        measure = stream.Measure(number=index + 1)
        if index == 0:
            measure.clef = CLEFS[written.clef]()
            measure.keySignature = _key(conductor.key)
            measure.timeSignature = _time_signature(conductor.meter)
        sung = [bars[bar_of_song] for bar_of_song in written_bar.bars][: len(verses[index])]
        for general_note in _notes(sung, verses[index], fifths, is_drums=written.is_drums):
            measure.append(general_note)
        part.insert(_quarters(index * conductor.meter.bar_ticks), measure)
    part.makeAccidentals(inPlace=True)
    part.makeBeams(inPlace=True)
    for measure in part.getElementsByClass(stream.Measure):
        stream.makeNotation.makeTupletBrackets(measure, inPlace=True)
    _add_repeats(part, song.form)
    if number == hand == 0:
        _add_marks(part, song)
        _add_symbols(part, song)
        _add_line_breaks(part, song)
    return part


def _add_repeats(part: stream.Part, form: Sequence[WrittenBar]) -> None:
    """Repeat signs, brackets of endings and the final bar line."""
    measures = list(part.getElementsByClass(stream.Measure))
    measures[-1].rightBarline = bar.Barline("final")
    ending: list[stream.Measure] = []
    for measure, written in zip(measures, form, strict=True):
        if written.opens_repeat:
            measure.leftBarline = bar.Repeat(direction="start")
        if written.closes_repeat:
            times = written.closes_repeat if written.closes_repeat > 2 else None
            measure.rightBarline = bar.Repeat(direction="end", times=times)
        if written.ending:
            ending.append(measure)
        if written.closes_ending:
            numbers = ", ".join(map(str, written.ending))
            part.insert(0, spanner.RepeatBracket(ending, number=numbers))
            ending = []


def _add_symbols(part: stream.Part, song: Song) -> None:
    """The chords' names, each where it changes and where a section, repeat or ending begins."""
    sections = song.first_bars
    before = ""
    for measure, written in zip(part.getElementsByClass(stream.Measure), song.form, strict=True):
        if written.opens or written.bars[0] in sections:
            before = ""
        symbols = song.symbols[written.bars[0]]
        for onset, name in symbols:
            symbol = read_symbol(name)
            if name != before and name == NO_CHORD:
                measure.insert(_quarters(onset), harmony.NoChord(NO_CHORD))
            elif name != before and symbol is not None:
                measure.insert(_quarters(onset), _chord_symbol(symbol))
            before = name
        before = before if symbols else ""


def _add_line_breaks(part: stream.Part, song: Song) -> None:
    if song.bars_per_line is None:
        return
    in_line = 0
    sections = song.first_bars
    for measure, written in zip(part.getElementsByClass(stream.Measure), song.form, strict=True):
        if in_line and (in_line == song.bars_per_line or written.bars[0] in sections):
            measure.insert(0, layout.SystemLayout(isNew=True))
            in_line = 0
        in_line += 1


def _chord_symbol(symbol: ChordSymbol) -> harmony.ChordSymbol:
    written = harmony.ChordSymbol()
    written.root(_named_pitch(symbol.root))
    if symbol.bass:
        written.bass(_named_pitch(symbol.bass), allow_add=True)
    written.chordKind, written.chordKindStr = symbol.kind.musicxml, symbol.suffix
    for value, alter, change in symbol.kind.degrees:
        degree = harmony.ChordStepModification(change, value, Interval(alter))
        written.addChordStepModification(degree, updatePitches=False)
    return written


def _named_pitch(name: str) -> pitch.Pitch:
    return pitch.Pitch(name.replace("b", "-"))


def _verses(bars: Bars, form: Sequence[WrittenBar]) -> list[tuple[int, ...]]:
    """Of each written bar, the number of the verse that each of its passes sings.

    A section of which every pass sings the same words has one verse.
    """
    verses: list[tuple[int, ...]] = []
    for _, section in groupby(form, key=_section_counter()):
        written = list(section)
        words = [
            {tuple(piece.lyric for piece in bars[bar]) for bar in each.bars} for each in written
        ]
        is_one_verse = not written[-1].ending and all(len(texts) == 1 for texts in words)
        verses += [
            (1,) if is_one_verse else each.ending or tuple(range(1, len(each.bars) + 1))
            for each in written
        ]
    return verses


def _section_counter() -> Callable[[WrittenBar], int]:
    """Numbers written bars in order, those between one pair of repeat signs alike."""
    opened = 0

    def number(written: WrittenBar) -> int:
        nonlocal opened
        opened += written.opens_repeat or (len(written.bars) == 1 and not written.ending)
        return opened

    return number


def _instrument(number: int) -> instrument.Instrument:
    """A placeholder with a channel of its own, so that music21 assigns none; see ``documents``."""
    placeholder = instrument.Instrument()
    placeholder.partId = f"P{number + 1}"
    placeholder.instrumentId = f"P{number + 1}-I1"
    placeholder.midiChannel = number
    return placeholder


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


def _add_marks(part: stream.Part, song: Song) -> None:
    """The tempo at the start, its changes, and a rehearsal mark where a section begins."""
    conductor, bar_ticks = song.conductor, song.conductor.meter.bar_ticks
    for measure, written in zip(part.getElementsByClass(stream.Measure), song.form, strict=True):
        start = written.bars[0] * bar_ticks
        if start == 0:
            measure.insert(0, tempo.MetronomeMark(number=conductor.tempo_bpm))
        for index, (onset, microseconds) in enumerate(conductor.tempo_changes):
            if start <= onset < start + bar_ticks:
                tempo_bpm = round(MICROSECONDS_PER_MINUTE / microseconds, 1)
                slower = tempo.MetronomeMark("rit." if index == 0 else None, number=tempo_bpm)
                measure.insert(_quarters(onset - start), slower)
        for onset, text in conductor.markers:
            if start <= onset < start + bar_ticks:
                mark = expressions.RehearsalMark(legal(text))
                measure.insert(_quarters(onset - start), mark)


def _notes(
    passes: Sequence[Sequence[Piece]], verses: Sequence[int], fifths: int, *, is_drums: bool
) -> Iterator[note.GeneralNote]:
    """The notes, chords and rests of one bar.

    Args:
        passes: the bar each time it is played; only the words differ.
        verses: number of the verse that each time sings.
        fifths: of the key signature.
        is_drums: whether it is percussion.
    """
    pieces = passes[0]
    if not any(piece.pitches for piece in pieces):
        length_ticks = sum(piece.duration_ticks for piece in pieces)
        rest = note.Rest(quarterLength=_quarters(length_ticks))
        rest.fullMeasure = True
        yield rest
        return
    for index, piece in enumerate(pieces):
        made = _drum_strokes(piece) if is_drums else _chord(piece, fifths)
        made.quarterLength = _quarters(piece.duration_ticks)
        if piece.pitches:
            made.lyrics = [
                note.Lyric(legal(sung.lyric), verse, applyRaw=True, syllabic=sung.syllabic)
                for verse, sung in zip(verses, (bar[index] for bar in passes), strict=True)
                if sung.lyric
            ]
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
