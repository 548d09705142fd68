"""Later runs and revisions: what a person decided stays as it is."""

from __future__ import annotations

from engine.runs.lifecycle import Request, carry_on, load, start
from engine.state.studio import Studio
from genomes import Section
from tests.engine.command_line import BARS, RUNS, SMALL, demo, evolve

# The demo song, in another key.
REVISE = ("songs", "add", demo("green"), "--key", "A minor", "--json")
AGAIN = ("--no-model", "--population", "8", "--generations", "2", "--bars", "4")


def test_the_same_run_again_gives_no_place_to_what_was_decided(desk):
    first, second, *_ = desk.candidates()
    desk.do("approve", first, "--note", "keep")
    desk.do("reject", second)
    before = {key: desk.row(key) for key in (first, second)}
    with Studio.open(desk.folder) as studio:
        runs = [evolve(studio, "meadow", "verse", seed) for seed in (1, 2)]
    after = desk.song("meadow").candidates
    finished = desk.events("RunFinished")[-len(runs) :]
    again = {candidate for event in finished for candidate in event.already_decided}
    chosen = {survivor.id for event in finished for survivor in event.survivors}
    assert not chosen & {first, second}
    assert again & {first, second}
    for event in finished:
        for candidate, status in event.already_decided.items():
            assert status == before[candidate]["status"]
    assert {key: desk.row(key) for key in (first, second)} == before
    assert after[first].run == before[first]["run"]


def test_what_is_decided_while_a_run_goes_on_stays_decided(desk):
    first = desk.candidates()[0]
    before = desk.song("meadow").candidates[first]
    with Studio.open(desk.folder) as studio:
        song, section = studio.song("meadow"), Section("verse", BARS)
        run = start(studio, Request(song, "chords", section, RUNS[0][2], SMALL, None))
        desk.do("approve", first, "--note", "meanwhile")
        assert carry_on(studio, load(studio, run), lambda _: None)
        assert first in studio.run(run)[1].survivors
    after = desk.song("meadow").candidates[first]
    assert (after.run, desk.row(first)["status"]) == (before.run, "approved")
    assert after.notes == ("meanwhile",)
    desk.do("export")
    assert desk.approved_file("verse").is_file()


def test_the_terminal_shows_what_was_met_again(desk):
    first = desk.candidates()[0]
    desk.do("approve", first)
    out = desk.do("evolve", "--song", "meadow", "--seed", "1", *AGAIN)
    assert f"met again: {first[:8]}, approved before" in out
    assert SMALL.population == 8


def test_a_revision_marks_what_was_built_before_as_stale_and_loses_nothing(desk):
    first, second, *_ = desk.candidates()
    desk.do("approve", first, "--note", "lovely")
    before = desk.song("meadow")
    written = desk.approved_file("verse").read_bytes()
    assert before.song_id in desk.do(*REVISE)
    after = desk.song("meadow")
    assert (after.revision, after.key) == (2, "A minor")
    for kept in ("candidates", "labels", "runs", "exports"):
        assert getattr(after, kept) == getattr(before, kept)
    assert desk.row(first)["stale"]
    assert desk.row(second)["stale"]
    assert "stale" in desk.do("review", "--song", "meadow")
    assert not desk.row(desk.candidates("cellar")[0])["stale"]
    desk.approved_file("verse").unlink()
    desk.do("export")
    assert desk.approved_file("verse").read_bytes() == written  # still in the key it was made for


def test_when_everything_was_decided_a_run_still_ends(desk):
    small = ("--population", "4", "--generations", "0", "--bars", "1", "--seed", "3", "--no-model")
    for _ in range(5):
        out = desk.do("evolve", "--song", "cellar", *small)
        for candidate in desk.candidates("cellar"):
            desk.type("reject", candidate)
    assert "nothing new came out: everything scored was decided before" in out
    assert {row["status"] for row in desk.json("runs")} == {"finished"}
    assert "all is well" in desk.do("doctor")


def test_runs_after_a_revision_are_not_stale_and_keep_notes_and_wanted_labels(desk):
    old = desk.candidates()
    desk.do("note", old[0], "hm")
    desk.do("label", old[0], "bridge")
    with Studio.open(desk.folder) as studio:
        evolve(studio, "meadow", "verse", 1)
    row = desk.row(old[0])
    assert (row["notes"], row["label"], row["status"]) == (["hm"], "bridge", "pending")
    desk.do(*REVISE)
    count = len(desk.song("meadow").candidates)
    assert f"{count} pending ({count} stale)" in desk.do("songs", "show", "meadow")
    with Studio.open(desk.folder) as studio:
        evolve(studio, "meadow", "verse", 1)
    new = set(desk.candidates()) - set(old)
    assert new
    assert not any(desk.row(candidate)["stale"] for candidate in new)
    assert all(desk.row(candidate)["stale"] for candidate in old)
    desk.do("approve", next(iter(new)))
