"""The map of a run, what is brought from it, and why a candidate is as it is."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest

from engine.evolution.niches import best_first
from engine.reports.ancestry import MOVED, SEED, SOURCE, WRITTEN, Ancestors
from engine.runs.reading import read_run
from engine.state.studio import Studio
from genomes import Part
from tests.engine.command_line import Shell

LINES = 25


@pytest.fixture
def run(shell: Shell) -> str:
    """A run of the song whose verse has chords."""
    listed = shell.json("runs")
    return str(next(each["id"] for each in listed if each["section"]["label"] == "verse"))


def brought_from(shell: Shell, run: str) -> str:
    """The id of something that the run didn't keep."""
    found = shell.json("map", run)
    return str(next(c["best"]["id"] for c in found["cells"]
                    if c["best"]["id"] not in found["survivors"]))  # fmt: skip


def test_a_map_has_everything_scored_once(shell: Shell, run: str) -> None:
    found = shell.json("map", run)
    with Studio.open(shell.folder) as studio:
        recorded = read_run(studio, run)
        scored = recorded.run.pool.scored
        archive = recorded.run.archive()
    assert sum(cell["scored"] for cell in found["cells"]) == found["scored"] == len(scored)
    assert len(found["cells"]) == found["cells_with_parts"] <= found["cells_in_all"] == 27
    for cell in found["cells"]:
        members = [one for one in scored.values() if archive.cells[one.id] == tuple(cell["cell"])]
        assert cell["best"]["id"] == best_first(members)[0].id
    assert found["cells"][0]["best"]["id"] == best_first(list(scored.values()))[0].id
    assert Path(found["picture"]).read_bytes().startswith(b"\x89PNG")
    assert json.loads(Path(found["picture"]).with_name("map.json").read_text("utf-8"))


def test_a_map_is_shown_with_what_is_next(shell: Shell, run: str) -> None:
    told = shell.do("map", run)
    assert "density, by onsets per quarter: sparse up to" in told
    assert f"bring {run} " in told.splitlines()[-1]


def test_a_run_writes_its_map_where_it_is_wanted(shell: Shell) -> None:
    words = ("evolve", "--song", "meadow", "--section", "bridge", "--bars", "4", "--no-model")
    small = ("--population", "8", "--generations", "1", "--seed", "5")
    (summary,) = shell.json(*words, *small, "--archive")
    assert Path(summary["map"]).is_file()
    assert "the best of" in shell.do(*words, *small, "--archive")
    assert "map" not in shell.json(*words, *small)[0]


def test_what_a_run_left_is_brought_judged_and_built_on(shell: Shell, run: str) -> None:
    wanted, kept = brought_from(shell, run), shell.json("map", run)["survivors"]
    row = shell.json("bring", run, wanted[:8])
    assert (row["id"], row["status"], row["run"]) == (wanted, "pending", run)
    assert row["rank"] == len(kept) + 1
    assert shell.refused("bring", run, wanted).startswith(f"{wanted[:8]} is a candidate already")
    with Studio.open(shell.folder) as studio:
        recorded = read_run(studio, run)
        (event,) = shell.events("CandidateBrought")
        assert Part.from_payload(event.survivor.part) == recorded.part(wanted)
        before = studio.song("meadow")
        studio.rebuild()
        assert studio.song("meadow") == before
    shell.do("approve", wanted, "--label", "brought")
    assert shell.approved_file("brought").is_file()
    small = ("--population", "6", "--generations", "1", "--no-model")
    shell.do("evolve", "--song", "meadow", "--from", wanted, "--lock", "bars=1-2", *small)
    assert wanted not in {each["id"] for each in shell.json("replay", run)["survivors"]}
    assert shell.json("listen", wanted)[0]["id"] == wanted


def test_a_brought_one_is_told_in_words(shell: Shell, run: str) -> None:
    assert "listen" in shell.do("bring", run, brought_from(shell, run)).splitlines()[-1]
    assert shell.refused("bring", run, "ffff").startswith("no candidate 'ffff'")
    assert shell.refused("bring", "ffff", "a").startswith("no run 'ffff'")


def test_the_ancestry_of_every_bar_ends_with_a_new_genome(shell: Shell, run: str) -> None:
    with Studio.open(shell.folder) as studio:
        recorded = read_run(studio, run)
        ancestors = Ancestors(recorded)
        for candidate in recorded.offspring:
            bars = ancestors.of(candidate)
            assert [each.bar for each in bars] == [1, 2, 3, 4]
            for each in bars:
                first = recorded.offspring[each.first.candidate]
                assert (each.first.kind, first.parents) == (SEED, [])
                assert {step.kind for step in each.steps[:-1]} <= {WRITTEN, MOVED}
                generations = [step.generation for step in each.steps]
                assert generations == sorted(set(generations), reverse=True)
                assert not each.is_locked


