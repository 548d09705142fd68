"""A song's past from the command line: history, undo and redo of any decision, then, branches."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.state.studio import Studio
from genomes.midi import read_midi
from tests.engine.gate.test_walks import documents


def position(shell, kind: str) -> int:
    """Of the last event of a kind."""
    return shell.json("log", "--kind", kind)[-1]["position"]


@pytest.fixture
def decided(shell):
    """Two chords of the verse are approved, and the second is in use."""
    first, second, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("approve", second)
    shell.do("use", second)
    return first, second


def sound(shell) -> None:
    assert shell.json("verify")["problems"] == []
    assert "all is well" in shell.do("doctor")
    assert documents(shell) == documents(shell, rebuilt=True)


def test_every_decision_is_listed_and_any_is_undone_and_redone(shell, decided):
    first, second = decided
    shell.do("note", first, "bar 3!")
    other = shell.candidates(section="chorus")[0]
    shell.do("label", other, "bridge")
    rows = shell.json("history", "meadow")
    commands = [row["command"] for row in rows]
    assert commands == ["songs add", "approve", "approve", "use", "note", "label"]
    assert [row["candidate"] for row in rows] == [
        None, first, second, second, first, other,
    ]  # fmt: skip
    assert all(row["holds"] for row in rows)
    before = shell.json("show", "meadow")
    for row in (rows[1], rows[4], rows[5]):
        shell.do("undo", "--event", str(row["position"]))
    assert (shell.row(first)["status"], shell.row(first)["notes"]) == ("pending", [])
    assert not shell.approved_file("verse").exists()
    undone = {row["event"] for row in shell.json("history", "meadow") if not row["holds"]}
    assert undone == {rows[1]["event"], rows[4]["event"], rows[5]["event"]}
    for row in (rows[1], rows[5], rows[4]):
        shell.do("redo", "--event", row["event"][:9])
    assert (shell.row(first)["status"], shell.row(first)["notes"]) == ("approved", ["bar 3!"])
    assert shell.approved_file("verse").exists()
    after = shell.json("show", "meadow")
    assert {name for name in before if before[name] != after[name]} == {"at", "event"}
    sound(shell)


def test_what_a_later_decision_stands_on_is_refused_with_the_command_to_type(shell, decided):
    _, second = decided
    approved = shell.json("history", "meadow")[2]["position"]
    song, used = shell.song("meadow").song_id, position(shell, "CandidateUsed")
    assert shell.refused("undo", "--event", str(approved)) == (
        f"can't undo it: verse was made to stand on it (event {used}); "
        f"run engine undo --event {used} --song {song}"
    )
    shell.do("undo", "--event", str(used), "--song", song)
    shell.do("undo", "--event", str(approved), "--song", song)
    said = shell.refused("redo", "--event", str(used))
    assert said.endswith(f"run engine redo --event {approved} --song {song}")
    assert "was undone already" in shell.refused("undo", "--event", str(used))
    shell.do("redo", second)
    shell.do("redo")
    assert shell.row(second)["used_by"] == ["verse"]
    assert shell.refused("redo") == "nothing was undone; see engine history SONG"
    assert "leave one of them out" in shell.refused("undo", second, "--event", "3")


def test_revisions_words_and_archiving_come_back(shell, decided):
    first = decided[0]
    states = [shell.json("show", "meadow")]
    shell.do("songs", "edit", "meadow", "--key", "A minor")
    states.append(shell.json("show", "meadow"))
    shell.do("songs", "edit", "meadow", "--tempo", "100")
    events = [row["position"] for row in shell.json("history", "meadow")[-2:]]
    assert "the song was revised again" in shell.refused("undo", "--event", str(events[0]))
    shell.do("undo")
    shell.do("undo", "--event", str(events[0]), "--song", "meadow")
    assert shell.json("show", "meadow")["key"] == states[0]["key"]
    assert "was undone too" in shell.refused("redo", "--event", str(events[1]))
    shell.do("redo", "--event", str(events[0]))
    assert shell.json("show", "meadow")["key"] == "A minor"
    what = [row["what"] for row in shell.json("history", "meadow")[-2:]]
    assert what == ["key: F# minor → A minor", "tempo: 84 → 100"]
    shell.do("songs", "archive", "meadow")
    shell.do("undo")
    shell.do("redo")
    assert shell.json("show", "meadow")["archived"]
    assert first in shell.song("meadow").candidates
    sound(shell)


def test_a_song_as_of_then_is_shown_and_exported(shell, decided):
    first, second = decided
    then, *_ = (row["position"] for row in shell.json("history", "meadow") if row["candidate"])
    shown = shell.json("show", "meadow", "--at", str(then))
    assert [each["candidate"] for each in shown["approved"]] == [first]
    assert shown["in_use"] == {"verse": {"chords": first}}
    assert shell.json("show", "meadow")["in_use"] == {"verse": {"chords": second}}
    at = next(row["at"] for row in shell.json("history", "meadow") if row["position"] == then)
    assert shell.json("show", "meadow", "--at", at)["in_use"] == shown["in_use"]
    assert "was not there yet" in shell.refused("show", "cellar", "--at", "1")
    assert "no event 9999" in shell.refused("show", "meadow", "--at", "9999")
    assert "nothing was recorded" in shell.refused("show", "meadow", "--at", "1999-01-01")
    head = shell.head
    (file,) = shell.json("export", "--song", "meadow", "--at", str(then))
    assert Path(file["path"]).read_bytes() == shell.approved_file("verse").read_bytes()
    assert read_midi(Path(file["path"]).read_bytes()).tracks
    assert shell.head == head
    assert f"fork {shell.song('meadow').song_id} --at {then} --as" in shell.do(
        "show", "meadow", "--at", str(then)
    )


def test_what_differs_is_said_by_bar(shell, decided):
    _, second = decided
    then = shell.json("history", "meadow")[1]["position"]
    found = shell.json("diff", "meadow", str(then), "now")
    (part,) = found["parts"]
    assert (part["section"], part["stage"], part["after"]) == ("verse", "chords", second)
    assert set(part["bars"]) <= {1, 2, 3, 4}
    assert part["bars"]
    shell.do("songs", "edit", "meadow", "--tempo", "99")
    assert shell.json("diff", "meadow@2", "meadow")["changed"]["tempo_bpm"] == [84.0, 99.0]
    assert "  nothing differs" in shell.do("diff", "meadow", "meadow")


def test_a_branch_and_its_song_live_on(shell, decided, tmp_path):
    first, second = decided
    song = shell.song("meadow").song_id
    then = shell.json("history", "meadow")[1]["position"]
    name = 'CON: "dark"? é*'
    branch = shell.json("fork", song, "--at", str(then), "--as", name)
    assert (branch["title"], branch["branch_of"]) == (name, {"song": song, "event": then})
    dark = branch["id"]
    assert "already" in shell.refused("fork", song, "--as", name)
    (begun, *_) = shell.events("SongForked")
    assert (begun.origin, begun.position) == (song, then)
    assert not shell.events("PartCopied")
    (file,) = (shell.folder / "exports" / dark).rglob("*.mid")
    assert file.name == "verse.mid"
    other = shell.candidates(song, "chorus")[0]
    kept = shell.song(song)
    # The common past is undone in the branch, and stands in the song.
    assert "name one with --song" in shell.refused("undo", "--event", str(then))
    shell.do("undo", "--event", str(then), "--song", dark)
    shell.do("approve", second, "--song", dark)
    shell.do("songs", "edit", dark, "--key", "A minor")
    assert shell.song(song) == kept
    assert shell.song(dark).candidates[first].status == "pending"
    # What names no song means the branch that began last.
    assert shell.json("reject", other)["kind"] == "CandidateRejected"
    assert shell.song(dark).candidates[other].status == "rejected"
    assert shell.song(song) == kept
    # What is advised is about the same song, and an archived branch is meant by nothing.
    said = shell.refused("approve", first, "--song", song)
    assert f"run engine undo {first[:8]} --song {song} to" in said
    said = shell.do("note", first, "as before", "--song", dark)
    assert f"{first[:8]} noted: as before, in the branch {name}" in said
    shell.do("evolve", "--song", dark, "--stage", "drums", "--section", "verse", "--seed", "1",
             "--population", "8", "--generations", "1", "--no-model")  # fmt: skip
    (run,) = (row["id"] for row in shell.json("runs") if row["song_id"] == dark)
    shell.do("replay", run)
    assert len(shell.json("runs", "--song", dark)) == 1 + len(kept.runs)
    before = shell.song(dark)
    shell.do("reject", first, "--song", song)
    assert shell.song(dark) == before
    twig = shell.json("fork", dark, "--at", str(then), "--as", "A twig")
    assert twig["branch_of"] == {"song": song, "event": then}
    deep = shell.json("fork", dark, "--as", "Deep")
    assert deep["branch_of"]["song"] == dark
    assert shell.song("deep").candidates[second].status == "approved"
    listed = {
        row["id"]: row.get("branch_of", {}).get("song") for row in shell.json("songs", "list")
    }
    assert [listed[each] for each in (song, dark, twig["id"], deep["id"])] == [
        None, song, song, dark,
    ]  # fmt: skip
    assert f"a branch of {song}" in shell.do("status", "--song", dark)
    assert [row["song"] for row in shell.json("history", dark)][:2] == [song, song]
    shell.do("songs", "archive", deep["id"])
    shell.do("note", second, "in the dark")
    assert shell.song(twig["id"]).candidates[second].notes == ("in the dark",)
    sound(shell)
    moved = Path(shutil.copytree(shell.folder, tmp_path / "moved studio"))
    with Studio.open(moved) as studio:
        assert studio.all_songs()[deep["id"]] == shell.song("deep")


def test_candidates_and_branches_are_compared_by_ear(shell, decided):
    first, second = decided
    found = shell.json("compare", first, second)
    assert [row["id"] for row in found["recordings"]] == [first, second]
    then = shell.json("history", "meadow")[1]["position"]
    found = shell.json("compare", f"meadow@{then}", "meadow")
    paths = [row["path"] for row in found["recordings"]]
    assert len(set(paths)) == 2
    assert all(Path(path).is_file() for path in paths)
    said = shell.do("compare", f"meadow@{then}", "meadow")
    assert said.index("A  verse") < said.index("B  verse")
    assert all(path in said for path in paths)
    assert "no candidate 'nope'" in shell.refused("compare", "nope", "nope2")
