"""Lineages: a run stands on what its section uses, and each lineage keeps its own."""

from __future__ import annotations

import pytest

from engine.runs.replay import verify_run
from engine.state.studio import Studio
from tests.engine.stages.snapshots import approved, evolve_words, evolved

SHEET = "Hold the line\nand let it go\n"


@pytest.fixture
def two_chords(at):
    """Two approved progressions for the verse, and one for the chorus."""
    shell = at("chords")
    shell.do("approve", evolved(shell, "chords", seed=2)[0])
    shell.do("approve", evolved(shell, "chords", "--section", "chorus", seed=3)[0])
    return shell


def parents_of(shell, runs):
    return [{tuple(shell.row(s["id"])["parents"]) for s in run["survivors"]} for run in runs]


def test_a_section_or_a_parent_narrows_it(two_chords):
    first, second = approved(two_chords, "chords")
    of_verse = two_chords.json(*evolve_words("bass", "--section", "verse"))
    assert parents_of(two_chords, of_verse) == [{(first,)}]
    of_second = two_chords.json(*evolve_words("bass", "--parent", second[:6], seed=2))
    assert parents_of(two_chords, of_second) == [{(second,)}]


def test_ids_depend_on_words(at, tmp_path):
    """The same melody to other words is another candidate."""
    shell = at("chords")
    told = []
    for name, text in (("one", SHEET), ("other", SHEET.replace("line", "rope"))):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        evolve = evolve_words("melody", "--lyrics", str(path), "--keep", "1")
        told += [survivor for run in shell.json(*evolve) for survivor in run["survivors"]]
    first, second = (shell.events("RunFinished")[-2:][i].survivors[0].part for i in (0, 1))
    assert first["notes"] == second["notes"]
    assert first["lyrics"] != second["lyrics"]
    assert told[0]["id"] != told[1]["id"]


def test_a_melody_carries_on_from_the_section_before(two_chords):
    verse, _ = approved(two_chords, "chords")
    (melody, *_) = evolved(two_chords, "melody", "--parent", verse)
    two_chords.do("approve", melody)
    (run,) = two_chords.json(*evolve_words("melody", "--section", "chorus"))
    started = two_chords.events("RunStarted")[-1]
    assert started.follows == melody
    with Studio.open(two_chords.folder) as studio:
        assert verify_run(studio, run["run"]).holds
        two_chords.do("undo", melody)
        assert verify_run(studio, run["run"]).holds


def test_runs_are_listed_with_their_stage(at):
    listed = at("drums").do("runs")
    rows = [line.split() for line in listed.splitlines() if "finished" in line]
    assert [row[2:4] for row in rows] == [["chords", "verse"], ["drums", "verse"]]


def test_one_run_for_each_section(two_chords):
    runs = two_chords.json(*evolve_words("bass"))
    first, _ = approved(two_chords, "chords")
    (chorus,) = approved(two_chords, "chords", "chorus")
    assert parents_of(two_chords, runs) == [{(first,)}, {(chorus,)}]
    assert [run["section"]["label"] for run in runs] == ["verse", "chorus"]
    assert len({run["run"] for run in runs}) == 2
    found = [survivor["id"] for run in runs for survivor in run["survivors"]]
    assert len(set(found)) == len(found)
    scored = [
        {child.id for child in event.offspring} for event in two_chords.events("GenerationScored")
    ][-4:]
    assert not (scored[0] | scored[1]) & (scored[2] | scored[3])


def test_the_next_stage_stands_on_the_lineage_in_use(two_chords):
    first, second = approved(two_chords, "chords")
    (drums, *_) = evolved(two_chords, "drums", "--parent", second)
    two_chords.do("approve", drums)
    (chorus,) = approved(two_chords, "chords", "chorus")
    assert parents_of(two_chords, two_chords.json(*evolve_words("bass"))) == [
        {(first,)},
        {(chorus,)},
    ]
    two_chords.do("use", drums)
    runs = two_chords.json(*evolve_words("bass"))
    # With the same seed the chorus would come out as it did: its candidates wait already.
    assert parents_of(two_chords, runs) == [{(second, drums)}]
    bass = runs[0]["survivors"][0]["id"]
    two_chords.do("approve", bass)
    said = {event.candidate: event.parents for event in two_chords.events("CandidateApproved")}
    assert (said[first], said[drums], said[bass]) == ([], [second], [second, drums])
    assert f"on {second[:8]} {drums[:8]}" in two_chords.do("review", "--all")
