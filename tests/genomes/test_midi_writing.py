"""What is written is read back the same by us, by mido and by symusic."""

import io

import mido
import pytest
import symusic
from hypothesis import given
from hypothesis import strategies as st

from genomes.keys import Key
from genomes.midi import (
    DRUM_CHANNEL,
    MINOR_SIGNATURE_NAMES,
    Conductor,
    Track,
    read_midi,
    signature_name,
    write_midi,
)
from genomes.notes import Part
from genomes.time import Meter, microseconds_per_quarter
from tests.genomes.calls import replace
from tests.strategies import EVERY_KEY, keys, meters, parts

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
conductors = st.builds(
    Conductor,
    title=names,
    key=keys(),
    meter=meters(),
    tempo_bpm=st.floats(4, 960),
    markers=st.lists(st.tuples(st.integers(0, 1000), names), max_size=4).map(tuple),
    texts=st.lists(names, max_size=3).map(tuple),
)
tracks = st.builds(
    Track, name=names, part=parts(), program=st.integers(0, 127), channel=st.integers(0, 8)
) | st.builds(Track, name=names, part=parts(drums=True), channel=st.just(DRUM_CHANNEL))
some_tracks = st.lists(tracks, min_size=1, max_size=3)

PLAIN = Conductor("song", Key.parse("A minor"), Meter(4, 4), 120)
BAR_TICKS = 1920


def reread(data):
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def metas(track, kind):
    tick, found = 0, []
    for message in track:
        tick += message.time
        if message.type == kind:
            found.append((tick, message))
    return found


@given(parts(), conductors)
def test_we_read_exactly_what_we_wrote(part, conductor):
    score = read_midi(write_midi([Track("chords", part)], conductor))
    assert score.notes.tobytes() == part.notes.tobytes()
    tempo = microseconds_per_quarter(conductor.tempo_bpm)
    assert score.tempo_map.changes == ((0, tempo),)


@given(some_tracks)
def test_tracks_are_read_together_and_drums_stay_drums(written):
    rows = sorted(row for track in written for row in track.part.notes.tolist())
    assert sorted(read_midi(write_midi(written, PLAIN)).notes.tolist()) == rows


@given(some_tracks, conductors)
def test_mido_finds_every_word_and_number(written, conductor):
    file = reread(write_midi(written, conductor))
    opening = file.tracks[0]
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 1 + len(written))
    assert [track.name for track in file.tracks] == [
        conductor.title,
        *(track.name for track in written),
    ]
    meter = metas(opening, "time_signature")[0][1]
    assert Meter(meter.numerator, meter.denominator) == conductor.meter
    tempo = metas(opening, "set_tempo")[0][1].tempo
    assert tempo == microseconds_per_quarter(conductor.tempo_bpm)
    assert metas(opening, "key_signature")[0][1].key == signature_name(conductor.key)
    markers = [(tick, message.text) for tick, message in metas(opening, "marker")]
    assert markers == sorted(conductor.markers, key=lambda marker: marker[0])
    assert [(t, m.text) for t, m in metas(opening, "text")] == [(0, t) for t in conductor.texts]


@given(some_tracks)
def test_every_track_plays_its_program_on_its_channel(written):
    for track, read in zip(written, reread(write_midi(written, PLAIN)).tracks[1:], strict=True):
        assert {m.channel for m in read if not m.is_meta} == {track.channel}
        assert [m.program for m in read if m.type == "program_change"] == [track.program]


@given(some_tracks)
def test_every_track_ends_with_its_part_on_a_bar_line(written):
    file = reread(write_midi(written, PLAIN))
    lengths = [sum(message.time for message in track) for track in file.tracks]
    assert lengths[1:] == [track.part.length_ticks for track in written]
    assert lengths[0] == max(lengths)


@given(parts(apart=True), conductors)
def test_symusic_hears_the_same_song(part, conductor):
    """It closes the earliest of nested notes first, so here none are nested."""
    score = symusic.Score.from_midi(write_midi([Track("chords", part, 4, 2)], conductor))
    heard = [
        (note.time, note.duration, note.pitch, note.velocity)
        for track in score.tracks
        for note in track.notes
    ]
    assert sorted(heard) == sorted(row[:4] for row in part.notes.tolist())
    meter, key = score.time_signatures[0], score.key_signatures[0]
    assert (meter.numerator, meter.denominator) == (
        conductor.meter.numerator,
        conductor.meter.denominator,
    )
    assert (key.key, key.tonality) == (
        conductor.key.signature_fifths,
        int(signature_name(conductor.key) in MINOR_SIGNATURE_NAMES),
    )
    assert [t.mspq for t in score.tempos] == [microseconds_per_quarter(conductor.tempo_bpm)]
    assert [track.name for track in score.tracks] == ["chords"] * bool(heard)


