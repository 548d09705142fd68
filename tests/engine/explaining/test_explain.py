"""``engine explain``: of candidates in every stage, of files, and what people read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio.samples import Audio, write_audio
from engine.models.promotion import shipped_sha256
from engine.reports.explanation import in_words
from fitness.colours import AXES
from fitness.explaining import BAR, PART, REGISTER, Effect, Explanation
from fitness.fusion import DEFAULT_MODEL
from genomes import Key, Meter, Part
from genomes.midi import Conductor, Track, write_midi
from tests.engine.command_line import Shell
from tests.engine.runs.test_pictures import picture_size
from tests.engine.stages.snapshots import BARS, SONG, At, approved, told_next

TINY = ("--population", "6", "--generations", "1", "--seed", "3")


def of_kind(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [effect for effect in told["effects"] if effect["kind"] == kind]


@pytest.mark.parametrize(
    ("stage", "beside"),
    [("drums", ["chords", "drums"]), ("harmony", ["chords", "melody", "harmony"])],
)
def test_a_candidate_is_explained_as_it_was_scored(at: At, stage: str, beside: list[str]) -> None:
    shell = at("chords" if stage == "drums" else "melody")
    (run, *_) = shell.json("evolve", "--song", SONG, "--stage", stage, *TINY)
    best = run["survivors"][0]
    told = shell.json("explain", best["id"][:8])
    assert told["match"] == pytest.approx(best["terms"]["chromatic"], abs=1e-5)
    assert (told["candidate"], told["colour"]) == (best["id"], "Green")
    assert told["model"] == run["model"] == shipped_sha256()
    assert [effect["name"] for effect in of_kind(told, BAR)] == [
        str(bar + 1) for bar in range(BARS)
    ]
    named = [effect["name"] for effect in of_kind(told, PART)]
    assert set(beside) <= set(named)
    assert named[-1] == stage
    picture = Path(told["picture"])
    assert picture.name == f"1_{best['id'][:8]}_why_green.png"
    assert picture.with_name(f"1_{best['id'][:8]}.mid").is_file()
    picture_size(picture)


def test_chords_are_heard_alone(at: At) -> None:
    shell = at("song")
    (run,) = shell.json("evolve", "--song", SONG, "--stage", "chords", "--bars", "2", *TINY)
    best = run["survivors"][0]
    told = shell.json("explain", best["id"])
    assert told["match"] == told["mix"]
    assert told["match"] == pytest.approx(best["terms"]["chromatic"], abs=1e-5)
    assert of_kind(told, PART) == []
    for colour in ("--colour", "--color"):
        assert shell.json("explain", best["id"], colour, "v")["colour"] == "Violet"


def test_people_read_a_table_and_sentences(at: At, tmp_path: Path) -> None:
    shell = at("chords")
    (chords,) = approved(shell, "chords")
    said = shell.do("explain", chords, "--out", tmp_path / "why.png")
    picture_size(tmp_path / "why.png")
    assert all(axis in said for axis in AXES)
    assert all(f"bar {bar + 1}" in said for bar in range(BARS))
    assert "It matches Green" in said
    assert "nothing is left" in said
    assert told_next(said)[0] == "review"
    before = shell.head
    shell.do("explain", chords)
    assert shell.head == before + 1  # that it was shown, and nothing else


def test_a_part_made_by_hand(at: At, tmp_path: Path) -> None:
    shell = at("chords")
    meter = Meter.parse(shell.song(SONG).meter)
    rows = [(bar * meter.bar_ticks, 960, 40 + bar, 90) for bar in range(BARS)]
    part = Part.of(rows, BARS * meter.bar_ticks)
    file = write(tmp_path / "bass.mid", Track("bass", part, 33, 1), meter=meter)
    shell.do("import", file, "--song", SONG, "--stage", "bass", "--label", "verse")
    (bass,) = approved(shell, "bass")
    told = shell.json("explain", bass)
    assert [effect["name"] for effect in of_kind(told, PART)] == ["chords", "bass"]
    assert Path(told["picture"]).parent.name == "bass"


def write(path: Path, *tracks: Track, meter: Meter = Meter(4, 4)) -> Path:  # noqa: B008
    song = Conductor("mine", Key.parse("C major"), meter, 96.0, (), ())
    path.write_bytes(write_midi(tracks, song))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    low = Part.of([(bar * 1920, 1920, 40 + bar, 90) for bar in range(3)], 3 * 1920)
    high = Part.of([(beat * 480, 240, 72 + beat % 5, 70) for beat in range(8)], 3 * 1920)
    return write(tmp_path / "mine.mid", Track("bass", low, 33, 1), Track("lead", high, 73, 2))


def test_a_file_and_its_tracks(empty_shell: Shell, file: Path, tmp_path: Path) -> None:
    told = empty_shell.json("explain", file, "--colour", "GREEN")
    (scored,) = empty_shell.json("score", file, "--colour", "GREEN")
    assert told["match"] == pytest.approx(scored["chromatic"], abs=1e-5)
    assert [effect["name"] for effect in of_kind(told, PART)] == ["bass", "lead"]
    assert [effect["notes"] for effect in of_kind(told, BAR)] == [5, 5, 1]
    assert (told["picture"], told["file"]) == (None, str(file))
    out = tmp_path / "pictures" / "why.png"
    asked = ("explain", file, "--colour", "b", "--model", DEFAULT_MODEL, "--out", out)
    assert "It matches Blue" in empty_shell.do(*asked)
    picture_size(out)
    assert not empty_shell.folder.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["FILE"], "name one with --colour"),
        (["FILE", "--colour", "mauve"], "mauve"),
        (["FILE", "--colour", "green", "--concept", "a meadow"], "learned without concept"),
        (["FILE", "--colour", "green", "--audio", "BROKEN"], "not a sound file"),
        (["FILE", "--colour", "green", "--audio", "SOUND"], "learned without audio"),
        (["gone.mid", "--colour", "green"], "gone.mid"),
        (["BROKEN", "--colour", "green"], "broken.mid: "),
        (["SILENT", "--colour", "green"], "silent.mid: nothing sounds"),
        (["nope"], "no candidate 'nope'"),
    ],
)
def test_refused_in_one_line(
    at: At, file: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd nonsense")
    silent = write(tmp_path / "silent.mid", Track("nothing", Part.of([], 1920), 0, 0))
    sound = tmp_path / "sound.wav"
    write_audio(sound, Audio(np.ones((4800, 2), dtype=np.float32) / 8, 48_000))
    places = {
        "FILE": str(file), "BROKEN": str(broken), "SILENT": str(silent), "SOUND": str(sound)
    }  # fmt: skip
    shell = at("song")
    assert said in shell.refused("explain", *(places.get(word, word) for word in words))


def effect(kind: str, name: str, size: float, sounds: str = "Green", notes: int = 4) -> Effect:
    return Effect(kind, name, notes, size, dict.fromkeys(AXES, size), 0.7 - size, sounds, False)


def explanation(*effects: Effect, sounds: str = "Green") -> Explanation:
    return Explanation("Green", 0.7, dict.fromkeys(AXES, 0.7), sounds, effects, 0.7, ())


def test_the_strongest_are_named() -> None:
    effects = [effect(BAR, str(bar), size) for bar, size in enumerate((0.0, 0.1, 0.2, 0.15), 1)]
    found = explanation(
        *effects, effect(REGISTER, "low register", 0.3), effect(PART, "drums", 0.02, "Blue")
    )
    assert in_words(found) == [
        "It matches Green 0.70, and sounds Green.",
        "Bars 2–4, the low register and the drums make it Green.",
        "Without the drums it would sound Blue.",
    ]


def test_what_leads_away_is_named() -> None:
    found = explanation(
        effect(BAR, "1", 0.001), effect(BAR, "2", -0.2), effect(BAR, "4", -0.15), sounds="Red"
    )
    assert in_words(found)[:3] == [
        "It matches Green 0.70, and sounds Red.",
        "Nothing makes it Green by itself: each bar and register can be spared.",
        "Bars 2, 4 lead away from it.",
    ]
    assert in_words(found)[3:] == ["Without bar 2 it would sound Green."]
    one = explanation(effect(BAR, "2", 0.3, "Red"), sounds="Red")
    assert in_words(one)[1:] == ["Bar 2 leads towards Green."]
