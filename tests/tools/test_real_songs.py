"""The readers of annotated songs, on songs of our own in their formats, and on the real ones."""

from pathlib import Path

import numpy as np
import pytest

from genomes.midi import MidiSong, MidiTrack, write_song
from genomes.notes import Part
from genomes.time import Meter
from tools.real_songs import names
from tools.real_songs.billboard import read_charted_song
from tools.real_songs.chord_names import parse_chord
from tools.real_songs.pop import read_pop_song, read_tracks
from tools.real_songs.rock import read_rock_song
from tools.real_songs.windows import charted_part

REAL = Path(__file__).parents[3] / "shared" / "data" / "real"

CHART = """# title: -
# metre: 4/4
# tonic: A

0.0\tsilence
0.5\tA, intro, | A:maj | D:maj/5 . E:7 . | x2, (guitar
9.0\tB, verse, | F#:min D:maj | (2/4) E:sus4(b7) |
# tonic: B
15.0\t| B:maj | -> |
20.0\tB', chorus, fadeout, | B:maj7 &pause N B:maj |, guitar)
25.0\tend
"""


def test_a_chart_is_read_bar_by_bar(tmp_path):
    path = tmp_path / "song.txt"
    path.write_text(CHART)
    song = read_charted_song(path)
    assert [(s.label, s.letter, len(s.bars), s.is_fading) for s in song.sections] == [
        ("intro", "A", 4, False),
        ("verse", "B", 3, False),
        ("chorus", "B'", 1, True),
    ]
    assert song.tonics == (9, 9, 11)
    a, d, e = parse_chord("A:maj"), parse_chord("D:maj/5"), parse_chord("E:7")
    assert [bar.chords for bar in song.sections[0].bars] == [(a,) * 4, (d, d, e, e)] * 2
    verse = song.sections[1].bars
    assert verse[1].meter == Meter(2, 4)
    assert verse[1].chords == (parse_chord("E:sus4(b7)"),) * 2
    assert song.sections[2].bars[0].chords[1:3] == (None, None)


def test_the_chords_of_a_chart_are_played_plainly(tmp_path):
    path = tmp_path / "song.txt"
    path.write_text(CHART)
    one = charted_part(path, np.random.default_rng(1))
    assert (one.song, one.role, one.meter) == ("billboard/song", "chords", Meter(4, 4))
    assert one.part.length_ticks == 7 * one.meter.bar_ticks  # the bar of 2/4 is left out
    first = [row[2] for row in one.part.notes.tolist() if row[0] == 0]
    assert first == [45, 57, 61, 64]
    over_fifth = [row[2] for row in one.part.notes.tolist() if row[0] == one.meter.bar_ticks]
    assert over_fifth == [45, 57, 62, 66]
    last = one.part.length_ticks - one.meter.bar_ticks
    sounding = {row[0] - last for row in one.part.notes.tolist() if row[0] >= last}
    assert 480 not in sounding  # where the chart has no chord


@pytest.mark.parametrize(
    ("label", "root", "intervals", "bass"),
    [
        ("C", 0, (0, 4, 7), 0),
        ("Ab:min7/b3", 8, (0, 3, 7, 10), 11),
        ("F#:maj(9)", 6, (0, 2, 4, 7), 6),
        ("E:sus4(b7,9)", 4, (0, 2, 5, 7, 10), 4),
        ("Bb:maj/9", 10, (0, 4, 7), 0),
        ("G:7(*5,b9)", 7, (0, 1, 4, 10), 7),
    ],
)
def test_a_chord_label_names_its_pitch_classes(label, root, intervals, bass):
    chord = parse_chord(label)
    assert (chord.root_pitch_class, chord.intervals, chord.bass_pitch_class) == (
        root,
        intervals,
        bass,
    )


def test_an_unknown_chord_label_is_refused():
    with pytest.raises(ValueError, match="H:maj"):
        parse_chord("H:maj")


def test_a_pop_song_is_read_on_one_grid(tmp_path):
    folder = tmp_path / "007"
    folder.mkdir()
    texts = {
        "analyzed_key.txt": "Db:min\nE:maj\n",
        "tempo.txt": "90",
        "finalized_chord.txt": "N [] -1 2\nDb:min/b3 [1, 4, 8] 4 4 \nA:maj( [1, 4, 9] 9 2 \n",
        "melody.txt": "0 4\n61 2\n64 10\n",
        "human_label1.txt": "i1A1",
        "beat_midi.txt": "\n".join(
            f"{0.25 + beat * 0.5} 1 {beat % 4 == 1:d}" for beat in range(10)
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    notes = Part.of([(720, 480, 60, 90), (1200, 240, 64, 90)], 4800).notes
    song = MidiSong((MidiTrack("MELODY", notes),), 4800, ((0, 500_000),), (), 480)
    (folder / "007.mid").write_bytes(write_song(song))

    read = read_pop_song(folder)
    assert (read.tonic_pitch_class, read.mode, read.tempo_bpm) == (1, "minor", 90)
    assert [chord and chord.root_pitch_class for chord in read.chords] == [None] * 2 + [1] * 4 + [
        9
    ] * 2
    assert read.chords[2].bass_pitch_class == 4
    assert [tuple(n)[:3] for n in read.melody.notes.tolist()] == [(480, 240, 61), (720, 1200, 64)]
    assert [(label.letter, label.first_bar, label.bars) for label in read.form] == [
        ("i", 0, 1),
        ("A", 1, 1),
    ]
    # The first downbeat comes at 0.75 s, which is a quarter and a half into the file.
    played = read_tracks(folder)["MELODY"]
    assert [tuple(n)[:3] for n in played.notes.tolist()] == [(0, 480, 60), (480, 240, 64)]
    assert played.length_ticks == 2 * 1920


def test_a_rock_file_is_read_by_role(tmp_path):
    bass = Part.of([(0, 96, 33, 90)], 960).notes
    drums = Part.of([(96, 12, 38, 90)], 960, is_drum=True).notes
    tracks = (MidiTrack("b", bass, 33), MidiTrack("d", drums), MidiTrack("g", bass, 29))
    song = MidiSong(tracks, 200, ((0, 400_000),), ((0, Meter(3, 4)),), 96)
    path = tmp_path / "song.mid"
    path.write_bytes(write_song(song))
    read = read_rock_song(path)
    assert (read.name, read.meter, read.tempo_bpm) == ("song", Meter(3, 4), 150)
    assert tuple(read.bass.notes[0])[:2] == (0, 480)
    assert tuple(read.drums.notes[0])[:3] == (480, 60, 38)
    assert len(read.others.notes) == 1
    assert read.bass.length_ticks == 1440


def test_every_fifth_song_is_held_out(tmp_path):
    for name in "gfedcba":
        (tmp_path / name).touch()
    assert names(tmp_path, held_out=True) == ["e"]
    assert names(tmp_path, held_out=False) == ["a", "b", "c", "d", "f", "g"]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real songs are not here")
@pytest.mark.parametrize(
    ("folder", "read"),
    [("billboard", read_charted_song), ("pop909", read_pop_song), ("rock", read_rock_song)],
)
def test_every_real_song_can_be_read(folder, read):
    for name in names(REAL / folder, held_out=False):
        read(REAL / folder / name)
