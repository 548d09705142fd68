"""Other programs' MIDI files through every command that reads one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from engine.errors import EngineError
from engine.gate.midi_parts import read_midi_part
from engine.proposals.lyrics import read_lyrics
from engine.reports.explanation import subject_of_file
from engine.stages import STAGES
from fitness.errors import FitnessError
from fitness.explaining import BAR, PART
from fitness.legacy_roll import legacy_roll
from genomes import Part
from genomes.lyrics import Lyrics
from genomes.midi import MidiError
from tests.engine.arrangement.approved_parts import opened
from tests.engine.command_line import Shell
from tests.genomes.midi_bytes import events, midi_file
from tests.genomes.odd_files import (
    AT_BAR_33,
    CHANNELS,
    CONTROL_CHARACTERS,
    CUT,
    EIGHT_SHARPS,
    FORGIVEN,
    GOOD,
    KARAOKE,
    LATER_METER_FIRST,
    METERS,
    ONE_NOTE,
    OVERHANG,
    REFUSED,
    REPEATED,
    SEQUENCES,
    WHOLE_NOTES,
    damaged_files,
    meter,
    off,
    on,
    saved,
)

SONG = "meadow"
WHOLES = [(bar * 1920, 1920, 60) for bar in range(4)]
COUNTED_IN_FOUR = "its meter changes to 3/4 in bar 3; its bars are counted in 4/4"
FROM_33 = "its first note is in bar 33, with 32 empty bars in front: --from-bar 33 leaves them out"

Notes = list[tuple[int, int, int]]


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A song in 4/4 at 120 bpm."""
    folder = tmp_path / "studio"
    with opened(folder):
        return Shell(folder, capsys)


@pytest.fixture
def song(shell: Shell) -> str:
    return str(shell.json("songs", "list")[0]["id"])


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(data: bytes, name: str = "mine.mid") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def import_words(path: Path, song: str, stage: str = "chords", *options: str) -> list[str | Path]:
    return ["import", path, "--song", song, "--stage", stage, "--label", "verse", *options]


