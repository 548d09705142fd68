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
OTHER = "other {stage} are in use for verse"


def stale(shell):
    """Stages whose approved parts are stale, as the listing of candidates says."""
    rows = shell.json("review", "--all")
    found = {row["stage"] for row in rows if row["status"] == "approved" and row["stale"]}
    of_status = {stage for stage, row in progress(shell).items() if row["stale"]}
    assert found == of_status
    return found


def used(shell, section="verse"):
    """The candidate that a section uses of each stage."""
    rows = shell.json("review", "--all")
    return {row["stage"]: row["id"] for row in rows if section in row["used_by"]}


def facts(shell):
    """Everything that is known of candidates, but how often they were shown."""
    return {
        name: replace(known, presented=0) for name, known in shell.song(SONG).candidates.items()
    }


def after(stage):
    names = list(STAGES)
    return set(names[names.index(stage) + 1 :])


@pytest.mark.parametrize("stage", ["chords", "drums", "bass", "melody"])
def test_another_choice_marks_what_stands_on_the_old_one(at, stage):
    shell = at("harmony")
    assert stale(shell) == set()
    before = facts(shell)
    (old,) = approved(shell, stage)
    parent = shell.row(old)["parents"][-1:]
    (new, *_) = evolved(shell, stage, *(["--parent", *parent] if parent else []), seed=5)
    shell.do("approve", new)
    assert stale(shell) == set()
    shell.do("use", new)
    assert stale(shell) == after(stage)
    why = OTHER.format(stage=stage)
    assert why in shell.do("review", "--all", "--song", SONG)
    assert "(stale)" in shell.do("status")
    shell.do("undo")
    assert stale(shell) == set()
    shell.do("undo", new)
    assert before.items() <= facts(shell).items()


@pytest.mark.parametrize("stage", ["chords", "drums", "bass", "melody"])
@pytest.mark.parametrize("command", ["undo", "reject"])
def test_a_parent_that_is_approved_no_longer_marks_what_stands_on_it(at, stage, command):
    shell = at("harmony")
    (parent,) = approved(shell, stage)
    shell.do(command, parent)
    assert stale(shell) == after(stage)
    assert f"{parent[:8]} is not approved any more" in shell.do("review", "--all")
    shell.do(*(["undo", parent] if command == "reject" else ["approve", parent]))
    assert stale(shell) == set()


def test_an_arrangement_says_what_is_stale_in_it(at, tmp_path):
    shell = at("harmony")
    arrange = ("arrange", "--song", SONG, "--audio", "none")
    assert "stale" not in shell.do(*arrange)
    plan = shell.folder / "exports" / shell.song(SONG).song_id / "arrangement.yml"
    kept = shutil.copy(plan, tmp_path / "kept.yml")
    other = evolved(shell, "chords", seed=5)[0]
    shell.do("approve", other)
    shell.do("use", other)
    said = shell.do(*arrange, "--from", kept)
    assert "drums verse: what it was built on has changed since" in said


def test_what_waits_and_is_stale_is_nothing_to_wait_for(at):
    shell = at("chords")
    (chords,) = approved(shell, "chords")
    drums = evolved(shell, "drums")
    assert progress(shell)["drums"]["waiting"] == len(drums)
    shell.do("undo", chords)
    assert progress(shell)["drums"]["waiting"] == 0
    assert all(shell.row(candidate)["stale"] for candidate in drums)


def test_approvals_mark_nothing_and_later_stages_build_on_the_first(at):
    shell = at("chords")
    (first,) = approved(shell, "chords")
    for seed in (2, 3):
        shell.do("approve", evolved(shell, "chords", seed=seed)[0])
    for stage in ("drums", "bass"):
        (run,) = shell.json(*evolve_words(stage))
        shell.do("approve", run["survivors"][0]["id"])
        assert shell.row(run["survivors"][0]["id"])["parents"][0] == first
    assert len(progress(shell)["chords"]["approved"]) == 3
    assert progress(shell)["chords"]["in_use"] == "verse"
    assert stale(shell) == set()


def test_another_section_marks_nothing_in_this_one(at):
    shell = at("harmony")
    shell.do("approve", evolved(shell, "chords", "--section", "chorus", seed=5)[0])
    assert stale(shell) == set()


def test_drums_on_other_chords_mark_nothing_and_are_used_with_their_chords(at):
    shell = at("drums")
    (first,) = approved(shell, "drums")
    (chords, *_) = evolved(shell, "chords", seed=2)
    shell.do("approve", chords)
    (second, *_) = evolved(shell, "drums", "--parent", chords)
    shell.do("approve", second)
    assert stale(shell) == set()
    shell.do("use", second)
    assert used(shell) == {"chords": chords, "drums": second}
    assert [row["id"] for row in shell.json("review", "--all") if row["stale"]].count(first) == 1
    shell.do("use", first)
    assert used(shell)["drums"] == first
    assert shell.row(second)["stale"]
    shell.do("use", chords)
    assert used(shell) == {"chords": chords, "drums": second}


def test_later_runs_build_on_what_is_in_use_unless_another_is_named(at):
    shell = at("drums")
    (drums,) = approved(shell, "drums")
    (other, *_) = evolved(shell, "chords", seed=5)
    shell.do("approve", other)
    shell.do("use", other)
    (run,) = shell.json(*evolve_words("bass"))
    assert shell.row(run["survivors"][0]["id"])["parents"] == [other]
    (named,) = shell.json(*evolve_words("bass", "--parent", drums))
    assert shell.row(named["survivors"][0]["id"])["parents"] == [
        *shell.row(drums)["parents"],
        drums,
    ]


def test_a_revision_marks_every_stage(at, tmp_path):
    shell = at("harmony")
    revised(shell, tmp_path, {"key": "A major"})
    assert stale(shell) == set(STAGES)
    why = (
        "the song was revised since: its tonic was F# and is A now, its mode was minor and is major"
    )
    assert why in shell.do("review", "--all")
    (song,) = shell.json("status")
    assert song["next"].startswith("evolve --stage chords")
    assert len(song["stale"]) == len(shell.song(SONG).candidates)


@pytest.mark.parametrize(
    "field", [{"concept": "Other words."}, {"mood": ["calm"]}, {"bpm": 90}, {"key": "A minor"}]
)
def test_a_revision_of_words_tempo_or_tonic_marks_nothing(at, tmp_path, field):
    shell = at("harmony")
    revised(shell, tmp_path, field)
    assert stale(shell) == set()
    (song,) = shell.json("status")
    assert song["next"].startswith("arrange")
    (bass,) = approved(shell, "bass")
    assert evolved(shell, "bass", "--from", bass, seed=4)


@pytest.mark.parametrize("field", [{"tempo": "4/4"}, {"rainbow_color": "Red"}])
def test_a_revision_that_is_taken_back_marks_nothing(at, tmp_path, field):
    shell = at("drums")
    revised(shell, tmp_path, field)
    assert stale(shell) == {"chords", "drums"}
    revised(shell, tmp_path, {})
    assert stale(shell) == set()


def revised(shell, tmp_path, fields):
    """The demo song again with other fields."""
    document = yaml.safe_load(demo("green").read_text("utf-8"))
    path = tmp_path / "green.yml"
    path.write_text(yaml.safe_dump(document | fields), "utf-8")
    shell.do("songs", "add", path)
