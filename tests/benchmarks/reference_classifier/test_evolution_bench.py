"""The benchmark of evolution runs from end to end, on a model that knows nothing."""

from __future__ import annotations

import pytest

from benchmarks import evolution_bench as bench
from benchmarks import evolution_figures as figures
from engine.proposals import demo_paths
from fitness.colours import COLOUR_NAMES
from tests.fitness.models import write

GENERATIONS = 2


@pytest.fixture(scope="module")
def report(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    model = write(folder, "fusion", manifest={"confidence_threshold": 1.0})  # nobody passes
    bench._set_classifier(trained.classifier)
    jobs = [bench.Job(0, variant, model, GENERATIONS) for variant in bench.VARIANTS]
    runs = [bench.evolve(job) for job in jobs]
    return {"judge": trained.figures(), **figures.summary(runs), "runs": runs}


def test_every_variant_has_a_whole_curve(report):
    assert list(report["variants"]) == [variant.name for variant in bench.VARIANTS]
    for variant in report["variants"].values():
        assert {len(curve) for curve in variant["curves"].values()} == {GENERATIONS + 1}


def test_switches_switch(report):
    passing = {name: v["curves"]["passing"][-1] for name, v in report["variants"].items()}
    assert passing["prior on, gate on"] == passing["prior off, gate on"] == 0
    assert passing["prior on, gate off"] == passing["prior off, gate off"] == 1
    assert bench.Variant(prior=False, gate=True).weights.prior == 0


def test_it_is_told_and_drawn(report, tmp_path):
    text = figures.table(report)
    assert "prior off, gate off" in text
    assert "chance 0.111" in text
    figures.draw(report, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 10_000


def test_every_lap_has_every_colour_and_no_song_its_own():
    songs = len(demo_paths())
    assert songs == len(COLOUR_NAMES)
    assert len({shift % songs for shift in (0, *bench.COLOUR_SHIFTS)}) == 4


def test_a_running_mean_keeps_a_level_curve():
    assert figures.smooth([0.5] * 9).tolist() == pytest.approx([0.5] * 9)
