"""Every piece of a fit with and without it, on the command line."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from tests.training.conftest import FIT
from training.__main__ import main
from training.dataset.catalogue import load_catalogue
from training.personal import ablation
from training.personal.ablation import AS_FIT, NAMES
from training.personal.folds import fold_of_rows, split_of
from training.personal.plan import OWN_SETTINGS

ONLY = ("no class weights", "with section", "middle of recordings", "no texts")


@pytest.fixture(scope="module")
def folder(composed_folder, tmp_path_factory, _small_networks):
    """The songs, ablated once."""
    folder = tmp_path_factory.mktemp("ablation") / "training"
    shutil.copytree(composed_folder, folder)
    assert main(words(folder)) == 0
    return folder


def words(folder, *more):
    only = [word for name in ONLY for word in ("--only", name)]
    return ["ablate", *FIT, *only, *more, "--out", str(folder)]


def report_of(folder):
    return json.loads((folder / "ablation" / "report.json").read_text("utf-8"))


def test_every_variant_is_measured_on_every_song_with_intervals(folder):
    report = report_of(folder)
    assert (report["songs"], report["folds"], report["epochs"]) == (24, 3, 1)
    assert set(report["variants"]) == {AS_FIT, "no class weights"}
    for found in report["variants"].values():
        assert set(found) == {"majority", "MIDI only", "text only", "audio only", "all"}
        for one in found.values():
            assert one["songs"] == 24
            mean, low, high = one["clips"]
            assert low <= mean <= high
    assert set(report["differences"]) == {"no class weights"}


def test_what_would_be_no_other_fit_is_left_out_and_said(folder):
    left_out = report_of(folder)["left_out"]
    assert set(left_out) == {"with section", "middle of recordings", "no texts"}
    page = (folder / "ablation" / "report.md").read_text("utf-8")
    assert "- middle of recordings: one window a recording: training embed --comp" in page
    assert "- with section: no section is named by its type" in page


def test_one_task_and_several_are_compared_on_the_concepts(folder):
    found = report_of(folder)["multitask"]
    assert found["songs"] == 24
    figures = found["figures"]
    assert set(figures["multi-task"]) == {"binary", "multiclass", "modes", "album"}
    assert set(figures["plain classifier"]) == {"binary", "multiclass"}
    assert set(figures["regression alone"]) == {"modes", "album"}
    assert set(found["gain"]) == set(figures["multi-task"])


def test_a_second_time_nothing_is_trained_and_the_page_is_printed_again(
    folder, capsys, monkeypatch
):
    page = (folder / "ablation" / "report.md").read_text("utf-8")
    monkeypatch.setattr(ablation, "train", None)
    assert main(words(folder)) == 0
    out = capsys.readouterr().out
    assert (folder / "ablation" / "report.md").read_text("utf-8") == page
    assert page in out
    assert json.loads(out.splitlines()[-1])["songs"] == 24


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--only", "no drums"], "no variant no drums; expected some of"),
        (["--folds", "2"], "--folds 2: expected 3 or more"),
        (["--folds", "0"], "--folds 0: expected 3 or more"),
        (["--without", "drums"], "--without drums: expected one of class, loudness"),
    ],
)
def test_what_can_t_be_done_is_one_line(folder, capsys, more, said):
    assert main(words(folder, *more)) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert said in line


def test_a_switch_takes_one_thing_off_the_plan():
    for variant in ablation.VARIANTS:
        plan = variant.change(ablation.Plan(settings=OWN_SETTINGS))
        assert (plan == ablation.Plan(settings=OWN_SETTINGS)) is (
            variant.name in {AS_FIT, "middle of recordings"}
        )
    assert len(set(NAMES)) == len(NAMES)


def test_folds_hold_whole_songs_and_every_song_is_tested_once(composed_folder):
    catalogue = load_catalogue(composed_folder)
    folds = fold_of_rows(catalogue, 4)
    songs = np.array([row.song_id for row in catalogue.rows])
    tested: list[str] = []
    for fold in range(4):
        split = split_of(folds, fold, 4)
        sides = [set(songs[side]) for side in (split.train, split.validation, split.test)]
        assert sum(map(len, sides)) == len(set.union(*sides)) == 24
        tested += sorted(sides[2])
    assert sorted(tested) == sorted(set(songs))
