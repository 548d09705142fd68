"""Other programs' MIDI files cut into slices: their notes, and what is told and verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mido
import pytest

from genomes.midi import read_midi
from tests.genomes.midi_bytes import events, midi_file
from tests.genomes.odd_files import (
    CHANNELS,
    CONTROL_CHARACTERS,
    CUT,
    EIGHT_SHARPS,
    GOOD,
    KARAOKE,
    LATER_METER_FIRST,
    METERS,
    ONE_NOTE,
    OVERHANG,
    REPEATED,
    SEQUENCES,
    off,
    on,
    saved,
)
from tests.training.catalogue.songs import LYRICS, file_song, manifest
from training.catalogue.steps import SEGMENTS_REPORT, make_manifest, make_segments, read_report
from training.catalogue.verify import Selection, verify
from training.schemas import SEGMENTS_FILE, SEGMENTS_TABLE, read_table

WHOLES = [(bar * 1920, 1920, 60) for bar in range(4)]
PEDAL_AND_BENDS = "00 B0 40 7F\n 00 E0 00 50\n 00 B0 65 00\n 00 B0 64 02\n 00 B0 06 42\n"
NESTED = saved([on(60), on(60, 480, 1), off(60, 480, 1), off(60, 960)])

# Its notes, and what is told besides that it says no tempo.
FILES: dict[str, tuple[bytes, list[tuple[int, int, int]], list[str]]] = {
    "good": (GOOD, WHOLES, []),
    "repeated": (REPEATED, [(480 * at, 480, 40) for at in range(16)], []),
    "channels": (CHANNELS, [(0, 960, 60), (480, 960, 60)], []),
    "nested": (NESTED, [(0, 1920, 60), (480, 480, 60)], []),
    "meters": (METERS, WHOLES, []),
    "order": (LATER_METER_FIRST, WHOLES, []),
    "overhang": (OVERHANG, [*WHOLES[:3], (5760, 1921, 60)], []),
    "words": (KARAOKE, WHOLES, ["left out: words"]),
    "names": (CONTROL_CHARACTERS, sorted([*WHOLES, *WHOLES]), []),
    "sequences": (
        SEQUENCES, [*WHOLES[:2], (3840, 1920, 65)],
        ["its 2 sequences (type 2) are read one after the other"],
    ),
    "sharps": (
        EIGHT_SHARPS, WHOLES, ["left out: a key of 8 sharps in mode 0 (track 1, tick 0)"],
    ),
    "pedal": (
        midi_file(events(PEDAL_AND_BENDS) + ONE_NOTE), [(0, 480, 60)],
        ["left out: pitch bends, sustain pedal, transposition (RPN 2)"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training folder of one song, each of whose tracks is one of the files."""
    catalogue = tmp_path_factory.mktemp("files")
    names = [*FILES, "cut"]
    tracks = [
        {"id": number, "description": f"Piano {number}", "midi_file": f"{name}.mid"}
        for number, name in enumerate(names, start=1)
    ]
    song = file_song(catalogue / "c", manifest(audio_tracks=tracks), LYRICS)
    for name in FILES:
        (song / f"{name}.mid").write_bytes(FILES[name][0])
    (song / "cut.mid").write_bytes(CUT)
    make_manifest(catalogue / "c", catalogue / "out")
    make_segments(catalogue / "c", catalogue / "out")
    return catalogue / "out"


def first_slices(out: Path) -> dict[str, dict[str, Any]]:
    """By the file that it was cut from."""
    rows = read_table(out / SEGMENTS_FILE, SEGMENTS_TABLE).to_pylist()
    return {Path(row["source_midi_file"]).stem: row for row in rows if not row["start_seconds"]}


@pytest.mark.parametrize("name", FILES)
def test_slices_have_the_notes_of_their_file(out: Path, name: str) -> None:
    data = (out / first_slices(out)[name]["midi_file"]).read_bytes()
    song = read_midi(data)
    assert [row[:3] for row in song.notes.tolist()] == FILES[name][1]
    assert song.meters == (read_midi(FILES[name][0]).meters or song.meters)


def test_what_slices_leave_out_is_told(out: Path) -> None:
    notes = read_report(out / SEGMENTS_REPORT)["notes"]
    for name, (_, _, remarks) in FILES.items():
        told = [note.partition(": ")[2] for note in notes if note.startswith(f"02_01/{name}.mid")]
        assert told == [*remarks, "says no tempo; 120 bpm of the manifest"]


def test_a_file_that_cannot_be_read_is_an_error_with_its_reason(out: Path) -> None:
    (error,) = read_report(out / SEGMENTS_REPORT)["errors"]
    assert error.startswith("02_01/cut.mid: unreadable: not a readable MIDI file: it breaks off")


def test_verification_finds_what_is_there_and_what_is_changed(out: Path) -> None:
    everything = Selection(count=None)
    assert verify(out, everything, fidelity=True, extract=False)["findings"] == []
    path = out / first_slices(out)["repeated"]["midi_file"]
    before = path.read_bytes()
    # As if the last were first out: one long note, and the others of a tick.
    others = [it for _ in range(15) for it in (on(40, 479, 1), off(40, 1, 1))]
    drone = saved([on(40), mido.MetaMessage("marker", time=1), *others, off(40, 479)])
    path.write_bytes(drone)
    (finding,) = verify(out, everything, fidelity=True, extract=False)["findings"]
    assert "note 40 ends" in finding
    path.write_bytes(before)
