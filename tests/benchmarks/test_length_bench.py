from __future__ import annotations

import numpy as np
import pytest

from benchmarks import length_bench as bench
from benchmarks.songs import song_studio, songs
from engine.evolution.settings import Settings
from fitness.fusion import DEFAULT_MODEL
from store.events import CurvePoint, Reality

REAL = Reality(music=0.9, music_deviation=0, outside=0, outside_deviation=0)


def points(totals):
    return [
        CurvePoint(generation=n, best=t, median=t, elite=t, judged=0.5, reality=REAL)
        for n, t in enumerate(totals)
    ]


@pytest.mark.parametrize(
    ("totals", "end"),
    [
        ([0.5, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8, 0.9], 6),  # three generations that gain nothing
        ([0.5, 0.6, 0.7, 0.8, 0.9], 4),  # it goes on to its end
        ([0.5], 0),
    ],
)
def test_where_a_run_would_have_ended(totals, end):
    assert bench.ended(points(totals), 0.1, 3) == end


def test_what_a_run_had_where_it_would_have_ended(monkeypatch):
    monkeypatch.setattr(bench, "WHOLE", Settings(population=8, generations=9))
    monkeypatch.setattr(bench, "ended", lambda *_: 5)
    with song_studio(songs()[0], DEFAULT_MODEL) as studio:
        early, late, best, *_ = bench.compared(studio, "chords")
    assert (early, late) == (5, 9)
    assert best <= 0  # the best of a population never gets worse


def test_a_line_has_every_difference_with_its_interval():
    found = bench.line("bass", np.array([[12, 24, -0.1, 0, 0.1, 0], [14, 24, -0.3, 0, 0.1, 0]]))
    assert found.startswith("  bass      13.0 of 24.0  -0.200 [-0.300 -0.100]  +0.000 [")
    assert found.endswith("  +0.100 [+0.100 +0.100]  +0.000 [+0.000 +0.000]")
