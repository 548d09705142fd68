"""The benchmark of the stages at toy size: what it compares and tells. No times are judged."""

from __future__ import annotations

import json

import pytest

from benchmarks import stages_bench as bench
from benchmarks import stages_cost as cost
from benchmarks.songs import chosen_stages, song_studio, songs
from engine.evolution.settings import Settings
from engine.stages import STAGES
from engine.state.lineages import approved
from tests.fitness.models import write

TOY = Settings(population=6, generations=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write(tmp_path_factory.mktemp("bench"), "fusion")


@pytest.fixture(scope="module")
def rows(model):
    return bench.measure_song(0, list(STAGES), TOY, model)


def test_every_stage_is_compared_with_as_many_random_genomes(rows):
    assert [row.stage for row in rows] == list(STAGES)
    for row in rows:
        assert TOY.population < row.scored <= 2 * TOY.population
        assert row.survivors >= 1
        assert row.random <= row.highest_random


def test_the_same_song_gives_the_same_rows(rows, model):
    assert bench.measure_song(0, list(STAGES)[:2], TOY, model) == rows[:2]


def test_a_stage_stands_on_the_best_of_each_earlier_one(model):
    with song_studio(songs()[3], model) as single:
        single.approve_before("bass")
        song = single.studio.song(single.song_id)
        assert [len(approved(song, stage)) for stage in STAGES] == [1, 1, 0, 0, 0]
        before = single.studio.log.head().position
        single.approve_before("bass")
        assert single.studio.log.head().position == before
        parts = dict(single.begin("bass", TOY, 1).context.parts)
        assert list(parts) == ["chords", "drums"]


def test_stages_come_in_their_order():
    assert chosen_stages(["bass", "chords"]) == ["chords", "bass"]
    assert chosen_stages(None) == list(STAGES)


def test_the_table_counts_wins_and_names_flat_rules(rows):
    printed = bench.table([*rows, *rows])
    told = next(line for line in printed if line.startswith("bass"))
    assert f"{2 * rows[2].won} of 2" in told
    assert all(line.startswith((*STAGES, "stage", "  hardly varies")) for line in printed)


def test_a_later_stages_candidate_is_two_rolls(model, monkeypatch):
    monkeypatch.setattr(cost, "SETTINGS", TOY)
    costs = cost.measure([0], ["bass"], model)
    assert list(costs[0]) == ["chords", "bass"]
    assert costs[0]["chords"].rolls <= 2 * TOY.population < costs[0]["bass"].rolls
    figures = cost.figures(costs)
    assert figures["chords"]["ratio"] == 1
    assert len(cost.table(costs)) == 4
    for row in figures.values():
        assert row["whole"] == pytest.approx(sum(row[name] for name in cost.COLUMNS))


def test_rows_and_costs_are_written_one_a_line(model, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cost, "SETTINGS", TOY)
    words = ["--songs", "1", "--stage", "chords", "--population", "6", "--generations", "1"]
    file = tmp_path / "rows.jsonl"
    bench.main([*words, "--cost-songs", "1", "--json", str(file), "--model", str(model)])
    row, costs = map(json.loads, file.read_text("utf-8").splitlines())
    assert (row["stage"], row["song"]) == ("chords", 0)
    assert set(costs) == {"chords"}
    assert "1.00 (1.00 to 1.00) times chords" in capsys.readouterr().out