# File, options, notes, bars of the part, what is told.
IMPORTED: dict[str, tuple[bytes, tuple[str, ...], Notes, int, list[str]]] = {
    "good": (GOOD, (), WHOLES, 4, []),
    "repeated": (REPEATED, (), [(480 * at, 480, 40) for at in range(16)], 4, []),
    "channels": (
        CHANNELS, (), [(0, 960, 60), (480, 960, 60)], 1,
        ["channels 1, 2 are merged into one part"],
    ),
    "another meter later": (METERS, (), WHOLES, 4, [COUNTED_IN_FOUR]),
    "another meter first in the file": (LATER_METER_FIRST, (), WHOLES, 4, [COUNTED_IN_FOUR]),
    "overhang": (
        OVERHANG, (), WHOLES, 4,
        ["1 note over the last bar line cut at it, by up to 1 tick of 480 a quarter"],
    ),
    "too long to be an overhang": (
        saved([*WHOLE_NOTES[:-1], off(60, 2041)]), (), [*WHOLES[:3], (5760, 2041, 60)], 5, [],
    ),
    "words": (KARAOKE, (), WHOLES, 4, ["left out: words"]),
    "control characters": (
        CONTROL_CHARACTERS, (), sorted([*WHOLES, *WHOLES]), 4,
        ["2 tracks are merged into one part: Pia [31mno, Baß"],
    ),
    "sequences": (
        SEQUENCES, (), [*WHOLES[:2], (3840, 1920, 65)], 3,
        ["its 2 sequences (type 2) are read one after the other",
         "2 tracks are merged into one part: track 1, track 2"],
    ),
    "eight sharps": (
        EIGHT_SHARPS, (), WHOLES, 4, ["left out: a key of 8 sharps in mode 0 (track 1, tick 0)"],
    ),
    "nested": (
        saved([on(60), on(60, 480, 1), off(60, 480, 1), off(60, 960)]), (),
        [(0, 960, 60), (480, 1440, 60)], 1,
        ["2 notes of a pitch that sounds twice at once ended in the order in which they begin",
         "channels 1, 2 are merged into one part"],
    ),
    "transposed": (
        midi_file(events("00 B0 65 00\n 00 B0 64 02\n 00 B0 06 42") + ONE_NOTE), (),
        [(0, 480, 60)], 1, ["left out: transposition (RPN 2)"],
    ),
    "at bar 33": (
        AT_BAR_33, (), [(bar * 1920, 1920, 60) for bar in range(32, 37)], 37, [FROM_33],
    ),
    "from bar 33": (
        AT_BAR_33, ("--from-bar", "33"), [(bar * 1920, 1920, 60) for bar in range(5)], 5, [],
    ),
    "from bar 35": (
        AT_BAR_33, ("--from-bar", "35"), WHOLES[:3], 3, ["2 notes before bar 35 left out"],
    ),
    "from a bar that a note rings into": (
        saved([on(60), off(60, 2400), on(62), off(62, 480), on(64, 960), off(64, 480)]),
        ("--from-bar", "2"), [(0, 480, 60), (480, 480, 62), (1920, 480, 64)], 2, [],
    ),
    "from a bar after another meter": (
        saved([meter(3), meter(4, 2880), on(60), off(60, 1920)], WHOLE_NOTES[:2]),
        ("--from-bar", "3"), [(0, 1920, 60)], 1,
        ["1 note before bar 3 left out", "2 tracks are merged into one part: track 1, track 2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPORTED)
def test_imported(shell: Shell, song: str, file: Callable[..., Path], name: str) -> None:
    data, options, notes, bars, remarks = IMPORTED[name]
    said = shell.do(*import_words(file(data), song, "chords", *options))
    (event,) = shell.events("PartImported")
    part = Part.from_payload(event.part)
    assert [row[:3] for row in part.notes.tolist()] == notes
    assert part.length_ticks == bars * 1920
    assert event.warnings == remarks
    assert [line for line in said.splitlines() if line.startswith("note: ")] == [
        f"note: {remark}" for remark in remarks
    ]


def test_odd_events_are_left_out_and_named(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    paths = {name: file(data, f"{name}.mid") for name, (data, _) in FORGIVEN.items()}
    scored = score(shell, *paths.values())
    state = shell.song(song)
    for name, (_, remark) in FORGIVEN.items():
        assert scored[str(paths[name])]["warnings"] == [remark]
        assert read_midi_part(paths[name], state, STAGES["chords"]).warnings == (remark,)
    said = shell.do(*import_words(paths["eight sharps"], song))
    assert f"note: {FORGIVEN['eight sharps'][1]}" in said


def test_what_cannot_be_read_is_refused_by_what_is_wrong(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    paths = [file(data, f"{name}.mid") for name, (data, _) in REFUSED.items()]
    for words in (["--colour", "green"], ["--stage", "chords", "--song", song]):
        said = shell.type("score", *paths, *words)
        assert (said.code, said.out) == (2, "")
        lines = said.err.splitlines()
        for path, line, (_, why) in zip(paths, lines, REFUSED.values(), strict=True):
            assert path.name in line
            assert why in line
    for path in (path for path in paths if path.stem in {"cut", "nothing"}):
        why = REFUSED[path.stem][1]
        assert why in shell.refused("explain", path, "--colour", "green")
        assert why in shell.refused(*import_words(path, song))


@pytest.mark.parametrize(
    ("data", "options", "why"),
    [
        (saved([meter(3), *WHOLE_NOTES]), (), "mine.mid is in 3/4, the song in 4/4"),
        (METERS, ("--from-bar", "3"), "mine.mid is in 3/4, the song in 4/4"),
        (GOOD, ("--from-bar", "6"), "mine.mid: no notes from bar 6 on"),
        (saved([]), (), "mine.mid: no notes in it"),
    ],
)
def test_what_does_not_fit_is_refused(
    shell: Shell,
    song: str,
    file: Callable[..., Path],
    data: bytes,
    options: tuple[str, ...],
    why: str,
) -> None:
    assert shell.refused(*import_words(file(data), song, "chords", *options)) == why


def test_a_part_too_long_says_where_it_begins(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    shell.do(*import_words(file(GOOD), song))
    bass = file(AT_BAR_33, "bass.mid")
    said = shell.refused(*import_words(bass, song, "bass"))
    assert said.endswith("its first note is in bar 33: --from-bar cuts what is before")
    shell.do(*import_words(file(saved([on(60, 32 * 1920), off(60, 1920)])), song, "bass",
                           "--from-bar", "33"))  # fmt: skip


def test_words_are_lyrics_where_a_stage_sings(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    shell.do(*import_words(file(GOOD), song))
    said = shell.do(*import_words(file(KARAOKE), song, "melody"))
    assert "note: 2 syllables of words taken as its lyrics" in said
    part = Part.from_payload(shell.events("PartImported")[-1].part)
    # The first is moved to the note that it is near to, the second is near to none.
    assert part.lyrics == ((0, "Row "), (490, "on "))


def test_a_melody_is_evolved_with_the_words_of_a_file(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    shell.do(*import_words(file(GOOD), song))
    tiny = ("--population", "4", "--generations", "1", "--seed", "1")
    asked = ["evolve", "--song", song, "--stage", "melody", "--lyrics"]
    assert "has no words to sing" in shell.refused(*asked, file(GOOD), *tiny)
    assert "it breaks off in track 1" in shell.refused(*asked, file(CUT), *tiny)
    shell.do(*asked, file(KARAOKE, "sing along.kar"), *tiny)
    sung = Lyrics.from_payload(shell.events("RunStarted")[-1].lyrics)
    assert [[each.text for each in line.syllables] for line in sung.lines] == [["Row", "on"]]


def score(shell: Shell, *paths: Path) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in shell.json("score", *paths, "--colour", "green")}


@pytest.mark.parametrize(
    ("data", "remarks"),
    [
        (GOOD, []),
        (METERS, ["its meter changes to 3/4 in bar 3"]),
        (LATER_METER_FIRST, ["its meter changes to 3/4 in bar 3"]),
        (EIGHT_SHARPS, ["left out: a key of 8 sharps in mode 0 (track 1, tick 0)"]),
        (midi_file(events("00 E0 00 50") + ONE_NOTE), ["left out: pitch bends"]),
    ],
)
def test_scored(shell: Shell, file: Callable[..., Path], data: bytes, remarks: list[str]) -> None:
    path = file(data)
    assert score(shell, path)[str(path)]["warnings"] == remarks
    said = shell.type("score", path, "--colour", "green")
    assert said.err.splitlines() == [f"note: {path}: {remark}" for remark in remarks]


def test_a_small_overhang_scores_as_the_bars_without_it(
    shell: Shell, file: Callable[..., Path]
) -> None:
    over, whole = file(OVERHANG, "over.mid"), file(GOOD, "good.mid")
    found = score(shell, over, whole)
    assert found[str(over)]["chromatic"] == found[str(whole)]["chromatic"]
    assert found[str(over)]["warnings"] == IMPORTED["overhang"][-1]


def test_one_bad_file_does_not_stop_the_score_of_the_others(
    shell: Shell, song: str, file: Callable[..., Path], tmp_path: Path
) -> None:
    good, bad, empty = (
        file(data, name)
        for name, data in (("good.mid", GOOD), ("cut.mid", CUT), ("empty.mid", saved([])))
    )
    gone = tmp_path / "gone.mid"
    for words in (["--colour", "green"], ["--stage", "chords", "--song", song]):
        before = shell.head
        said = shell.type("score", bad, good, empty, gone, good, *words)
        assert (said.code, shell.head) == (2, before)
        assert said.out.count("good.mid") == 2
        errors = [line for line in said.err.splitlines() if line.startswith("error: ")]
        assert [name in line for name, line in zip(("cut", "empty", "gone"), errors, strict=True)]
    said = shell.type("score", bad, empty, "--colour", "green")
    assert (said.code, said.out, said.err.count("error: ")) == (2, "", 2)


@pytest.mark.parametrize(
    ("data", "bars", "parts"),
    [
        (GOOD, [1, 1, 1, 1], []),
        (REPEATED, [4, 4, 4, 4], []),
        # Two bars of four quarters, then bars of three.
        (METERS, [1, 1, 1, 1, 0], []),
        (LATER_METER_FIRST, [1, 1, 1, 1, 0], []),
        (OVERHANG, [1, 1, 1, 1], []),
        (SEQUENCES, [1, 1, 1], ["track 1", "track 2"]),
        (CONTROL_CHARACTERS, [2, 2, 2, 2], ["Pia\x1b[31mno", "Baß"]),
    ],
)
def test_explained_by_the_bars_of_the_file(
    shell: Shell, file: Callable[..., Path], data: bytes, bars: list[int], parts: list[str]
) -> None:
    path = file(data)
    told = shell.json("explain", path, "--colour", "green", "--out", path.with_suffix(".png"))
    effects = told["effects"]
    assert [effect["notes"] for effect in effects if effect["kind"] == BAR] == bars
    assert [effect["name"] for effect in effects if effect["kind"] == PART] == parts
    assert told["match"] == pytest.approx(score(shell, path)[str(path)]["chromatic"], abs=1e-5)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a file is written again and again."""
    return tmp_path_factory.mktemp("damaged") / "mine.mid"


@settings(max_examples=20 * settings.default.max_examples)  # 20,000 in the deep profile
@given(damaged_files())
def test_damaged_files_are_read_or_refused_in_a_line(place: Path, data: bytes) -> None:
    place.write_bytes(data)
    song, stage = SimpleNamespace(meter="4/4", tempo_bpm=120.0), STAGES["chords"]
    whys = []
    for read in (
        lambda: read_midi_part(place, song, stage),
        lambda: subject_of_file(place),
        lambda: legacy_roll(data),
        lambda: read_lyrics(place),
    ):
        try:
            read()
        except (EngineError, FitnessError, MidiError) as error:
            whys.append(str(error))
    assert not any("\n" in why or why.endswith("()") for why in whys)


def test_what_is_no_proposal_and_no_list_of_clips_is_refused(
    shell: Shell, song: str, file: Callable[..., Path]
) -> None:
    for data in (GOOD, CUT, CONTROL_CHARACTERS):
        path = file(data)
        said = shell.type("songs", "add", path)
        assert said.code == 2
        assert len(said.err.splitlines()) == 1
        assert "mine.mid" in said.err
        assert "mine.mid" in shell.refused("arrange", "--song", song, "--import", path)
