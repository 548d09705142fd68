"""What other programs find in an arrangement's files, and whether it is the song."""

from __future__ import annotations

import io
from collections import Counter
from fractions import Fraction

import mido
import music21
import numpy as np
import soundfile
import symusic

from engine.arrangement.files import midi_tracks
from engine.notation.clefs import score_order, staves_of
from engine.notation.grid import grid_of
from engine.notation.staff import notated
from genomes.chord_symbols import chord_changes, harmony_of
from genomes.midi import MINOR_SIGNATURE_NAMES, read_midi, signature_name
from genomes.time import MICROSECONDS_PER_MINUTE, TICKS_PER_QUARTER
from tests.engine.notation import scores

LONGEST_TAIL_SECONDS = 3.0
AUDIBLE = 0.01  # peak, of 1


def rows_of(track):
    """``(onset_ticks, duration_ticks, pitch, velocity)`` of a track's notes, sorted."""
    return sorted(row[:4] for row in track.part.notes.tolist())


def opened(data):
    """A MIDI file as mido reads it."""
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def timed(track):
    """``(tick, message)`` of everything in a track of mido's."""
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def mido_notes(track):
    """Notes as mido's messages say them: an off ends what began first."""
    sounding, notes = {}, []
    for tick, message in timed(track):
        if message.type == "note_on" and message.velocity:
            sounding.setdefault(message.note, []).append((tick, message.velocity))
        elif message.type in {"note_on", "note_off"}:
            onset, velocity = sounding[message.note].pop(0)
            notes.append((onset, tick - onset, message.note, velocity))
    assert not any(sounding.values())
    return sorted(notes)


def check_with_mido(song, data):
    """It reads every track, its instrument and its words, and what the conductor says."""
    file = opened(data)
    assert (file.type, file.ticks_per_beat) == (1, TICKS_PER_QUARTER)
    assert {sum(m.time for m in track) for track in file.tracks} == {song.length_ticks}
    for track, read in zip(midi_tracks(song), file.tracks[1:], strict=True):
        assert (read.name, mido_notes(read)) == (track.name, rows_of(track))
        assert {m.channel for m in read if not m.is_meta} == {track.channel}
        assert [m.program for m in read if m.type == "program_change"] == [track.program]
        words = [(tick, m.text) for tick, m in timed(read) if m.type == "lyrics"]
        assert words == list(track.part.lyrics)
    said = {message.type: message for message in file.tracks[0]}
    tempos = [(tick, m.tempo) for tick, m in timed(file.tracks[0]) if m.type == "set_tempo"]
    assert tempos == list(song.tempo_map.changes)
    meter = f"{said['time_signature'].numerator}/{said['time_signature'].denominator}"
    assert (meter, said["key_signature"].key) == (str(song.meter), signature_name(song.key))
    markers = [(tick, m.text) for tick, m in timed(file.tracks[0]) if m.type == "marker"]
    assert markers == list(song.markers)
    texts = [(tick, m.text) for tick, m in timed(file.tracks[0]) if m.type == "text"]
    assert song.id in texts[0][1]
    harmony = harmony_of(track.part for track in song.tracks)
    assert texts[1:] == list(chord_changes(harmony))


def check_with_symusic(song, data):
    """It and the engine itself read the same notes, tempo, meter, key and markers."""
    score = symusic.Score.from_midi(data)
    heard = Counter(
        (n.time, n.duration, n.pitch, n.velocity, track.is_drum)
        for track in score.tracks
        for n in track.notes
    )
    assert heard == Counter(tuple(row) for row in read_midi(data).notes.tolist())
    tracks = midi_tracks(song)
    assert heard == Counter(tuple(r) for track in tracks for r in track.part.notes.tolist())
    tempos = [(tempo.time, tempo.mspq) for tempo in score.tempos]
    assert tempos == list(song.tempo_map.changes)
    (meter,), (key,) = score.time_signatures, score.key_signatures
    assert f"{meter.numerator}/{meter.denominator}" == str(song.meter)
    is_minor = signature_name(song.key) in MINOR_SIGNATURE_NAMES
    assert (key.key, key.tonality) == (song.key.signature_fifths, int(is_minor))
    assert [(marker.time, marker.text) for marker in score.markers] == list(song.markers)


