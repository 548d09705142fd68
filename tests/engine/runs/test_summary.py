from __future__ import annotations

import json
from pathlib import Path

from benchmarks.songs import own_song
from engine.evolution.settings import Settings
from tests.engine.runs.short_runs import begin, demo, ending, evolved, open_with


def test_a_summary_says_where_everything_is(studio, engine):
    words = ("--song", "meadow", "--bars", "3", "--population", "12", "--generations", "4")
    said = engine("evolve", *words, "--seed", "2", "--no-model", "--terms")
    (run,) = studio.runs()
    for survivor in ending(studio, run).survivors:
        assert survivor.id[:8] in said.out
        assert f"total {survivor.total:.3f}" in said.out
        for bar in survivor.description["chords"]:
            assert " ".join(bar) in said.out
    assert "theory.resolution" in said.out
    assert f"run {run}, seed 2" in said.err
    assert "next: engine" in said.out
    folder = Path(said.out.split("to hear and to see: ")[1].splitlines()[0])
    assert (folder / "curve.png").is_file()


def test_the_list_of_runs(studio, engine, refused, tmp_path):
    first = evolved(studio, settings=Settings(6, 2))
    second = begin(studio).id
    told = json.loads(engine("runs", "--json").out)
    assert [run["id"] for run in told] == [first, second]
    assert [run["status"] for run in told] == ["finished", "unfinished"]
    assert [run["scored"] for run in told] == [18, 0]
    assert told[0]["best"] == ending(studio, first).survivors[0].total
    assert told[0]["survivors"] == [one.id for one in ending(studio, first).survivors]
    out = engine("runs").out
    assert out.index(first[:6]) < out.index(second[:6])
    assert "2 of 2" in " ".join(out.split())
    assert refused("runs", "--song", "nobody")
    here = f"engine --studio {studio.folder}"
    assert refused("resume", "nothing") == f"error: no run 'nothing'; see {here} runs\n"
    with open_with(tmp_path / "two", demo("green"), own_song("Red", "C major", "4/4", 90)) as two:
        evolved(two, settings=Settings(4, 0), bars=1)
        assert engine("runs", "--song", "c-major", "--json", folder=two.folder).out == "[]\n"
        assert (
            len(json.loads(engine("runs", "--song", "mea", "--json", folder=two.folder).out)) == 1
        )
