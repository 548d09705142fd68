"""MusicXML: music21 reads in it what was composed, in any meter, bar by bar."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.notation import SOFTWARE, musicxml
from engine.notation.clefs import staves_of
from engine.notation.grid import grid_of
from engine.notation.percussion import DRUM_SIGNS, drum_sign
from engine.notation.score import MODE_NAMES
from engine.notation.staff import notated
from genomes.keys import SCALES, Key
from genomes.midi import Conductor, Track
from genomes.notes import Part
from genomes.time import Meter
from tests import strategies
from tests.engine.notation import scores

quick = settings(max_examples=25)

ROOT = Path(__file__).parents[3]
METERS = [Meter.parse(text) for text in ("4/4", "3/4", "6/8", "7/8", "5/4", "11/8", "31/4", "1/32")]
LONGEST_BAR = max(meter.bar_ticks for meter in METERS)
C_MAJOR = Key.parse("C major")
FLUTE = 73


def conductor(meter=METERS[0], key=C_MAJOR, markers=()):
    return Conductor("Größe & <Maß>", key, meter, 97.5, markers)


def read(tracks, meter=METERS[0], **said):
    length_ticks = max(track.part.length_ticks for track in tracks)
    return scores.reopened(musicxml(tracks, conductor(meter, **said), length_ticks))


def line(name, part):
    """A track on one staff."""
    return Track(name, part, FLUTE)


def short_parts():
    return strategies.parts().filter(lambda part: part.length_ticks <= 8 * LONGEST_BAR)


def song(meter, bars=3):
    """Chords over bar lines, a line of odd lengths, drums and a silent part."""
    length = bars * meter.bar_ticks
    unit = max(1, length // 13)
    chords = [(0, length, 48, 80), (0, length // 2, 55, 80), (unit, length - unit, 64, 70)]
    line = [(step * unit, unit * 2 // 3, 60 + step, 90) for step in range(12)]
    beat = [(step * unit, 10, (36, 42, 38, 42)[step % 4], 90) for step in range(12)]
    return [
        Track("Klavier", Part.of(chords, length), 0, 0),
        Track("Flöte", Part.of(line, length), 73, 1),
        Track("Schlagzeug", Part.of([*beat, (0, 10, 49, 90)], length), 0, 9),
        Track("leer", Part.of([], length), 33, 2),
    ]


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_a_song_in_every_meter(meter):
    """Every bar is full, and notes are there with their ties."""
    tracks = song(meter)
    score = read(tracks, meter)
    staves = [
        (track.name, staff.track) for track in tracks for staff in staves_of(track, singer="")
    ]
    assert [part.partName for part in score.parts] == [name for name, _ in staves]
    for part in score.parts:
        assert scores.bar_quarters(part) == [Fraction(meter.bar_ticks, 480)] * 3
        assert scores.only(part, "TimeSignature").ratioString == str(meter)
    for (_, track), part in zip(staves, score.parts, strict=True):
        if track.channel != 9:
            grid = grid_of(track.part.notes["onset_ticks"], meter, bars=3)
            assert scores.sounding(part) == set(notated(track.part, grid))


@given(data=st.data(), part=short_parts(), key=strategies.keys())
@quick
def test_any_part_can_be_written(data, part, key):
    meter = data.draw(st.sampled_from([m for m in METERS if m.bar_ticks > part.length_ticks // 9]))
    bars = -(-part.length_ticks // meter.bar_ticks)
    score = read([line("any", part), Track("drums", part, channel=9)], meter, key=key)
    for written in score.parts:
        assert scores.bar_quarters(written) == [Fraction(meter.bar_ticks, 480)] * bars
    grid = grid_of(part.notes["onset_ticks"], meter, bars)
    expected = {(onset, pitch) for onset, _, pitch in notated(part, grid)}
    assert scores.onsets_and_pitches(score.parts[0]) == expected


@pytest.mark.parametrize("mode", SCALES)
@pytest.mark.parametrize("tonic", ["C", "F#", "Eb", "G#", "Cb"])
def test_the_key_is_read_back(tonic, mode):
    key = Key.parse(f"{tonic} {mode.replace('_', ' ')}")
    (part,) = read([line("scale", Part.of([(0, 480, 60, 80)], 1920))], key=key).parts
    signature = scores.only(part, "KeySignature")
    assert signature.sharps == key.signature_fifths
    assert signature.mode == MODE_NAMES.get(mode, mode)


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("C major", "C C# D E- E F F# G G# A B- B"),
        ("E major", "B# C# D D# E E# F# G G# A A# B"),
        ("Ab major", "C D- D E- E F G- G A- A B- C-"),
    ],
)
def test_notes_are_spelled_in_the_key(key, names):
    rows = [(step * 480, 480, 60 + step, 80) for step in range(12)]
    (part,) = read([line("all", Part.of(rows, 3 * 1920))], key=Key.parse(key)).parts
    assert " ".join(single.name for _, single in scores.single_notes(part)) == names
    assert [single.pitch.midi for _, single in scores.single_notes(part)] == [*range(60, 72)]


def test_lines_break_after_so_many_bars_and_at_every_mark():
    tracks = [line("Melody", Part.of([(i * 1920, 960, 60 + i, 80) for i in range(12)], 12 * 1920))]
    markers = ((0, "Verse"), (6 * 1920, "Chorus"))
    data = musicxml(tracks, conductor(markers=markers), 12 * 1920, bars_per_line=4)
    breaks = re.findall(rb'number="(\d+)"[^>]*>\s*<print new-system="yes"', data)
    assert breaks == [b"5", b"7", b"11"]
    assert b"new-system" not in musicxml(tracks, conductor(markers=markers), 12 * 1920)


def test_tempo_title_and_sections_stand_over_the_first_staff():
    meter = Meter(7, 8)
    markers = ((0, "Vers"), (2 * meter.bar_ticks, "Pont → サビ"), (9 * meter.bar_ticks, "nie"))
    score = read(song(meter), meter, markers=markers)
    first = score.parts[0]
    assert score.metadata.movementName == "Größe & <Maß>"
    assert score.metadata.composer is None
    assert scores.only(first, "MetronomeMark").number == pytest.approx(97.5)
    marks = [
        (bar.number, mark.content)
        for bar in scores.measures(first)
        for mark in bar.getElementsByClass("RehearsalMark")
    ]
    assert marks == [(1, "Vers"), (3, "Pont → サビ")]
    others = [part for part in score.parts if part is not first]
    assert not any(part.recurse().getElementsByClass("RehearsalMark") for part in others)


@pytest.mark.parametrize(
    ("pitches", "program", "channel", "sign"),
    [
        ((28, 40), FLUTE, 1, "Bass8vbClef"),
        ((48, 52), FLUTE, 1, "BassClef"),
        ((60, 72), FLUTE, 1, "TrebleClef"),
        ((100, 110), FLUTE, 1, "Treble8vaClef"),
        ((50, 57), 33, 1, "Bass8vbClef"),  # a bass guitar, however high
        ((60, 72), 25, 1, "Treble8vbClef"),  # a guitar
        ((36, 38), 0, 9, "PercussionClef"),
    ],
)
def test_the_clef_suits_the_notes_and_the_instrument(pitches, program, channel, sign):
    rows = [(0, 480, pitch, 80) for pitch in pitches]
    (part,) = read([Track("part", Part.of(rows, 1920), program, channel)]).parts
    assert type(scores.only(part, "Clef")).__name__ == sign


@pytest.mark.parametrize(
    ("singer", "sign"),
    [
        ("soprano", "TrebleClef"),
        ("alto", "TrebleClef"),
        ("Gabriel", "Treble8vbClef"),
        ("Busayo", "BassClef"),
        ("bass", "BassClef"),
    ],
)
def test_words_stand_in_the_clef_of_their_singer(singer, sign):
    sung = Part.of([(0, 480, 62, 80)], 1920, lyrics=((0, "oh "),))
    tracks = [Track("Melody", sung, 0, 2), line("Flute", Part.of([(0, 480, 62, 80)], 1920))]
    voice, flute = scores.reopened(musicxml(tracks, conductor(), 1920, singer=singer)).parts
    assert type(scores.only(voice, "Clef")).__name__ == sign
    assert type(scores.only(flute, "Clef")).__name__ == "TrebleClef"


@pytest.mark.parametrize(
    ("pitches", "right"),
    [
        ((60, 64, 67), (60, 64, 67)),
        ((57, 60, 64), (57, 60, 64)),  # one hand, though it begins under middle C
        ((43, 47, 50), ()),
        ((36, 60, 64, 67), (60, 64, 67)),
        ((36, 43, 60, 64, 69), (60, 64, 69)),
        ((48, 67), (67,)),
    ],
)
def test_a_piano_has_two_staves(pitches, right):
    rows = [(0, 960, pitch, 80) for pitch in pitches]
    upper, lower = read([Track("Chords", Part.of(rows, 1920), 0)]).parts
    assert [type(scores.only(each, "Clef")).__name__ for each in (upper, lower)] == [
        "TrebleClef",
        "BassClef",
    ]
    assert {pitch for _, _, pitch in scores.sounding(upper)} == set(right)
    assert {pitch for _, _, pitch in scores.sounding(lower)} == set(pitches) - set(right)


def test_passes_that_differ_in_words_or_their_end_are_written_once():
    rows = [(bar * 1920, 960, 60 + bar % 4, 80) for bar in range(8)]
    rows[7] = (7 * 1920, 960, 72, 80)
    lyrics = [(bar * 1920, f"w{bar} ") for bar in range(8)]
    tracks = [line("Melody", Part.of(rows, 8 * 1920, lyrics=lyrics))]
    (part,) = read(tracks, markers=((0, "Verse"),)).parts
    assert len(scores.measures(part)) == 5
    verses = [
        [(lyric.number, lyric.text) for lyric in note.lyrics]
        for note in scores.sounding_elements(part)
    ]
    assert verses == [
        [(1, "w0"), (2, "w4")],
        [(1, "w1"), (2, "w5")],
        [(1, "w2"), (2, "w6")],
        [(1, "w3")],
        [(2, "w7")],
    ]
    played = scores.played(part)
    assert [single.pitch.midi for _, single in scores.single_notes(played)] == [
        pitch for _, _, pitch, _ in rows
    ]


def test_lyrics_stand_under_their_notes():
    rows = [(step * 480, 480, 60 + step, 80) for step in range(7)]
    lyrics = ((0, "gar"), (480, "de"), (960, "ner "), (1440, "in "), (1930, "win"), (2880, "ter "))
    part = Part.of(rows, 2 * 1920, lyrics=lyrics)
    (written,) = read([line("voice", part)]).parts
    sung = [
        (round(float(note.offset) * 480), lyric.text, lyric.syllabic)
        for note in written.flatten().notes
        for lyric in note.lyrics
    ]
    assert sung == [
        (0, "gar", "begin"),
        (480, "de", "middle"),
        (960, "ner", "end"),
        (1440, "in", "single"),
        (1920, "win", "begin"),
        (2880, "ter", "end"),
    ]


def test_drums_are_strokes_with_their_own_instruments():
    rows = [(0, 60, 36, 90), (0, 60, 42, 90), (240, 60, 42, 90), (480, 900, 38, 90)]
    data = musicxml([Track("kit", Part.of(rows, 1920), channel=9)], conductor(), 1920)
    (part,) = scores.reopened(data).parts
    signs = {(onset, drum_sign(drum)) for onset, _, drum, _ in rows}
    assert scores.strokes(part) == {(onset, s.position, s.notehead) for onset, s in signs}
    text = data.decode("utf-8")
    named = dict(
        re.findall(r'<midi-instrument id="([^"]+)">.*?<midi-unpitched>(\d+)<', text, re.DOTALL)
    )
    assert sorted(named.values()) == ["37", "39", "43"]  # MusicXML counts from 1
    played = re.findall(r'<instrument id="([^"]+)"', text)
    assert [int(named[player]) - 1 for player in played] == [36, 42, 42, 38]
    looks = {(sign.position, sign.notehead) for sign in DRUM_SIGNS.values()}
    assert len(looks) == len(DRUM_SIGNS)  # no two drums look alike


def test_programs_and_channels_are_those_of_the_tracks():
    text = musicxml(song(Meter(4, 4)), conductor(), 3 * 1920).decode("utf-8")
    part_list = text.partition("</part-list>")[0]
    assert re.findall(r"<midi-channel>(\d+)", part_list) == ["1", "2", *["10"] * 4, "3"]
    assert re.findall(r"<midi-program>(\d+)", part_list) == ["1", "74", *["1"] * 4, "34"]


def test_a_score_keeps_where_it_comes_from_and_not_when():
    said = Conductor("T", C_MAJOR, Meter(4, 4), 120.0, texts=("candidate=1 & run=2",))
    text = musicxml(song(Meter(4, 4)), said, 3 * 1920).decode("utf-8")
    assert '<miscellaneous-field name="provenance">candidate=1 &amp; run=2<' in text
    assert re.findall(r"<software>(.*)</software>", text) == [SOFTWARE]
    assert "encoding-date" not in text


def test_short_parts_rest_until_the_end():
    tracks = [*song(Meter(4, 4)), line("kurz", Part.of([(0, 480, 60, 80)], 1920))]
    for length_ticks, bars in ((3 * 1920, 3), (3 * 1920 + 1, 4)):
        score = scores.reopened(musicxml(tracks, conductor(), length_ticks))
        assert {len(scores.measures(part)) for part in score.parts} == {bars}


def test_characters_that_no_file_holds_are_left_out():
    part = Part.of([(0, 480, 60, 80)], 1920, lyrics=[(0, "la\x0b ")])
    said = Conductor("a\x00b", C_MAJOR, Meter(4, 4), 120.0, ((0, "c\x1bd"),))
    score = scores.reopened(musicxml([Track("e\ufffef", part)], said, 1920))
    assert score.metadata.movementName == "ab"
    assert score.parts[0].partName == "ef"
    assert scores.only(score, "RehearsalMark").content == "cd"


def test_scores_of_nothing_are_refused():
    part = Part.of([], 1920)
    for tracks, length_ticks in (([], 1920), ([Track("none", part)], 0)):
        with pytest.raises(ValueError, match="needs a track and a bar"):
            musicxml(tracks, conductor(), length_ticks)
    with pytest.raises(ValueError, match="longer than the score"):
        musicxml([Track("long", part)], conductor(), 1919)


SCRIPT = """
import sys, hashlib
from tests.engine.notation.test_musicxml import Meter, conductor, musicxml, song
meter = Meter(7, 8)
print(hashlib.sha256(musicxml(song(meter), conductor(meter), 3 * meter.bar_ticks)).hexdigest())
"""


def test_the_bytes_are_the_same_in_every_process():
    command = [sys.executable, "-c", SCRIPT]
    runs = {subprocess.check_output(command, cwd=ROOT, text=True) for _ in range(2)}
    assert len(runs) == 1


def test_music21_is_loaded_with_the_first_score():
    code = "import sys, engine.notation; sys.exit('music21' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
