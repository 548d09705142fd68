"""``engine words``: other words to an approved melody, and the way back."""

from __future__ import annotations

import pytest

from genomes import Part
from tests.engine.stages.snapshots import told_next

SHEET = "[Verse 1]\nThe river is wide\nI cannot get over\n[Verse 2]\nThere is a ship\n"


@pytest.fixture
def shell(arranged_shell):
    return arranged_shell


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "my sheet.txt"
    path.write_text(SHEET, "utf-8")
    return path


def melody(shell, section="verse"):
    """Id of the melody that a section uses."""
    (found,) = (
        entry["id"]
        for entry in shell.json("review", "--all")
        if entry["stage"] == "melody" and section in entry["used_by"]
    )
    return found


def in_use(shell, section="verse"):
    entries = shell.json("review", "--all")
    return {entry["stage"]: entry["id"] for entry in entries if section in entry["used_by"]}


def text(part):
    return "".join(words for _, words in part.lyrics).split()


def test_new_words_are_sung_to_the_tune_and_the_other_parts_stay(shell, sheet):
    before = in_use(shell)
    said = shell.json("words", before["melody"], "--lyrics", sheet)
    assert said["lines"] == ["The river is wide", "I cannot get over"]
    assert said["words"]["unused"] == [{"header": "Verse 2", "lines": ["There is a ship"]}]
    after = in_use(shell)
    assert after == before | {"melody": said["candidate"]}
    event = shell.events("CandidateApproved")[-1]
    part = Part.from_payload(event.part)
    assert text(part) == ["The", "river", "is", "wide", "I", "cannot", "get", "over"]
    (old,) = (e for e in shell.events("CandidateApproved") if e.candidate == before["melody"])
    assert set(part.notes["pitch"]) <= set(Part.from_payload(old.part).notes["pitch"])
    assert all(entry["stale"] is False for entry in shell.json("review", "--all"))


def test_one_undo_brings_the_former_words_back(shell, sheet):
    before = in_use(shell)
    out = shell.do("words", "a minor in 4/4", "--section", "verse", "--lyrics", sheet)
    assert out.splitlines()[:3] == [
        "verse is sung to these words now, by melody verse_2:",
        "  The river is wide",
        "  I cannot get over",
    ]
    assert in_use(shell) != before
    told_next(out)
    shell.do("undo")
    assert in_use(shell) == before
    again = shell.json("words", before["melody"], "--lyrics", sheet)
    assert in_use(shell)["melody"] == again["candidate"]
    assert len(shell.events("PartImported")) == 1


def test_what_the_melody_does_not_sing_is_said(shell, sheet):
    err = shell.type("words", melody(shell), "--lyrics", sheet).err
    assert "note: my sheet.txt: nothing sings the words under Verse 2: There is a ship" in err
    assert "arrange --song" in err


def test_the_state_is_the_same_when_it_is_rebuilt(shell, sheet):
    shell.do("words", melody(shell), "--lyrics", sheet)
    kept = shell.json("review", "--all")
    shell.do("doctor")
    assert shell.json("review", "--all") == kept
    assert shell.do("verify")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("nothing",), "no candidate or song 'nothing'"),
        (("a minor in 4/4",), "verse and chorus have melodies"),
        (("a minor in 4/4", "--section", "bridge"), "bridge has no approved melody"),
        (("a minor in 4/4", "--section", "chorus"), "the lyrics have no section 'chorus'"),
    ],
)
def test_refusals(shell, sheet, words, error):
    assert error in shell.refused("words", *words, "--lyrics", sheet)


def test_chords_are_not_sung(shell, sheet):
    chords = in_use(shell)["chords"]
    assert "nobody sings it" in shell.refused("words", chords, "--lyrics", sheet)


def test_words_that_are_sung_already_change_nothing(shell, sheet):
    shell.do("words", melody(shell), "--lyrics", sheet)
    assert "already" in shell.refused("words", melody(shell), "--lyrics", sheet)


def test_an_arrangement_sings_the_new_words_and_after_undo_those_it_was_given(shell, tmp_path):
    first, other = tmp_path / "first.txt", tmp_path / "other.txt"
    first.write_text("[Verse 1]\nThe river is wide\n[Verse 2]\nThere is a ship\n", "utf-8")
    other.write_text("I row you over, father\n", "utf-8")

    def sung(*options):
        planned = shell.json("arrange", "--song", "a minor", "--draft", *options)["plan"]
        return [s["words"] for s in planned["sections"] if s["name"].startswith("Verse")]

    assert sung("--lyrics", first) == [["The river is wide"], ["There is a ship"]]
    assert sung() == [["The river is wide"], ["There is a ship"]]
    shell.do("words", melody(shell), "--lyrics", other)
    assert sung() == [None, ["There is a ship"]]
    shell.do("undo")
    assert sung() == [["The river is wide"], ["There is a ship"]]
