"""Exported files: what a DAW reads in them is what was approved."""

from __future__ import annotations

import io
import re

import mido
import music21
import pytest
import symusic

from engine.arrangement.instruments import usual_programs
from engine.state.studio import Studio
from genomes import Part
from genomes.chord_symbols import chord_changes

SONGS = {"meadow": "bridge", "cellar": "intro"}


@pytest.fixture(params=SONGS)
def approved(request, shell):
    """The song's state, the approval's event, and the file."""
    candidate = shell.candidates(request.param)[0]
    shell.do("approve", candidate, "--label", "Bridge — Größer")
    with Studio.open(shell.folder) as studio:
        song = studio.song(request.param)
        position = song.candidates[candidate].decided_at
        return song, studio.event(position), shell.approved_file("bridge_groer", request.param)


def bar_ticks(song, ticks_per_quarter):
    numerator, denominator = map(int, song.meter.split("/"))
    return ticks_per_quarter * 4 * numerator // denominator


def notes_of(event):
    rows = event.payload.part["notes"]
    return sorted(
        (onset, duration, pitch, velocity) for onset, duration, pitch, velocity, _ in rows
    )


def test_the_conductor_comes_first_and_says_everything(approved):
    song, _, path = approved
    file = mido.MidiFile(path, charset="utf-8")
    conductor, track = file.tracks
    said = {message.type: message for message in conductor}
    assert (file.type, conductor.name) == (1, song.title)
    assert mido.tempo2bpm(said["set_tempo"].tempo) == pytest.approx(song.tempo_bpm, abs=0.01)
    signature = said["time_signature"]
    assert f"{signature.numerator}/{signature.denominator}" == song.meter
    assert said["key_signature"].key == song.key.replace(" minor", "m")
    assert said["marker"].text == "Bridge — Größer"
    assert not [message for message in conductor if not message.is_meta]
    assert track.name == "bridge_groer"
    usual = usual_programs(song.genres, song.singer or "")["chords"]
    assert [m.program for m in track if m.type == "program_change"] == [usual]


def test_the_file_names_the_event_it_comes_from(approved):
    _, event, path = approved
    text, *chords = [m.text for m in mido.MidiFile(path).tracks[0] if m.type == "text"]
    harmony = Part.from_payload(event.payload.part).harmony
    assert chords == [name for _, name in chord_changes(harmony)]
    assert chords
    facts = dict(re.findall(r"(\w+)=(\S+)", text))
    assert facts == {
        "candidate": event.payload.candidate,
        "run": event.payload.run,
        "event": event.event_id,
        "position": str(event.position),
        "hash": event.hash,
    }


def test_every_track_ends_at_the_end_of_the_section(approved):
    song, event, path = approved
    file = mido.MidiFile(path)
    ends = [sum(message.time for message in track) for track in file.tracks]
    assert ends == [event.payload.section.bars * bar_ticks(song, file.ticks_per_beat)] * 2
    assert ends[0] == event.payload.part["length_ticks"]


def test_mido_reads_the_notes_of_the_event(approved):
    _, event, path = approved
    tick, sounding, notes = 0, {}, []
    for message in mido.MidiFile(path).tracks[1]:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            sounding.setdefault(message.note, []).append((tick, message.velocity))
        elif message.type in {"note_on", "note_off"}:
            onset, velocity = sounding[message.note].pop()
            notes.append((onset, tick - onset, message.note, velocity))
    assert sorted(notes) == notes_of(event)
    assert not any(sounding.values())


def test_symusic_reads_the_same(approved):
    song, event, path = approved
    score = symusic.Score(str(path))
    (track,) = score.tracks
    notes = sorted((n.time, n.duration, n.pitch, n.velocity) for n in track.notes)
    assert notes == notes_of(event)
    usual = usual_programs(song.genres, song.singer or "")["chords"]
    assert (track.name, track.program, track.is_drum) == ("bridge_groer", usual, False)
    assert score.tempos[0].qpm == pytest.approx(song.tempo_bpm, abs=0.01)
    (signature,) = score.time_signatures
    assert f"{signature.numerator}/{signature.denominator}" == song.meter
    (key,) = score.key_signatures
    assert (key.key, key.tonality) == ({"F# minor": 3, "E minor": 1}[song.key], 1)


def test_music21_reads_the_same(approved):
    song, event, path = approved
    midi = music21.midi.MidiFile()
    midi.readstr(path.read_bytes())
    quantised = {"quantizePost": False}
    score = music21.midi.translate.midiFileToStream(midi, **quantised)
    flat = score.flatten()
    (meter,) = {s.ratioString for s in flat[music21.meter.TimeSignature]}
    (tempo,) = {round(mark.number) for mark in flat[music21.tempo.MetronomeMark]}
    keys = {k.tonic.name + " " + k.mode for k in flat[music21.key.Key]}
    assert (meter, tempo, keys) == (song.meter, round(song.tempo_bpm), {song.key})
    heard = sorted(
        (round(float(sound.offset) * 480), pitch.midi)
        for sound in flat.notes
        for pitch in sound.pitches
        if sound.tie is None or sound.tie.type == "start"
    )
    assert heard == sorted((onset, pitch) for onset, _, pitch, _ in notes_of(event))


def test_survivors_can_be_heard_before_they_are_judged(shell):
    again = ("--population", "8", "--generations", "0", "--bars", "2", "--seed", "9", "--no-model")
    (answer,) = shell.json("evolve", "--song", "cellar", *again)
    files = sorted((shell.folder / "exports").rglob(f"runs/{answer['run']}/[!.]*"))
    names = {path.suffix for path in files}
    assert names == {".flac", ".mid", ".png"}
    midis = [path for path in files if path.suffix == ".mid"]
    assert len(midis) == len(answer["survivors"])
    for path in midis:
        assert any(
            path.name == f"{rank}_{s['id'][:8]}.mid"
            for rank, s in enumerate(answer["survivors"], 1)
        )
        assert mido.MidiFile(file=io.BytesIO(path.read_bytes())).type == 1
