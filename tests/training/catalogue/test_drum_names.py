from __future__ import annotations

import numpy as np
import pytest

from genomes.midi import MidiTrack
from genomes.notes import NOTE_DTYPE
from training.catalogue.drum_names import as_drums, is_drum_stem, of_stem, piece_of
from training.catalogue.songs import Stem


def track(name, *pitches, step=10, length=5):
    rows = [(index * step, length, pitch, 90, False) for index, pitch in enumerate(pitches)]
    return MidiTrack(name, np.array(rows, NOTE_DTYPE))


def pitches(found):
    return found.notes["pitch"].tolist()


@pytest.mark.parametrize(
    ("description", "group", "is_drums"),
    [
        ("Kick", "", True),
        ("Hi-Hat", "", True),
        ("HiHat 2", "", True),
        ("Drum Machine 1", "", True),
        ("All Drum Kit", "", True),
        ("Overheads", "", True),
        ("Hand claps and snaps", "", True),
        ("Anything", "drums", True),
        ("Anything", "Drums", True),
        ("Bass", "", False),
        ("Bass drum", "", True),
        ("Steel drums", "", False),
        ("Heartbeat", "", False),
        ("Kick Guitar", "", False),
        ("Vocal 1", "Vocals", False),
        ("Chatter", "", False),
    ],
)
def test_drums_are_told_by_group_and_description(description, group, is_drums):
    assert is_drum_stem(Stem(2, description, group)) == is_drums


@pytest.mark.parametrize(
    ("name", "note"),
    [("Kick", 36), ("HiHat", 42), ("Hi-hat", 42), ("Open Hat", 46), ("Snare 2", 38), ("Toms", 47),
     ("Cymbals", 49), ("Ride", 51), ("Tambourine", 54), ("Shaker", 70), ("CLAP", 39)],
)  # fmt: skip
def test_pieces_by_name(name, note):
    found = piece_of(name)
    assert found is not None
    assert found[0] == note


def test_the_names_of_tracks_decide_and_not_their_channel():
    stem = Stem(2, "Drums", "Drums")
    assert pitches(as_drums(track("HiHat", 60, 60), stem)) == [42, 42]
    assert pitches(as_drums(track("Kick", 48), stem)) == [36]
    assert as_drums(track("Kick", 48), stem).notes["is_drum"].all()


def test_a_note_that_is_the_piece_already_stays():
    stem = Stem(2, "Drums", "Drums")
    assert pitches(as_drums(track("Hi-Hat", 42, 46, 44), stem)) == [42, 46, 44]
    assert pitches(as_drums(track("Snare", 37, 60), stem)) == [37, 38]


def test_without_a_name_of_its_own_a_track_is_its_stem():
    assert pitches(as_drums(track("", 60), Stem(2, "Kick"))) == [36]
    assert pitches(as_drums(track("Inst 13", 60), Stem(2, "Shaker"))) == [70]


def test_a_whole_kit_keeps_its_notes():
    assert pitches(as_drums(track("Kit", 36, 38, 42), Stem(2, "Drums"))) == [36, 38, 42]


def test_toms_go_from_low_to_high_as_they_were():
    found = pitches(as_drums(track("Toms", 60, 62, 64, 60), Stem(2, "Toms")))
    assert found == [41, 45, 50, 41] or sorted(set(found)) == sorted(set(found), key=found.index)
    assert found[0] < found[1] < found[2]
    assert pitches(as_drums(track("Toms", 41, 50), Stem(2, "Toms"))) == [41, 50]


def test_strokes_of_one_note_never_overlap():
    found = as_drums(track("HiHat", 60, 61, 62, step=10, length=50), Stem(2, "Drums")).notes
    assert found["duration_ticks"].tolist() == [10, 10, 50]
    both = MidiTrack("Kick", np.array([(0, 9, 60, 50, 0), (0, 9, 61, 99, 0)], NOTE_DTYPE))
    assert as_drums(both, Stem(2, "Kick")).notes["velocity"].tolist() == [99]


def test_of_a_shared_file_a_stem_has_its_own_piece():
    tracks = (track("Kick 1", 36), track("Snare", 38), track("Inst 13", 45))
    shared = {"midi_group_file": "kit.mid"}
    assert [t.name for t in of_stem(tracks, Stem(2, "Kick", **shared))] == ["Kick 1"]
    assert [t.name for t in of_stem(tracks, Stem(2, "inst 13", **shared))] == ["Inst 13"]
    assert of_stem(tracks, Stem(2, "Overheads", **shared)) == tracks
    assert of_stem(tracks, Stem(2, "Kick", midi_file="k.mid")) == tracks
