"""Rolls and features of slices: the scorer's own, each made once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fitness.excerpts import as_excerpt, excerpt_features
from fitness.roll import rolls
from training.dataset import rolls as rolls_module
from training.dataset.rolls import make_rolls, read_rolls
from training.dataset.rows import read_rows


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "training")


def test_a_roll_is_what_the_scorer_paints(folder):
    slices = read_rolls(folder)
    for row in [row for row in read_rows(folder) if row.midi_file][:12]:
        heard = as_excerpt((folder / row.midi_file).read_bytes(), row.midi_file)
        one = slices[row.segment_id]
        assert one.excerpt.part == heard.part
        assert (one.excerpt.tempo_map, one.excerpt.meter) == (heard.tempo_map, heard.meter)
        painted = rolls([heard.part], heard.tempo_map)[0, 0]
        # Half of an odd velocity, between notes too fast for the grid, has no whole number.
        assert np.abs(one.roll / 127 - painted).max() < 0.501 / 127
        whole = np.abs(painted * 127 % 1 - 0.5) > 0.1
        assert np.array_equal((one.roll / np.float32(127))[whole], painted[whole])
        assert np.array_equal(one.features, excerpt_features([heard])[0])


def test_nothing_is_done_twice(copy, monkeypatch):
    before = (copy / "rolls.npz").read_bytes()
    monkeypatch.setattr(rolls_module, "encode_slice", None)
    again = make_rolls(copy, read_rows(copy))
    assert again["made"] == 0
    assert (copy / "rolls.npz").read_bytes() == before


def test_a_slice_that_changed_is_painted_again_and_no_other(copy):
    rows = [row for row in read_rows(copy) if row.midi_file]
    first, second = (copy / row.midi_file for row in rows[:2])
    first.write_bytes(second.read_bytes())
    assert make_rolls(copy, rows)["made"] == 1
    slices = read_rolls(copy)
    ids = [row.segment_id for row in rows[:2]]
    assert np.array_equal(slices[ids[0]].roll, slices[ids[1]].roll)


def test_killed_and_begun_again_it_makes_the_same_bytes(copy, monkeypatch):
    wanted = (copy / "rolls.npz").read_bytes()
    (copy / "rolls.npz").unlink()
    (copy / "rolls.json").unlink()
    monkeypatch.setattr(rolls_module, "SAVE_EVERY", 5)

    def stop(done: int, *_: object) -> None:
        if done == 13:
            raise KeyboardInterrupt

    rows = read_rows(copy)
    with pytest.raises(KeyboardInterrupt):
        make_rolls(copy, rows, stop)
    kept = len(read_rolls(copy))
    assert kept == 10
    assert make_rolls(copy, rows)["made"] == len(read_rolls(copy)) - kept
    assert (copy / "rolls.npz").read_bytes() == wanted


def test_several_processes_make_the_same_bytes(copy, monkeypatch):
    wanted = (copy / "rolls.npz").read_bytes()
    (copy / "rolls.npz").unlink()
    monkeypatch.setattr(rolls_module, "WORTH_IT", 1)
    assert make_rolls(copy, read_rows(copy), processes=2)["made"] > 100
    assert (copy / "rolls.npz").read_bytes() == wanted


def test_what_can_t_be_painted_is_told(copy):
    rows = [row for row in read_rows(copy) if row.midi_file]
    (copy / rows[0].midi_file).write_bytes(b"no midi")
    told = make_rolls(copy, rows)
    assert list(told["refused"]) == [rows[0].segment_id]
    kept = json.loads((copy / "rolls.json").read_text())
    assert kept["slices"] == len(rows) - 1
    assert rows[0].midi_file in kept["refused"][rows[0].segment_id]
    assert make_rolls(copy, rows)["made"] == 0


def test_rolls_of_another_version_are_made_again(copy, monkeypatch):
    monkeypatch.setattr(rolls_module, "VERSIONS", {"roll_version": "0", "features_version": "1"})
    assert read_rolls(copy) == {}
    assert make_rolls(copy, read_rows(copy))["made"] > 100


def test_a_broken_table_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="training rolls"):
        read_rolls(tmp_path)
    (tmp_path / "rolls.npz").write_bytes(b"broken")
    with pytest.raises(ValueError, match=r"rolls\.npz"):
        read_rolls(tmp_path)
