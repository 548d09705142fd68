"""Later runs and revisions: what a person decided stays as it is."""

from __future__ import annotations

from engine.runs.lifecycle import Request, carry_on, load, start
from engine.state.studio import Studio
from genomes import Section
from tests.engine.command_line import BARS, RUNS, SMALL, demo, evolve

# The demo song, in another mode.
REVISE = ("songs", "add", demo("green"), "--key", "A major", "--json")
AGAIN = ("--no-model", "--population", "8", "--generations", "2", "--bars", "4")


def test_the_same_run_again_gives_no_place_to_what_was_decided(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first, "--note", "keep")
    shell.do("reject", second)
    before = {key: shell.row(key) for key in (first, second)}
    with Studio.open(shell.folder) as studio:
        runs = [evolve(studio, "meadow", "verse", seed) for seed in (1, 2)]
    after = shell.song("meadow").candidates
    finished = shell.events("RunFinished")[-len(runs) :]
    again = {candidate for event in finished for candidate in event.already_decided}
    chosen = {survivor.id for event in finished for survivor in event.survivors}
    assert not chosen & {first, second}
    assert again & {first, second}
    for event in finished:
        for candidate, status in event.already_decided.items():
            assert status == before[candidate]["status"]
    assert {key: shell.row(key) for key in (first, second)} == before
    assert after[first].run == before[first]["run"]


def test_what_is_decided_while_a_run_goes_on_stays_decided(shell):
    first = shell.candidates()[0]
    before = shell.song("meadow").candidates[first]
    with Studio.open(shell.folder) as studio:
        song, section = studio.song("meadow"), Section("verse", BARS)
        run = start(studio, Request(song, "chords", section, RUNS[0][2], SMALL, None))
        shell.do("approve", first, "--note", "meanwhile")
        assert carry_on(studio, load(studio, run), lambda _: None)
        assert first in studio.run(run)[1].survivors
    after = shell.song("meadow").candidates[first]
    assert (after.run, shell.row(first)["status"]) == (before.run, "approved")
    assert after.notes == ("meanwhile",)
    shell.do("export")
    assert shell.approved_file("verse").is_file()


def test_the_terminal_shows_what_was_met_again(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    said = shell.type("evolve", "--song", "meadow", "--seed", "1", *AGAIN)
    assert f"note: met again, and decided before: {first[:8]} (approved)" in said.err
    assert SMALL.population == 8


def test_a_revision_marks_what_was_built_before_as_stale_and_loses_nothing(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first, "--note", "lovely")
    before = shell.song("meadow")
    written = shell.approved_file("verse").read_bytes()
    assert before.song_id in shell.do(*REVISE)
    after = shell.song("meadow")
    assert (after.revision, after.key) == (2, "A major")
    for kept in ("candidates", "labels", "runs", "exports"):
        assert getattr(after, kept) == getattr(before, kept)
    assert shell.row(first)["stale"]
    assert shell.row(second)["stale"]
    assert "stale" in shell.do("review", "--song", "meadow")
    assert not shell.row(shell.candidates("cellar")[0])["stale"]
    shell.approved_file("verse").unlink()
    shell.do("export")
    assert shell.approved_file("verse").read_bytes() == written  # still in the key it was made for


def test_when_everything_was_decided_a_run_still_ends(shell):
    small = ("--population", "4", "--generations", "0", "--bars", "1", "--seed", "3", "--no-model")
    for _ in range(5):
        out = shell.do("evolve", "--song", "cellar", *small)
        for candidate in shell.candidates("cellar"):
            shell.type("reject", candidate)
    assert "nothing new came out: everything scored was decided before" in out
    assert {row["status"] for row in shell.json("runs")} == {"finished"}
    assert "all is well" in shell.do("doctor")


def test_runs_after_a_revision_are_not_stale_and_keep_notes_and_wanted_labels(shell):
    old = shell.candidates()
    shell.do("note", old[0], "hm")
    shell.do("label", old[0], "bridge")
    with Studio.open(shell.folder) as studio:
        evolve(studio, "meadow", "verse", 1)
    row = shell.row(old[0])
    assert (row["notes"], row["label"], row["status"]) == (["hm"], "bridge", "pending")
    shell.do(*REVISE)
    count = len(shell.song("meadow").candidates)
    assert f"{count} pending ({count} stale)" in shell.do("songs", "show", "meadow")
    with Studio.open(shell.folder) as studio:
        evolve(studio, "meadow", "verse", 1)
    new = set(shell.candidates()) - set(old)
    assert new
    assert not any(shell.row(candidate)["stale"] for candidate in new)
    assert all(shell.row(candidate)["stale"] for candidate in old)
    shell.do("approve", next(iter(new)))