def check_with_music21(song, data):
    """It reads the same pitched notes within a tick, the drums' onsets, meters and tempi."""
    midi = music21.midi.MidiFile()
    midi.readstr(data)
    score = music21.midi.translate.midiFileToStream(midi, quantizePost=False)
    flat = score.flatten()
    assert {s.ratioString for s in flat[music21.meter.TimeSignature]} == {str(song.meter)}
    assert {k.sharps for k in flat[music21.key.KeySignature]} == {song.key.signature_fifths}
    tempi = {t.number for t in flat[music21.tempo.MetronomeMark]}
    written = {MICROSECONDS_PER_MINUTE / tempo for _, tempo in song.tempo_map.changes}
    assert {round(tempo, 1) for tempo in tempi} == {round(tempo, 1) for tempo in written}
    by_name = {part.partName: part for part in score.parts}
    for track in song.tracks:
        read, rows = _with_bars_in_place(by_name[track.name], song.meter), rows_of(track)
        if track.name == "Drums":  # their pitches are instruments to it
            heard = {scores.ticks(stroke.offset) for stroke in read.stripTies().flatten().notes}
            assert heard == {onset for onset, *_ in rows}
            continue
        # Its own stripTies takes a chord as a whole, and muddles the ends of its notes.
        sounds = sorted((pitch, onset, end) for onset, end, pitch in scores.sounding(read))
        notes = sorted((pitch, onset, onset + length) for onset, length, pitch, _ in rows)
        apart = np.array(sounds) - np.array(notes)
        assert not apart[:, 0].any()
        assert np.abs(apart).max() <= 1


def _with_bars_in_place(part, meter):
    """The part with each bar after the one before.

    Where a chord is held over a bar line beside another voice, music21 10 puts the bars after it
    too late: it adds up their lengths from before it split the chord.
    """
    for index, bar in enumerate(scores.measures(part)):
        part.setElementOffset(bar, Fraction(index * meter.bar_ticks, TICKS_PER_QUARTER))
    part.coreElementsChanged()
    return part


def check_musicxml(song, data):
    """music21 plays every bar full, the notes as they are notated, the words, chords, sections."""
    score = scores.reopened(data)
    tracks = {track.name: track for track in sorted(song.tracks, key=score_order)}
    written = scores.staves(score)
    assert [name for name, _ in written] == list(tracks)
    bar = Fraction(song.meter.bar_ticks, TICKS_PER_QUARTER)
    for name, staves in written:
        track, played = tracks[name], [scores.played(part) for part in staves]
        assert all(scores.bar_quarters(part) == [bar] * song.bars for part in played)
        assert {scores.only(part, "TimeSignature").ratioString for part in staves} == {
            str(song.meter)
        }
        sung = [
            lyric.text
            for part in staves
            for note in scores.sounding_elements(part)
            for lyric in note.lyrics
        ]
        assert set(sung) == {text.strip() for _, text in track.part.lyrics}
        if name != "Drums":
            expected = {
                span
                for each in staves_of(track, "")
                for span in notated(
                    each.track.part,
                    grid_of(each.track.part.notes["onset_ticks"], song.meter, song.bars),
                )
            }
            assert set().union(*(scores.sounding(part) for part in played)) == expected
    top = scores.played(score.parts[0])
    marks = [
        (scores.ticks(bar.offset), mark.content)
        for bar in scores.measures(top)
        for mark in bar.getElementsByClass("RehearsalMark")
    ]
    assert list(dict(map(reversed, marks[::-1])).items())[::-1] == [
        (name, onset) for onset, name in song.markers
    ]
    changes = {span.onset_ticks for span in harmony_of(track.part for track in song.tracks)}
    assert {onset for onset, *_ in scores.symbols(top)} <= changes


def check_recordings(song, folder, file_format):
    """The mix and a stem for each part can be heard, and end soon after the song."""
    names = ["song", *(f"stems/{track.name.lower()}" for track in song.tracks)]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob(f"*.{file_format}")}
    assert found == {f"{name}.{file_format}" for name in names}
    for name in sorted(found):
        samples, rate = soundfile.read(folder / name)
        assert 0 <= len(samples) / rate - song.seconds <= LONGEST_TAIL_SECONDS
        assert np.abs(samples).max() > AUDIBLE, f"{name} is silent"
