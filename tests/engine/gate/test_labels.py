"""Labels: file names that every system takes, given once and never to another part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Refused
from engine.gate.labels import DEVICE_NAMES, MAX_LABEL_CHARS, file_label

NORMALISED = {
    "Verse": "verse",
    "  Big Chorus ": "big_chorus",
    "pre-chorus": "pre_chorus",
    "Verse  -  2": "verse_2",
    "Séance": "seance",
    "ＶＥＲＳＥ": "verse",
    "verse①": "verse1",
    "__verse__": "verse",
    "../../x": "x",
    "C:\\Windows\\verse": "cwindowsverse",
    "verse.mid": "versemid",
    "a/b": "ab",
    "verse\n2": "verse_2",
    "verse\x00\x1b[31m": "verse31m",
    "CON": "con_part",
    "Aux": "aux_part",
    "lpt1": "lpt1_part",
    "console": "console",
    "İ": "i",
    "v" * 300: "v" * MAX_LABEL_CHARS,
    "v" * 59 + " chorus": "v" * 59,
}


@pytest.mark.parametrize(("display", "label"), NORMALISED.items())
def test_normalised(display, label):
    assert file_label(display) == label


@pytest.mark.parametrize("display", ["", " ", "...", "/", "サビ", "---", "_", "🎵"])
def test_labels_with_nothing_left_are_refused_in_one_line(display):
    with pytest.raises(Refused) as refused:
        file_label(display)
    assert len(str(refused.value).splitlines()) == 1


@given(st.text() | st.sampled_from(sorted(DEVICE_NAMES)).map(str.upper))
def test_every_label_is_a_file_name_or_refused(display):
    try:
        label = file_label(display)
    except Refused:
        return
    assert label.isascii()
    assert label.replace("_", "a").isalnum()
    assert 1 <= len(label) <= MAX_LABEL_CHARS + len("_part")
    assert label not in DEVICE_NAMES
    assert label == label.strip("_") == label.casefold()
    assert file_label(label) == label


@pytest.mark.parametrize("label", ["../../x", "CON", "x" * 300, "/etc/passwd", "a\tb", "Ünder"])
def test_hostile_labels_stay_in_the_folder(shell, label):
    answer = shell.json("approve", shell.candidates()[0], "--label", label)
    (written,) = answer["files"]
    assert shell.approved_file(answer["label"]).as_posix() == written
    assert [path.name for path in shell.folder.rglob("approved/*")] == [f"{answer['label']}.mid"]
    assert shell.events("CandidateApproved")[0].display_label == label


def test_numbers_that_people_typed_are_labels_too(shell):
    first, second, *_ = shell.candidates()
    third = shell.candidates("meadow", "chorus")[0]
    labels = [
        shell.json("approve", candidate, "--label", label)["label"]
        for candidate, label in ((first, "verse"), (second, "Verse 2"), (third, "verse"))
    ]
    assert labels == ["verse", "verse_2", "verse_3"]


def test_a_wanted_label_is_taken_on_approval(shell):
    first = shell.candidates()[0]
    assert "will be called" in shell.do("label", first, "Pre-Chorus")
    assert shell.row(first)["label"] == "Pre-Chorus"
    shell.do("approve", first)
    (approved,) = shell.events("CandidateApproved")
    assert (approved.label, approved.display_label) == ("pre_chorus", "Pre-Chorus")


def test_an_approved_part_is_not_renamed(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    message = shell.refused("label", first, "other")
    assert "approved parts are not renamed; run engine undo" in message
    shell.do("undo", first)
    shell.do("label", first, "other")
    assert shell.json("approve", first)["label"] == "other"


def test_a_label_once_given_never_goes_to_another(shell):
    first, second, *_ = shell.candidates()
    assert shell.json("approve", first)["label"] == "verse"
    shell.do("undo", first)
    assert shell.json("approve", second)["label"] == "verse_2"
    assert not shell.approved_file("verse").exists()
    assert shell.approved_file("verse_2").exists()
    assert shell.json("approve", first)["label"] == "verse"
    shell.do("undo", first)
    assert shell.row(second)["label"] == "verse_2"
    assert shell.json("approve", shell.candidates("cellar")[0])["label"] == "verse"