def test_key_signatures_have_the_tonic_of_the_plain_keys():
    written = {str(key): signature_name(key) for key in EVERY_KEY}
    assert written["F# minor"] == "F#m"
    assert written["Bb major"] == "Bb"
    assert written["A harmonic minor"] == written["A melodic minor"] == "Am"
    assert written["D dorian"] == "C"
    assert written["G# major"] == "Ab"


def test_notes_struck_together_keep_their_own_lengths_and_velocities():
    part = Part.of([(0, 480, 60, 10), (0, 960, 60, 20), (0, 240, 60, 30)], BAR_TICKS)
    assert read_midi(write_midi([Track("t", part)], PLAIN)).notes.tobytes() == part.notes.tobytes()


def test_a_note_struck_again_at_its_end_stays_two_notes():
    part = Part.of([(0, 480, 60, 64), (480, 480, 60, 64)], BAR_TICKS)
    assert len(read_midi(write_midi([Track("t", part)], PLAIN)).notes) == 2


def test_markers_may_come_in_any_order():
    conductor = Conductor(
        "s", PLAIN.key, PLAIN.meter, 120, markers=((960, "chorus"), (0, "verse"), (960, "again"))
    )
    markers = metas(reread(write_midi([], conductor)).tracks[0], "marker")
    assert [(t, m.text) for t, m in markers] == [(0, "verse"), (960, "chorus"), (960, "again")]


@pytest.mark.parametrize("bad", [{"channel": 16}, {"program": 128}])
def test_what_midi_cannot_hold_is_refused(bad):
    part = Part.of([(0, 480, 60, 64)], BAR_TICKS)
    with pytest.raises(ValueError, match="must be in range"):
        write_midi([Track("t", part, **bad)], PLAIN)


syllables = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
words = st.lists(st.tuples(st.integers(0, 8 * BAR_TICKS), syllables), max_size=12).map(sorted)


@given(parts(), words)
def test_words_stand_where_they_are_sung_and_disturb_no_note(part, lyrics):
    sung = replace(part, length_ticks=8 * part.length_ticks, lyrics=tuple(lyrics))
    data = write_midi([Track("melody", sung)], PLAIN)
    read = metas(reread(data).tracks[1], "lyrics")
    assert [(tick, message.text) for tick, message in read] == lyrics
    assert read_midi(data).notes.tobytes() == part.notes.tobytes()


@pytest.mark.parametrize("onset_ticks", [0, 480])
def test_a_word_comes_before_the_note_that_sings_it(onset_ticks):
    notes = [(0, 480, 60, 64), (onset_ticks, 480, 62, 64)]
    part = Part.of(notes, BAR_TICKS, lyrics=[(onset_ticks, "gar"), (960, "den ")])
    kinds = [
        (message.type, getattr(message, "note", 0))
        for message in reread(write_midi([Track("m", part)], PLAIN)).tracks[1]
    ]
    assert kinds.index(("lyrics", 0)) < kinds.index(("note_on", 62))


def test_symusic_reads_the_words():
    part = Part.of([(0, 480, 60, 64)], BAR_TICKS, lyrics=[(0, "für "), (240, "dich ")])
    score = symusic.Score.from_midi(write_midi([Track("m", part)], PLAIN))
    read = [(word.time, word.text) for track in score.tracks for word in track.lyrics]
    assert (read, {track.name for track in score.tracks}) == (list(part.lyrics), {"m"})


@pytest.mark.parametrize(
    ("name", "xf"),
    [
        ("C", (0x31, 0x00, 0x7F, 0x7F)),
        ("F#m7b5", (0x44, 0x0B, 0x7F, 0x7F)),
        ("Bb7/D", (0x27, 0x13, 0x32, 0x7F)),
        ("N.C.", None),
    ],
)
def test_chords_are_named_as_text_and_as_xf(name, xf):
    said = Conductor("T", Key.parse("C major"), Meter(4, 4), 120.0, chords=((480, name),))
    data = write_midi([Track("a", Part.of([], 1920))], said)
    conductor = mido.MidiFile(file=io.BytesIO(data)).tracks[0]
    at = [message for message in conductor if message.type in {"text", "sequencer_specific"}]
    assert [message.time for message in at] == [480, *[0] * (len(at) - 1)]
    assert at[0].text == name
    assert [tuple(m.data) for m in at[1:]] == ([] if xf is None else [(0x43, 0x7B, 0x01, *xf)])
