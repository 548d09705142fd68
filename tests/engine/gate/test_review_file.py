"""The review file: written to be edited, taken in whole or not at all."""

from __future__ import annotations

import pytest
import yaml

from engine.ids import short
from tests.engine.stages.snapshots import SONG, evolved


class ReviewFile:
    """A review file between its writing and its taking in."""

    def __init__(self, shell):
        self.shell = shell
        shell.do("review", "--yaml", "--song", "meadow")
        (self.path,) = shell.folder.rglob("review.yml")
        self.document = yaml.safe_load(self.path.read_text("utf-8"))
        self.rows = self.document["candidates"]

    def write(self):
        self.path.write_text(yaml.safe_dump(self.document, allow_unicode=True), "utf-8")

    def take_in(self):
        self.write()
        return self.shell.json("review", "--apply", self.path)

    def refused(self):
        self.write()
        return self.shell.refused("review", "--apply", self.path)


@pytest.fixture
def file(shell):
    """The demo song's file; its first candidate has a note and a wanted label."""
    first = shell.candidates()[0]
    shell.do("note", first, "  two\nlines: 'quoted' — no\t")
    shell.do("label", first, "Opening")
    return ReviewFile(shell)


@pytest.mark.parametrize("word", ["pending", "PENDING", "", None, "none"])
def test_words_for_pending_take_decisions_back(shell, file, word):
    first = file.rows[0]["id"]
    shell.do("approve", first)
    shell.do("reject", first)
    file = ReviewFile(shell)
    file.rows[0]["status"] = word
    assert [change["kind"] for change in file.take_in()] == ["DecisionUndone"] * 2
    assert shell.row(first)["status"] == "pending"
    assert not shell.approved_file("opening").exists()


def test_an_old_file_takes_no_later_decision_back(shell, file):
    first, second, third, *_ = (row["id"] for row in file.rows)
    shell.do("approve", first)
    shell.do("note", second, "later")
    file.rows[2]["status"] = "rejected"
    assert [change["candidate"] for change in file.take_in()] == [third]
    assert [shell.row(each)["status"] for each in (first, second, third)] == [
        "approved",
        "pending",
        "rejected",
    ]


def test_an_edit_against_a_later_decision_is_named_and_nothing_is_applied(shell, file):
    shell.do("approve", file.rows[0]["id"])
    file.rows[0]["status"] = "rejected"
    file.rows[1]["status"] = "approved"
    message = file.refused()
    assert f"{short(file.rows[0]['id'])}: approved since the file was written" in message
    assert shell.row(file.rows[1]["id"])["status"] == "pending"


@pytest.mark.parametrize("word", ["chorus", "yes", "approve", True, 1, ["approved"], {"a": 1}])
def test_any_other_status_is_named_and_nothing_is_applied(file, word):
    file.rows[0]["status"] = "approved"
    file.rows[1]["status"] = word
    message = file.refused()
    assert "status" in message
    assert "nothing was applied" in message
    if not isinstance(word, list | dict):
        assert short(file.rows[1]["id"]) in message


def test_two_approvals_with_one_label(shell, file):
    for row in file.rows[:2]:
        row |= {"status": "approved", "label": "verse"}
    file.take_in()
    labels = [event.label for event in shell.events("CandidateApproved")]
    assert labels == ["verse", "verse_2"]


def test_notes_and_labels_are_taken_in(shell, file):
    second = file.rows[1]["id"]
    file.rows[1] |= {"notes": "wider", "label": "Bridge"}
    assert [change["kind"] for change in file.take_in()] == ["CandidateNoted", "CandidateLabelled"]
    assert (shell.row(second)["notes"], shell.row(second)["label"]) == (["wider"], "Bridge")
    assert file.take_in() == []


def test_comparisons_are_taken_in_as_the_commands_state_them(shell, file):
    first, second = (row["id"] for row in file.rows[:2])
    beside = [row["id"] for row in file.rows if row["section"] == file.rows[1]["section"]]
    file.rows[0]["compared"], file.rows[1]["compared"] = "more", "Can't tell"
    assert [change["kind"] for change in file.take_in()] == ["PreferenceStated"] * 2
    stated = {each.candidate: each for each in shell.events("PreferenceStated")}
    assert (stated[first].preference, stated[second].preference) == ("more", "cant-tell")
    assert {second, *stated[second].among} == set(beside)
    assert file.take_in() == []
    file.rows[0]["compared"] = "best"
    assert "expected more, less, least or cant-tell" in file.refused()
    shell.do("undo", second)
    assert len(shell.song("meadow").preferences) == 1


@pytest.mark.parametrize("nothing", ["", None, "  "])
def test_clearing_loses_nothing(shell, file, nothing):
    before = shell.row(file.rows[0]["id"])
    file.rows[0] |= {"notes": nothing, "label": nothing}
    assert file.take_in() == []
    assert shell.row(file.rows[0]["id"]) == before


@pytest.mark.parametrize(("field", "value"), [("notes", False), ("notes", 0), ("label", 7)])
def test_words_that_yaml_takes_for_numbers_are_texts(shell, file, field, value):
    file.rows[1][field] = value
    assert len(file.take_in()) == 1
    row = shell.row(file.rows[1]["id"])
    assert str(value) in {row["label"], *row["notes"]}


