"""The table of all benchmarks at toy size: its rows and its page. No times are judged."""

from __future__ import annotations

import json
import math
import sys

import pytest

from benchmarks import __main__ as command
from benchmarks import compared_bench, limits_bench, roll_bench, scoring_bench, store_bench
from benchmarks.compared_bench import PAGE, main, measured, page, printed, rows_of
from benchmarks.evaluations_bench import DEFAULT, FULL, PLAIN, RANDOM, Row, compared
from benchmarks.turns import Compared, Turn
from benchmarks.turns import compared as of_turns
from tests.fitness import models

ROW = Compared("rolls", "others", "parts/s", 1234.5, 2.5, 4.0, 3.5, 4.25, 3.9, "≥ 3")


def test_rates_and_ratios_by_turns():
    ours = [Turn(1.0, 2.0), Turn(2.0, 2.0), Turn(4.0, 2.0)]
    theirs = [Turn(2.0, 1.0), Turn(2.0, 4.0), Turn(2.0, 6.0)]
    row = of_turns(("a", "b"), "x/s", (ours, theirs), (20.0, 10.0))
    assert (row.ours, row.theirs) == (10, 5)
    assert (row.ratio, row.lowest, row.highest, row.processor) == (2, 1, 4, 4)


def test_rows_of_scoring_and_of_what_bounds_it(tmp_path):
    path = models.write(tmp_path, "fusion")
    found = scoring_bench.rows(path, scoring_bench.Effort(candidates=4, rounds=1))
    found += limits_bench.rows(path, candidates=4, rounds=1, side=16)
    assert [(row.what, row.beside) for row in found] == [
        ("from genome to colour, chords", "the predecessor's path, one by one"),
        ("from genome to colour, chords", "the predecessor's path, once for all"),
        ("from genome to colour, full-window mixes", "the predecessor's path, one by one"),
        ("from genome to colour, full-window mixes", "the predecessor's path, once for all"),
        ("a whole generation, chords", "the predecessor's path, one by one"),
        ("a whole generation, chords", "the predecessor's path, once for all"),
        ("from genome to colour, one thread", "ONNX Runtime alone"),
        ("the roll's encoders in the network", "a matrix product (GEMM)"),
    ]
    assert all(row.lowest <= row.ratio <= row.highest and row.ratio > 0 for row in found)


def test_rows_of_the_log_and_of_rolls(monkeypatch):
    sizes = {"ROUNDS": 1, "SINGLE_EVENTS": 3, "BATCH": 2, "BATCHES": 2, "REPLAY_EVENTS": 9}
    sizes |= {"GENERATIONS": 2, "REPLAY_GENERATIONS": 2}
    for name, size in sizes.items():
        monkeypatch.setattr(store_bench, name, size)
    peers = [store_bench.SQLITE3]
    if store_bench.find_spec(store_bench.EVENTSOURCING):
        peers.append(store_bench.EVENTSOURCING)
    found = store_bench.rows()
    for peer in peers:
        assert sum(row.beside == peer for row in found) == (7 if peer == peers[0] else 5)
    assert [row.what for row in roll_bench.rows(rounds=1)] == [
        f"piano rolls, {kind}" for kind in roll_bench.KINDS
    ]


def test_rows_of_evaluations_are_medians_over_songs():
    counts = [{RANDOM: 1000.0, PLAIN: 200.0, DEFAULT: 100.0 + song} for song in range(20)]
    rows = [Row(str(song), "bass", (True, 0.5), each) for song, each in enumerate(counts)]
    of_random, of_plain = compared(rows, FULL)
    assert of_plain.what == "parts until the best of 10,000, bass, 20 songs"
    assert (of_random.ratio, of_plain.ratio) == pytest.approx((0.1095, 0.5475))
    assert (of_plain.lowest, of_plain.highest) == pytest.approx((0.525, 0.57))
    assert (of_plain.ours, of_plain.theirs, of_plain.wanted) == (109.5, 200, "≤ 0.67")


def test_where_neither_reached_the_target_neither_was_better():
    never = Row("a", "bass", (True, 0.5), {RANDOM: 9.0, PLAIN: math.inf, DEFAULT: math.inf})
    assert never.ratio(DEFAULT, PLAIN) == 1
    assert never.ratio(DEFAULT, RANDOM) == math.inf


def test_what_is_not_installed_is_said():
    def missing():
        raise ModuleNotFoundError("No module named 'orjson'", name="orjson")

    report = json.loads(json.dumps(measured({"log": missing, "rolls": lambda: [ROW]})))
    assert rows_of(report) == [ROW]
    assert report["left out"][0].startswith("log: it needs orjson: pip install")
    for told in (printed(report), page(report)):
        assert "1,234" in told
        assert "3.50 to 4.25" in told
        assert "log: it needs orjson" in told


def test_the_page_is_drawn_from_what_was_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compared_bench, "sources", lambda *_, **__: {"rolls": lambda: [ROW]})
    monkeypatch.setattr(compared_bench, "PAGE", tmp_path / "page.md")
    command.main(["--json", str(tmp_path / "all.json")])
    assert "rolls" in capsys.readouterr().out
    main(["--page", str(tmp_path / "all.json")])
    drawn = (tmp_path / "page.md").read_text("utf-8")
    assert "| rolls | 1,234 | others | 2.5 | parts/s | 4.00 (3.50 to 4.25) | 3.90 | ≥ 3 |" in drawn


def test_the_page_in_the_documentation_is_the_drawing_of_its_figures():
    report = json.loads(PAGE.with_suffix(".json").read_text("utf-8"))
    assert PAGE.read_text("utf-8") == page(report)


def test_an_unknown_name_is_refused_with_those_there_are(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    with pytest.raises(SystemExit, match=r"store \| cost \| rolls"):
        command.main(["kazoo"])
