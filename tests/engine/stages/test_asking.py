"""What makes no sense is refused in one line, before anything is recorded."""

from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.runs.requests import locks_of
from genomes.locks import Locks
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import SONG, approved, evolve_words, evolved

LATER = ("drums", "bass", "melody", "harmony")
SHEET = "[Chorus]\nHold the line\nand let it go\n"
NO_VERSE = "the lyrics have no section 'verse'; their headers are Chorus"


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text(SHEET, "utf-8")
    return path


@pytest.mark.parametrize("stage", LATER)
def test_nothing_approved_names_the_chords_run(at, stage):
    shell = at("song")
    said = shell.refused(*evolve_words(stage))
    song_id = shell.song(SONG).song_id
    assert said.startswith(f"{stage}: no approved chords")
    assert said.endswith(f"run engine evolve --stage chords --song {song_id}")


def test_pending_chords_name_the_review(at):
    shell = at("song")
    evolved(shell, "chords")
    said = shell.refused(*evolve_words("bass"))
    assert said.endswith(f"run engine review --song {shell.song(SONG).song_id} and approve chords")


def test_harmony_wants_a_melody(at):
    shell = at("bass")
    song_id = shell.song(SONG).song_id
    said = shell.refused(*evolve_words("harmony"))
    assert "no approved chords, melody" in said
    assert said.endswith(f"run engine evolve --stage melody --song {song_id}")
    evolved(shell, "melody")
    assert "and approve melody" in shell.refused(*evolve_words("harmony"))


def test_a_parent_must_be_there_approved_and_of_an_earlier_stage(at):
    shell = at("melody")
    (chords,), (melody,) = approved(shell, "chords"), approved(shell, "melody")
    pending = evolved(shell, "bass", seed=7)[0]
    assert "no candidate 'ffff'" in shell.refused(*evolve_words("bass", "--parent", "ffff"))
    for words, why in (
        (evolve_words("melody", "--parent", pending), "is pending, nothing can stand on it"),
        (evolve_words("bass", "--parent", melody), f"{melody[:8]} is melody"),
        (evolve_words("harmony", "--parent", chords), f"{chords[:8]} is chords"),
        (evolve_words("chords", "--parent", chords), "chords stand on nothing"),
    ):
        assert why in shell.refused(*words)
    shell.do("reject", pending)
    assert "is rejected" in shell.refused(*evolve_words("melody", "--parent", pending))


@pytest.mark.parametrize("command", ["undo", "reject"])
def test_a_parent_whose_own_ground_is_gone_is_refused(at, command):
    shell = at("drums")
    (chords,), (drums,) = approved(shell, "chords"), approved(shell, "drums")
    shell.do(command, chords)
    said = shell.refused(*evolve_words("bass", "--parent", drums))
    assert said.endswith(f"run engine approve {chords[:8]} first")
    assert "not approved any more" in shell.refused(*evolve_words("drums", "--from", drums))
    shell.do("approve", chords)
    assert evolved(shell, "bass", "--parent", drums)


@pytest.mark.parametrize("option", [("--bars", "4"), ("--energy", "0.9")])
@pytest.mark.parametrize("stage", LATER)
def test_later_stages_are_as_long_as_what_they_stand_on(at, stage, option):
    assert "leave --bars and --energy out" in at("melody").refused(*evolve_words(stage, *option))


@pytest.mark.parametrize("stage", ["chords", "drums", "bass", "harmony"])
def test_only_melodies_are_sung(at, sheet, stage):
    shell = at("melody")
    assert "leave --lyrics out" in shell.refused(*evolve_words(stage, "--lyrics", str(sheet)))
    assert "leave --singer out" in shell.refused(*evolve_words(stage, "--singer", "alto"))


@pytest.mark.parametrize(
    ("locks", "why"),
    [
        (["bars=1-3"], "has 3 bars, and one must be left"),
        (["bars=4"], "has 3 bars"),
        (["bars=0"], "expected bars=1-2, rhythm, pitch or voices=kick,snare"),
        (["bars=2-1"], "expected bars=1-2, rhythm, pitch or voices=kick,snare"),
        (["Rhythm"], "expected bars=1-2, rhythm, pitch or voices=kick,snare"),
        (["rhythm", "pitch"], "nothing is left"),
    ],
)
def test_locks_that_make_no_sense(at, locks, why):
    shell = at("bass")
    (source,) = approved(shell, "bass")
    typed = [word for lock in locks for word in ("--lock", lock)]
    assert why in shell.refused(*evolve_words("bass", "--from", source, *typed))


def test_locks_as_they_are_typed():
    assert locks_of([]) == Locks()
    assert locks_of(["bars=1-2", "bars=4", "bars=2-2"]) == Locks((0, 1, 3))
    assert locks_of(["rhythm", "bars=10"]) == Locks((9,), rhythm=True)
    for word in ("", "bars", "bars=", "bars=1-", "bars=1,2", "bars=-1", "pitch "):
        with pytest.raises(Refused):
            locks_of([word])


@pytest.mark.parametrize("facts", [("--key", "A major"), ("--meter", "3/4")])
def test_nothing_stands_on_what_was_made_before_a_revision(at, facts):
    shell = at("bass")
    (chords,), (bass,) = approved(shell, "chords"), approved(shell, "bass")
    shell.do("songs", "add", demo("green"), *facts)
    assert "revised" in shell.refused(*evolve_words("melody", "--parent", chords))
    assert "revised" in shell.refused(*evolve_words("bass", "--from", bass, "--lock", "bars=1"))
    said = shell.refused(*evolve_words("melody"))
    assert "no approved chords to stand on, and some are stale" in said
    assert said.endswith(f"run engine evolve --stage chords --song {shell.song(SONG).song_id}")


@pytest.mark.parametrize(
    ("stage", "options", "why"),
    [
        ("bass", ["--section", "bridge"],
         "no section 'bridge' with approved chords; sections are verse"),
        ("chords", ["--section", " "], "expected a label"),
        ("melody", ["--singer", "nobody"], "singer 'nobody': expected one of soprano"),
        ("melody", ["--lyrics", "SHEET"], NO_VERSE),
        ("melody", ["--lyrics", "SHEET", "--section", "verse"], NO_VERSE),
        ("bass", ["--lock", "rhythm"], "name it with --from"),
        ("bass", ["--from", "ffff"], "no candidate"),
        ("bass", ["--from", "CHORDS"], " is chords, not bass"),
        ("chords", ["--from", "CHORDS", "--section", "chorus"], "--from says"),
        ("bass", ["--from", "BASS", "--parent", "x"], "--from says"),
        ("bass", ["--from", "BASS", "--bars", "2"], "--from says"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense(at, sheet, stage, options, why):
    shell = at("bass")
    (chords,), (bass,) = approved(shell, "chords"), approved(shell, "bass")
    typed = {"SHEET": str(sheet), "CHORDS": chords, "BASS": bass}
    assert why in shell.refused(*evolve_words(stage, *(typed.get(each, each) for each in options)))


def test_words_are_sung_in_the_sections_that_have_them(at, sheet):
    shell = at("melody")
    shell.do("approve", evolved(shell, "chords", "--section", "chorus", seed=2)[0])
    said = shell.refused(*evolve_words("harmony", "--section", "chorus"))
    assert "no approved chords, melody in chorus to stand on;" in said
    runs = shell.json(*evolve_words("melody", "--lyrics", str(sheet)))
    assert {
        (run["section"]["label"], "lyrics" in survivor["description"])
        for run in runs
        for survivor in run["survivors"]
    } == {("chorus", True), ("verse", False)}