def test_locked_bars_come_from_the_source(shell: Shell) -> None:
    source = shell.candidates()[0]
    small = ("--population", "8", "--generations", "3", "--no-model")
    words = ("evolve", "--song", "meadow", "--from", source, "--lock", "bars=1-2")
    (summary,) = shell.json(*words, *small)
    with Studio.open(shell.folder) as studio:
        recorded = read_run(studio, summary["run"])
        ancestors = Ancestors(recorded)
        for candidate in recorded.offspring:
            for each in ancestors.of(candidate):
                assert each.is_locked == (each.bar <= 2)
                assert each.first.kind in {SEED, SOURCE}
                if each.is_locked:
                    assert each.steps == (each.first,)
                    assert each.first.kind == SOURCE
    found = shell.json("why", summary["survivors"][0]["id"])
    (from_source,) = [each for each in found["decisions"] if each["role"] == "source"]
    assert from_source["candidate"] == source
    assert from_source["locked"] == "bars 1–2 stayed"


def test_why_says_it_in_few_lines(shell: Shell) -> None:
    candidate = shell.candidates()[0]
    shell.do("approve", candidate, "--label", "first idea")
    told = shell.do("why", candidate)
    assert len(told.splitlines()) <= LINES
    assert "it was approved as first idea by" in told
    found = shell.json("why", candidate)
    assert found["terms"]["total"]["ahead"] == 1
    assert all(0 <= term["ahead"] <= 1 for term in found["terms"].values())
    assert found["colour"] is None
    assert [bar["bar"] for bar in found["bars"]] == [1, 2, 3, 4]
    (decision,) = found["decisions"]
    assert (decision["role"], decision["decision"]) == ("itself", "approved")
    shell.do("undo")
    shell.do("reject", candidate, "--reason", "too plain")
    assert "it was rejected (too plain) by" in shell.do("why", candidate)


def test_a_term_is_seen_beside_the_run(shell: Shell) -> None:
    candidate = shell.candidates()[0]
    terms = shell.json("why", candidate)["terms"]
    with Studio.open(shell.folder) as studio:
        run = studio.song("meadow").candidates[candidate].run
        offspring = read_run(studio, str(run)).offspring
    own = offspring[candidate].terms["prior"]
    others = [each.terms["prior"] for each in offspring.values() if each.id != candidate]
    better = sum(other > own for other in others) + sum(other == own for other in others) / 2
    assert terms["prior"]["ahead"] == pytest.approx(better / len(others))


def test_why_one_bar(shell: Shell) -> None:
    candidate = shell.candidates()[0]
    told = shell.do("why", candidate, "--bar", "2")
    assert "\nbar 2: " in told
    assert shell.refused("why", candidate, "--bar", "9") == f"--bar 9: {candidate[:8]} has 4 bars"
    assert shell.refused("why", "ffff").startswith("no candidate 'ffff'")


def test_colour_is_told_bar_by_bar_where_a_model_scored(shell: Shell) -> None:
    words = ("evolve", "--song", "meadow", "--section", "bridge", "--bars", "4")
    (summary,) = shell.json(*words, "--population", "6", "--generations", "1", "--seed", "5")
    found = shell.json("why", summary["survivors"][0]["id"])
    assert len([bar for bar in found["bars"] if bar["colour"] is not None]) == 4
    assert all(isinstance(bar["total"], float) for bar in found["bars"])
    told = shell.do("why", found["candidate"], "--bar", "1")
    assert "without it the total changes by " in told
    assert "to its match with Green" in told


def test_what_was_made_by_hand_has_no_run(shell: Shell, tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track := mido.MidiTrack())
    track.extend(mido.Message("note_on", note=note, velocity=80) for note in (60, 64, 67))
    track.extend(mido.Message("note_off", note=note, time=1920 * (note == 60))
                 for note in (60, 64, 67))  # fmt: skip
    file.save(tmp_path / "mine.mid")
    words = ("--song", "meadow", "--stage", "chords", "--label", "intro")
    shell.do("import", tmp_path / "mine.mid", *words)
    (candidate,) = shell.candidates(section="intro")
    line = shell.refused("why", candidate)
    assert line.startswith(f"{candidate[:8]} was made by hand: no run made it; see engine explain")
