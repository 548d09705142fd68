"""An arrangement's MIDI files: every reader finds the same song in them."""

from __future__ import annotations

import io
from collections import Counter

import mido
import music21
import pytest
import symusic

from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import WHOLE_SONG, midi_files
from genomes import Key, Meter
from genomes.midi import Conductor, read_midi, signature_name
from tests.engine.arrangement.making import ROWS, lineage_of

METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")
TITLE = "Für Élise’s Café"


@pytest.fixture(params=METERS)
def song(request):
    """A whole song of three sections in every stage."""
    meter = Meter.parse(request.param)
    parts = [
        part
        for number, (label, bars) in enumerate((("Größe", 2), ("verse", 4), ("chorus", 3)))
        for part in lineage_of(label, list(ROWS), meter=meter, bars=bars, first=1 + 10 * number)
    ]
    facts = Conductor(TITLE, Key.parse("Bb minor"), meter, 97.3)
    return assemble(draft(parts, facts), parts, facts)


@pytest.fixture
def files(song):
    return dict(midi_files(song))


def rows_of(track):
    return sorted(row[:4] for row in track.part.notes.tolist())


def opened(data):
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def timed(track):
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def mido_notes(track):
    """Notes as mido's messages say them: an off closes what began last."""
    sounding, notes = {}, []
    for tick, message in timed(track):
        if message.type == "note_on" and message.velocity:
            sounding.setdefault(message.note, []).append((tick, message.velocity))
        elif message.type in {"note_on", "note_off"}:
            onset, velocity = sounding[message.note].pop()
            notes.append((onset, tick - onset, message.note, velocity))
    assert not any(sounding.values())
    return sorted(notes)


def test_there_is_the_song_and_a_stem_for_every_stage(files):
    assert list(files) == [WHOLE_SONG, *(f"{stage}.mid" for stage in ROWS)]


def test_mido_reads_every_track_its_instrument_and_its_words(song, files):
    file = opened(files[WHOLE_SONG])
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 6)
    for track, read in zip(song.tracks, file.tracks[1:], strict=True):
        assert (read.name, mido_notes(read)) == (track.name, rows_of(track))
        assert {m.channel for m in read if not m.is_meta} == {track.channel}
        assert [m.program for m in read if m.type == "program_change"] == [track.program]
        words = [(tick, m.text) for tick, m in timed(read) if m.type == "lyrics"]
        assert words == list(track.part.lyrics)
    channels = {track.name: track.channel for track in song.tracks}
    assert channels["Drums"] == 9
    assert len(set(channels.values())) == len(channels)
    assert next(t for t in song.tracks if t.name == "Melody").part.lyrics


def test_every_file_has_the_same_conductor_and_length(song, files):
    conductors = set()
    for data in files.values():
        file = opened(data)
        assert {sum(m.time for m in track) for track in file.tracks} == {song.length_ticks}
        conductors.add(tuple(str(message) for message in file.tracks[0]))
    assert len(conductors) == 1
    said = {message.type: message for message in opened(files[WHOLE_SONG]).tracks[0]}
    assert said["set_tempo"].tempo == mido.bpm2tempo(97.3)
    meter = f"{said['time_signature'].numerator}/{said['time_signature'].denominator}"
    assert (meter, said["key_signature"].key) == (str(song.meter), signature_name(song.key))
    markers = [
        (t, m.text) for t, m in timed(opened(files[WHOLE_SONG]).tracks[0]) if m.type == "marker"
    ]
    assert markers == list(song.markers)
    assert markers[0] == (0, "Verse 1")
    assert song.id in said["text"].text


def test_a_stem_is_its_track_of_the_song(song, files):
    whole = opened(files[WHOLE_SONG]).tracks[1:]
    for track, read in zip(song.tracks, whole, strict=True):
        (stem,) = opened(files[f"{track.name.lower()}.mid"]).tracks[1:]
        assert list(stem) == list(read)


def test_we_and_symusic_read_the_same_song(song, files):
    score = symusic.Score.from_midi(files[WHOLE_SONG])
    heard = Counter(
        (n.time, n.duration, n.pitch, n.velocity, track.is_drum)
        for track in score.tracks
        for n in track.notes
    )
    assert heard == Counter(tuple(row) for row in read_midi(files[WHOLE_SONG]).notes.tolist())
    assert heard == Counter(tuple(r) for track in song.tracks for r in track.part.notes.tolist())
    assert [tempo.mspq for tempo in score.tempos] == [mido.bpm2tempo(97.3)]
    (meter,), (key,) = score.time_signatures, score.key_signatures
    assert f"{meter.numerator}/{meter.denominator}" == str(song.meter)
    assert (key.key, key.tonality) == (-5, 1)
    assert [(marker.time, marker.text) for marker in score.markers] == list(song.markers)


def test_music21_reads_the_same_pitched_notes_and_drums(song, files):
    midi = music21.midi.MidiFile()
    midi.readstr(files[WHOLE_SONG])
    score = music21.midi.translate.midiFileToStream(midi, quantizePost=False)
    flat = score.flatten()
    assert {s.ratioString for s in flat[music21.meter.TimeSignature]} == {str(song.meter)}
    assert {k.sharps for k in flat[music21.key.KeySignature]} == {-5}
    assert {round(t.number, 1) for t in flat[music21.tempo.MetronomeMark]} == {97.3}
    by_name = {part.partName: part for part in score.parts}
    for track in song.tracks:
        sounds = by_name[track.name].stripTies().flatten().notes
        heard = sorted(
            (ticks(sound.offset), ticks(sound.quarterLength), pitch.midi)
            for sound in sounds
            for pitch in (sound.pitches or (music21.pitch.Pitch(midi=0),))
        )
        written = sorted((onset, length, pitch) for onset, length, pitch, _ in rows_of(track))
        if track.name == "Drums":  # their pitches are instruments to it
            assert {onset for onset, *_ in heard} == {onset for onset, *_ in written}
            continue
        assert len(heard) == len(written)
        for (onset, length, pitch), (at, lasting, midi_pitch) in zip(heard, written, strict=True):
            assert pitch == midi_pitch
            assert abs(onset - at) <= 1
            assert abs(length - lasting) <= 1


def ticks(quarters):
    return round(float(quarters) * 480)