def test_an_approved_label_is_not_edited(shell, file):
    shell.do("approve", file.rows[0]["id"], "--label", "Verse A")
    for label in ("Verse A", "verse_a"):
        file.rows[0] |= {"status": "approved", "label": label}
        assert file.take_in() == []
    file.rows[0]["label"] = "chorus"
    file.rows[1]["status"] = "approved"
    assert "approved parts are not renamed" in file.refused()


def test_a_candidate_stands_once_in_a_file(file):
    file.rows[0]["status"] = "approved"
    file.rows.append(dict(file.rows[0]) | {"id": file.rows[0]["id"][:12]})
    assert "stands in the file twice; nothing was applied" in file.refused()


BROKEN = {
    "broken yaml": "candidates: [",
    "python tag": "candidates: !!python/object/apply:os.system ['true']",
    "empty": "",
    "a list": "- 1",
    "a text": "hello",
    "no candidates": "song: meadow",
    "candidates as text": "song: meadow\ncandidates: all",
    "a row as text": "song: meadow\ncandidates: [approve]",
    "two documents": "song: a\n---\nsong: b",
    "not utf-8": b"song: \xff\xfe",
    "tabs": "song:\n\t- x",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_wrong_files_are_one_line_with_exit_code_2(shell, tmp_path, text):
    path = tmp_path / "edited.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    message = shell.refused("review", "--apply", path)
    assert "edited.yml" in message or "candidate approve: expected a mapping" in message
    assert str(tmp_path) not in message


def test_edits_that_were_not_taken_in_are_not_written_over(shell, file):
    shell.do("approve", file.rows[1]["id"])
    shell.do("review", "--yaml", "--song", "meadow")
    assert "approved" in file.path.read_text("utf-8")  # it was not edited
    file.rows[1]["status"] = "approved"
    file.rows[0]["notes"] = "an evening's work"
    file.write()
    edited = file.path.read_bytes()
    out = shell.do("review", "--yaml", "--song", "meadow")
    aside = file.path.with_name("review.edited_1.yml")
    assert f"edits that were not taken in are now in {aside}" in out
    assert aside.read_bytes() == edited
    assert b"evening" not in file.path.read_bytes()
    shell.do("review", "--apply", aside)
    file.path.write_bytes(edited)
    shell.do("review", "--yaml", "--song", "meadow")  # all of it was taken in: nothing to keep
    assert b"evening" in file.path.read_bytes()
    file.path.write_bytes(b"\xff not even YAML: [")
    shell.do("review", "--yaml", "--song", "meadow")
    assert file.path.with_name("review.edited_2.yml").read_bytes() == b"\xff not even YAML: ["
    assert len(list(file.path.parent.glob("review*"))) == 3


def test_no_edit_changes_nothing(shell, file):
    assert "0 changes" in shell.do("review", "--apply", file.path)
    assert file.take_in() == []
    shell.do("approve", file.rows[0]["id"])
    shell.do("reject", file.rows[1]["id"])
    file.rows[0]["status"] = "approved"  # the same decision in both places is one
    assert file.take_in() == []
    assert ReviewFile(shell).take_in() == []


@pytest.mark.parametrize(
    ("word", "kind"),
    [(word, "Approved") for word in ("approved", "Approved", " ACCEPTED ", "accepted")]
    + [("Rejected", "Rejected")],
)
def test_words_for_decisions_in_rows_and_fields_that_may_be_left_out(shell, file, word, kind):
    first = file.rows[0]["id"]
    file.document["candidates"] = [{"id": first[:10], "status": word}]
    assert file.take_in() == [{"kind": f"Candidate{kind}", "candidate": first}]
    row = shell.row(first)
    assert row["status"] == kind.casefold()
    assert shell.approved_file("opening").is_file() == (row["label"] == "opening")


@pytest.mark.parametrize("identifier", ["nope", "", None, 5, ["x"], {"a": 1}])
def test_unknown_ids(shell, file, identifier):
    file.rows[0]["status"] = "approved"
    file.rows[1]["id"] = identifier
    assert "id" in file.refused()
    file.rows[1]["id"] = shell.candidates("cellar")[0]
    assert "no candidate" in file.refused()
    file.document["song"] = identifier
    assert file.refused().startswith(("no song", "song: "))


def test_a_file_that_is_not_there(shell, tmp_path):
    message = shell.refused("review", "--apply", tmp_path / "gone.yml")
    assert message.startswith("gone.yml: file: does not exist")
    shell.refused("review", "--apply", tmp_path)


def test_one_file_has_the_candidates_of_all_stages(at):
    shell = at("bass")
    (second, *_) = [each for each in evolved(shell, "drums", seed=5)
                    if shell.row(each)["status"] == "pending"]  # fmt: skip
    shell.do("review", "--yaml", "--song", SONG)
    (path,) = shell.folder.rglob("review.yml")
    document = yaml.safe_load(path.read_text("utf-8"))
    stages = [row["pipeline"] for row in document["candidates"]]
    assert list(dict.fromkeys(stages)) == ["chords", "drums", "bass"]
    assert {row["id"] for row in document["candidates"]} == set(shell.song(SONG).candidates)
    bass = next(row for row in document["candidates"] if row["pipeline"] == "bass")
    bass["notes"] = "warm"
    next(row for row in document["candidates"] if row["id"] == second)["status"] = "rejected"
    path.write_text(yaml.safe_dump(document), "utf-8")
    taken = shell.json("review", "--apply", path)
    assert {(each["kind"], each["candidate"]) for each in taken} == {
        ("CandidateNoted", bass["id"]),
        ("CandidateRejected", second),
    }
