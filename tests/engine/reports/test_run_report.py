"""The report of a run: its figures, its sentences, its picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.run_report import report_of, report_path, vendi_score
from engine.state.studio import Studio


@pytest.mark.parametrize(
    ("similarities", "score"),
    [
        (np.eye(5), 5),
        (np.ones((5, 5)), 1),
        (np.kron(np.eye(2), np.ones((3, 3))), 2),  # two kinds, three of each
        (np.zeros((0, 0)), 0),
    ],
)
def test_vendi_score(similarities, score):
    assert vendi_score(similarities) == pytest.approx(score)


@given(st.lists(st.lists(st.floats(-1, 1), min_size=3, max_size=3), min_size=1, max_size=8))
def test_vendi_score_lies_between_one_and_the_number_of_things(rows):
    points = np.array(rows)
    distances = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    assert 1 - 1e-6 <= vendi_score(np.exp(-distances)) <= len(rows) + 1e-6


def test_a_report_is_drawn_and_said(shell):
    run = shell.json("runs")[0]["id"]
    said = shell.do("run", "report", run[:6])
    assert "The judge, which is no part of the total, went from" in said
    assert "Vendi score" in said
    told = shell.json("run", "report", run)
    with Studio.open(shell.folder) as studio:
        report = report_of(studio, run)
        assert report_path(studio, report).read_bytes()[:4] == b"\x89PNG"
    assert told["picture"].endswith("report.png")
    assert [row["generation"] for row in told["generations"]] == [0, 1, 2]
    for row in told["generations"]:
        assert 0 <= row["judged"] <= 1
        assert 1 <= row["diversity"] <= 8
        assert 0 <= row["outside"] <= 1
        assert {"theory", "prior"} <= set(row["terms"])
    assert told["fall"] is None
    assert told["sentences"][0].startswith("The total of the best 10 went from")


def test_a_report_needs_a_run(shell):
    assert "no run" in shell.refused("run", "report", "zzzz")
