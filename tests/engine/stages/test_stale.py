"""What stands on something that changed is marked, everywhere, and nothing is lost."""

from __future__ import annotations

import shutil

import pytest
import yaml
from msgspec.structs import replace

from engine.stages import STAGES
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import SONG, approved, evolve_words, evolved, progress

LATER = tuple(STAGES)[1:]
OTHER = "other {stage} were approved for verse since"


def stale(desk):
    """Stages whose approved parts are stale, as the listing of candidates says."""
    rows = desk.json("review", "--all")
    found = {row["stage"] for row in rows if row["status"] == "approved" and row["stale"]}
    of_status = {stage for stage, row in progress(desk).items() if row["stale"]}
    assert found == of_status
    return found


def facts(desk):
    """Everything that is known of candidates, but how often they were shown."""
    return {name: replace(known, presented=0) for name, known in desk.song(SONG).candidates.items()}


def after(stage):
    names = list(STAGES)
    return set(names[names.index(stage) + 1 :])


@pytest.mark.parametrize("stage", ["chords", "drums", "bass", "melody"])
def test_another_choice_marks_what_stands_on_the_old_one(at, stage):
    desk = at("harmony")
    assert stale(desk) == set()
    before = facts(desk)
    (old,) = approved(desk, stage)
    parent = desk.row(old)["parents"][-1:]
    (new, *_) = evolved(desk, stage, *(["--parent", *parent] if parent else []), seed=5)
    desk.do("approve", new)
    assert stale(desk) == after(stage)
    why = OTHER.format(stage=stage)
    assert why in desk.do("review", "--all", "--song", SONG)
    assert "(stale)" in desk.do("status")
    desk.do("undo", new)
    assert stale(desk) == set()
    assert before.items() <= facts(desk).items()


@pytest.mark.parametrize("stage", ["chords", "drums", "bass", "melody"])
@pytest.mark.parametrize("command", ["undo", "reject"])
def test_a_parent_that_is_approved_no_longer_marks_what_stands_on_it(at, stage, command):
    desk = at("harmony")
    (parent,) = approved(desk, stage)
    desk.do(command, parent)
    assert stale(desk) == after(stage)
    assert f"{parent[:8]} is not approved any more" in desk.do("review", "--all")
    desk.do(*(["undo", parent] if command == "reject" else ["approve", parent]))
    assert stale(desk) == set()


def test_an_arrangement_says_what_is_stale_in_it(at, tmp_path):
    desk = at("harmony")
    arrange = ("arrange", "--song", SONG, "--audio", "none")
    assert "stale" not in desk.do(*arrange)
    plan = desk.folder / "exports" / desk.song(SONG).song_id / "arrangement.yml"
    kept = shutil.copy(plan, tmp_path / "kept.yml")
    desk.do("approve", evolved(desk, "chords", seed=5)[0])
    said = desk.do(*arrange, "--from", kept)
    assert "drums verse: what it was built on has changed since" in said


def test_what_waits_and_is_stale_is_nothing_to_wait_for(at):
    desk = at("chords")
    (chords,) = approved(desk, "chords")
    drums = evolved(desk, "drums")
    assert progress(desk)["drums"]["waiting"] == len(drums)
    desk.do("undo", chords)
    assert progress(desk)["drums"]["waiting"] == 0
    assert all(desk.row(candidate)["stale"] for candidate in drums)


def test_approvals_before_anything_is_built_on_them_mark_nothing(at):
    desk = at("chords")
    for seed in (2, 3):
        desk.do("approve", evolved(desk, "chords", seed=seed)[0])
    for run in desk.json(*evolve_words("drums")):
        desk.do("approve", run["survivors"][0]["id"])
    assert len(progress(desk)["drums"]["approved"]) == 3
    assert stale(desk) == set()
    for run in desk.json(*evolve_words("bass")):
        desk.do("approve", run["survivors"][0]["id"])
    assert stale(desk) == set()


def test_another_section_marks_nothing_in_this_one(at):
    desk = at("harmony")
    desk.do("approve", evolved(desk, "chords", "--section", "chorus", seed=5)[0])
    assert stale(desk) == set()


def test_other_drums_on_other_chords_mark_nothing(at):
    desk = at("chords")
    desk.do("approve", evolved(desk, "chords", seed=2)[0])
    first, second = desk.json(*evolve_words("drums"))
    desk.do("approve", first["survivors"][0]["id"])
    desk.do("approve", evolved(desk, "bass", "--parent", first["survivors"][0]["id"])[0])
    desk.do("approve", second["survivors"][0]["id"])
    assert stale(desk) == set()


def test_later_runs_leave_out_what_is_stale_unless_it_is_named(at):
    desk = at("drums")
    (drums,) = approved(desk, "drums")
    desk.do("approve", evolved(desk, "chords", seed=5)[0])
    chords = approved(desk, "chords")
    runs = desk.json(*evolve_words("bass"))
    stood_on = [desk.row(run["survivors"][0]["id"])["parents"] for run in runs]
    assert stood_on == [[each] for each in chords]
    (named,) = desk.json(*evolve_words("bass", "--parent", drums))
    assert desk.row(named["survivors"][0]["id"])["parents"] == [chords[0], drums]


def test_a_revision_marks_every_stage(at, tmp_path):
    desk = at("harmony")
    revised(desk, tmp_path, {"key": "A minor"})
    assert stale(desk) == set(STAGES)
    assert "the song was revised since" in desk.do("review", "--all")
    (song,) = desk.json("status")
    assert song["next"].startswith("evolve --stage chords")
    assert len(song["stale"]) == len(desk.song(SONG).candidates)


@pytest.mark.parametrize("field", [{"concept": "Other words."}, {"mood": ["calm"]}])
def test_a_revision_of_words_marks_nothing(at, tmp_path, field):
    desk = at("harmony")
    revised(desk, tmp_path, field)
    assert stale(desk) == set()
    (song,) = desk.json("status")
    assert song["next"].startswith("arrange")
    (bass,) = approved(desk, "bass")
    assert evolved(desk, "bass", "--from", bass, seed=4)


@pytest.mark.parametrize("field", [{"bpm": 90}, {"tempo": "4/4"}, {"rainbow_color": "Red"}])
def test_a_revision_that_is_taken_back_marks_nothing(at, tmp_path, field):
    desk = at("drums")
    revised(desk, tmp_path, field)
    assert stale(desk) == {"chords", "drums"}
    revised(desk, tmp_path, {})
    assert stale(desk) == set()


def revised(desk, tmp_path, fields):
    """The demo song again with other fields."""
    document = yaml.safe_load(demo("green").read_text("utf-8"))
    path = tmp_path / "green.yml"
    path.write_text(yaml.safe_dump(document | fields), "utf-8")
    desk.do("songs", "add", path)
