"""Counting evaluations at toy size: what is compared, counted and told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from benchmarks import evaluations_bench as bench
from benchmarks import searches
from benchmarks.searches import (
    Ended,
    Tally,
    engine_search,
    plain_search,
    random_search,
    searched,
)
from benchmarks.songs import song_studio, songs
from engine.evolution.settings import Settings
from tests.fitness.models import write

pytestmark = pytest.mark.usefixtures("small_blocks")
TOY = replace(bench.ENDLESS, population=6)


@pytest.fixture(scope="module")
def green(tmp_path_factory):
    with song_studio(songs()[1], write(tmp_path_factory.mktemp("bench"), "fusion")) as studio:
        yield studio


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(searches, "BLOCK", 8)


def test_a_tally_ends_at_the_first_that_reaches_the_target():
    tally = Tally(10, (True, 0.5))
    tally.add([(True, 0.4), (False, 0.9)])
    with pytest.raises(Ended):
        tally.add([(True, 0.1), (True, 0.5), (True, 0.7)])
    assert tally.evaluations == 4
    spent = Tally(2, (True, 0.5))
    with pytest.raises(Ended):
        spent.add([(False, 0.9)] * 3)
    assert (spent.evaluations, len(spent.ranks)) == (None, 2)


@pytest.mark.parametrize("search", [random_search, plain_search, engine_search])
def test_every_search_scores_each_part_once_and_the_same_again(green, search, monkeypatch):
    def ranks():
        run = green.begin("chords", TOY, 3)
        parts, score = [], run.fitness.scored

        def counted(given, context):
            parts.extend(part.notes.tobytes() for part in given)
            return score(given, context)

        monkeypatch.setattr(run.fitness, "scored", counted)
        found = searched(search, run, Tally(20)).ranks
        assert len(set(parts)) == len(parts) >= len(found) == 20
        return found

    assert ranks() == ranks()


def test_the_loops_begin_with_the_same_first_pool(green):
    plain, engine = (
        searched(search, green.begin("chords", TOY, 3), Tally(TOY.population)).ranks
        for search in (plain_search, engine_search)
    )
    assert plain == engine


def test_random_search_needs_as_many_as_a_geometric_distribution_says():
    found = [
        {"count": 100, "leaders": [(True, 0.9), (True, 0.5)]},
        {"count": 100, "leaders": [(True, 0.6), (False, 0.9)]},
    ]
    assert bench.random_evaluations(found, (True, 0.6)) == pytest.approx(math.log(0.5, 0.99))


def test_intervals_of_a_median_are_order_statistics():
    # Of 20 values the 6th and the 15th: 95.9 %, as tables of the sign test have it.
    assert bench.interval(range(1, 21)) == (6, 15)
    assert bench.interval([3.0]) == (3.0, 3.0)
    assert bench.interval([3.0, 1.0, 2.0]) == (1.0, 3.0)


def test_what_was_searched_is_kept(tmp_path, monkeypatch, capsys, green):
    song = songs()[1]
    effort = bench.Effort(2, 8)
    cache = tmp_path / "cache.jsonl"
    methods = {
        name: (search, replace(settings, population=6))
        for name, (search, settings) in bench.METHODS.items()
    }
    monkeypatch.setattr(bench, "METHODS", methods)
    row = bench.measure_stage(
        green, song.title, "chords", effort, list(methods), bench.Cache(cache)
    )
    assert set(row.evaluations) == {bench.RANDOM, *methods}
    assert len(cache.read_text("utf-8").splitlines()) == 2 * len(row.evaluations)
    monkeypatch.setattr(bench, "searched", None)  # nothing is searched again
    again = bench.measure_stage(
        green, song.title, "chords", effort, list(methods), bench.Cache(cache)
    )
    assert again == row

    words = ["--stage", "chords", "--songs", "1", "--seeds", "2", "--random", "8"]
    monkeypatch.setattr(bench, "songs", lambda: [song])
    bench.main([*words, "--cache", str(cache), "--json", str(tmp_path / "all.json")])
    told = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert told["figures"]["chords"][bench.RANDOM]["of random search"]["ratio"] == 1
    assert "chords   random search" in capsys.readouterr().out


def test_what_is_compared_is_the_default_engine():
    _, settings = bench.METHODS[bench.DEFAULT]
    assert replace(settings, generations=Settings().generations, watched=True) == Settings()
