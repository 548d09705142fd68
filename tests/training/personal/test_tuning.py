"""A search for settings: what it tries, how it goes on, and what a fit makes of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from statistics import median

import msgspec
import pytest

pytest.importorskip("optuna", reason="tuning needs optuna: pip install -e .[training]")

from tests.training.examples import SMALL
from training.__main__ import main, parser
from training.commands.models import plan_of
from training.fusion.checkpoint import Checkpoint
from training.personal.plan import OWN_SETTINGS, Plan
from training.personal.trials import Trial, Tried, is_worse, tried
from training.personal.tuned import read_tuned
from training.personal.tuning import (
    AT_ONCE,
    SEARCHED,
    Between,
    Search,
    Study,
    own_values,
    planned,
    tune_catalogue,
)

PLAN = Plan(
    composed=1,
    settings=msgspec.structs.replace(OWN_SETTINGS, epochs=2, batch_size=48, size=SMALL),
)


def values_of(found: dict) -> list:
    return [one["values"] for one in found["table"]]


@pytest.fixture(scope="module")
def folder(composed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(composed_folder, tmp_path_factory.mktemp("tuned") / "training")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict:
    return tune_catalogue(Search(PLAN, 3, keeps_composed=True), folder, processes=1)


class TestSearch:
    def test_what_a_fit_does_by_itself_is_tried_first(self, found):
        search = Search(PLAN, 3, keeps_composed=True)
        assert values_of(found)[0] == own_values(search)
        assert planned(PLAN, own_values(search)).settings == PLAN.settings
        assert found["accuracy"] >= found["accuracy_before"]

    def test_every_value_is_where_it_is_looked_for(self, found):
        for values in values_of(found):
            assert set(values) == set(SEARCHED) - {"composed"}
            for name, value in values.items():
                where = SEARCHED[name]
                if isinstance(where, Between):
                    assert where.low <= value <= where.high
                else:
                    assert value in where

    def test_the_best_is_kept_as_a_file_and_a_picture(self, folder, found):
        tuned = read_tuned(folder / "tuned.json")
        best = max(found["table"], key=lambda one: one["accuracy"])
        assert tuned.accuracy == best["accuracy"] == found["accuracy"]
        assert tuned.apply(PLAN) == replace(
            planned(PLAN, best["values"]), compares=True, folds=PLAN.folds
        )
        assert (folder / "report" / "tuning.png").read_bytes().startswith(b"\x89PNG")

    def test_a_second_time_nothing_is_tried(self, folder, found):
        def tell(what: str) -> None:
            raise AssertionError(what)

        assert tune_catalogue(Search(PLAN, 3, keeps_composed=True), folder, tell) == found

    def test_killed_in_the_middle_it_comes_to_the_same(self, composed_folder, tmp_path, found):
        made = shutil.copytree(composed_folder, tmp_path / "training")

        def die_in_the_second(what):
            def step(done, steps, _loss):  # after its first epoch was kept and reported
                if what.startswith("trial 2") and done > steps // 2:
                    raise KeyboardInterrupt

            return step

        with pytest.raises(KeyboardInterrupt):
            tune_catalogue(
                Search(PLAN, 3, keeps_composed=True), made, die_in_the_second, processes=1
            )
        trained: list[str] = []

        def hear(what):
            return lambda *_: trained.append(what)

        again = tune_catalogue(Search(PLAN, 3, keeps_composed=True), made, hear, processes=1)
        assert again["table"] == found["table"]
        assert set(trained) == {"trial 2 of 3", "trial 3 of 3"}
        assert trained.count("trial 2 of 3") < trained.count("trial 3 of 3")  # an epoch was kept

    def test_side_by_side_it_comes_to_the_same(self, composed_folder, tmp_path, found):
        made = shutil.copytree(composed_folder, tmp_path / "training")
        heard: set[str] = set()

        def hear(what):
            heard.add(what)

        one = tune_catalogue(Search(PLAN, 1, keeps_composed=True), made, hear, processes=2)
        assert one["table"] == found["table"][:1]
        both = tune_catalogue(Search(PLAN, 3, keeps_composed=True), made, hear, processes=2)
        assert both["table"] == found["table"]
        assert {f"trial {number} of 3" for number in (2, 3)} <= heard

    def test_one_that_is_worse_than_others_is_given_up(self, folder, tmp_path):
        trial = Trial(folder, "any", PLAN, Checkpoint(tmp_path / "trial.pt", "key"), (1.1,), "cpu")
        given_up = tried(trial)
        assert given_up.is_pruned
        assert len(given_up.accuracies) == 1 < PLAN.settings.epochs

    @pytest.mark.parametrize(
        ("accuracies", "medians", "worse"),
        [
            ([0.5, 0.4], (None, 0.45), False),  # the best so far counts
            ([0.4, 0.4], (None, 0.45), True),
            ([0.4], (None, 0.45), False),  # too early
            ([0.4, 0.4, 0.4], (None, 0.45), False),  # nobody came as far
            ([0.4], (), False),
        ],
    )
    def test_worse_than_others_at_the_same_epoch(self, accuracies, medians, worse):
        assert is_worse(accuracies, medians) == worse

    def test_time_that_is_up_begins_nothing(self, composed_folder, tmp_path):
        made = shutil.copytree(composed_folder, tmp_path / "training")
        told = tune_catalogue(Search(PLAN, 3, timeout_seconds=0), made)
        assert told["trials"] == 0
        assert told["tuned"] is None

    def test_another_seed_or_catalogue_is_another_study(self, folder):
        from training.dataset.catalogue import load_catalogue

        catalogue = load_catalogue(folder)
        some = catalogue.only(catalogue.songs % 2 == 0)
        keys = {Search(PLAN, 1).key(catalogue), Search(PLAN, 9).key(catalogue)}
        assert len(keys) == 1
        keys |= {Search(replace(PLAN, seed=1), 1).key(catalogue), Search(PLAN, 1).key(some)}
        assert len(keys) == 3


class TestStudy:
    @pytest.fixture
    def study(self, tmp_path):
        return Study(tmp_path, Search(PLAN, 9, keeps_composed=True), "key")

    def keep(self, study, place, accuracies, *, is_pruned=False):
        values = study.drawn(place)
        study.keep(place, values, Tried(accuracies, [0.0] * len(accuracies), is_pruned))
        return values

    def test_those_drawn_together_know_nothing_of_each_other(self, study):
        assert study.next_places() == list(range(AT_ONCE))
        before = [study.drawn(place) for place in range(AT_ONCE)]
        assert before[0] == own_values(Search(PLAN, 9, keeps_composed=True))
        assert len({str(values) for values in before}) == AT_ONCE
        self.keep(study, 2, [0.9])
        assert study.next_places() == [0, 1, 3]
        assert [study.drawn(place) for place in range(AT_ONCE)] == before

    def test_those_after_them_know_all_before(self, study):
        for place in range(2 * AT_ONCE):
            self.keep(study, place, [0.1 * place, 0.2, 0.3], is_pruned=place == 1)
        assert study.next_places() == [2 * AT_ONCE]
        assert study.medians(AT_ONCE) == ()  # too few to compare with
        first = median(0.1 * place for place in range(2 * AT_ONCE) if place != 1)
        assert study.medians(2 * AT_ONCE)[:2] == (None, None)
        assert study.medians(2 * AT_ONCE)[2] == pytest.approx(max(first, 0.3))
        assert [one.state for one in study.trials()].count("pruned") == 1
        assert study.trials()[7].accuracy == pytest.approx(0.7)

    def test_trials_of_a_study_without_places_are_taken_in_their_order(self, study, tmp_path):
        values = [study.drawn(place) for place in range(3)]
        for each in values:
            study.keep(0, each, Tried([0.5], [0.0], is_pruned=False))
        old = sqlite3.connect(tmp_path / "tune.db")
        old.execute("DELETE FROM trial_user_attributes")
        old.commit()
        old.close()
        again = Study(tmp_path, Search(PLAN, 9, keeps_composed=True), "key")
        assert [one.values for one in again.trials()] == values
        assert again.next_places() == [3]


class TestFit:
    def test_what_was_found_is_used_when_asked(self, folder, found):
        del found
        options = parser().parse_args(["fit", str(folder), "--tuned", "--epochs", "2"])
        plan = plan_of(options, folder)
        tuned = read_tuned(folder / "tuned.json")
        assert plan.settings.learning_rate == tuned.settings.learning_rate
        assert plan.settings.size == tuned.settings.size
        assert plan.settings.epochs == 2
        assert plan.composed == 1
        file = parser().parse_args(["fit", str(folder), "--settings", str(folder / "tuned.json")])
        assert replace(plan_of(file, folder), settings=plan.settings) == plan
        assert plan_of(parser().parse_args(["fit", str(folder)]), folder) == Plan()

    def test_what_is_typed_comes_first(self, folder, found):
        del found
        words = ["fit", str(folder), "--tuned", "--with-composed", "6"]
        assert plan_of(parser().parse_args(words), folder).composed == 6

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"settings": {"rate": 1}}', "unknown field `rate`"),
            ('{"settings": {"dropout": 2}}', "<= 0.95 - at `$.settings.dropout`"),
            ('{"settings": {}, "with_composed": -1}', ">= 0 - at `$.with_composed`"),
            ("nothing", "malformed"),
        ],
    )
    def test_settings_that_are_none_are_named(self, tmp_path, capsys, text, said):
        path = tmp_path / "mine.json"
        path.write_text(text, encoding="utf-8")
        assert main(["fit", str(tmp_path), "--settings", str(path)]) == 2
        error = capsys.readouterr().err
        assert str(path) in error
        assert said in error

    def test_nothing_tuned_is_one_line(self, tmp_path, capsys):
        assert main(["fit", str(tmp_path), "--tuned"]) == 2
        assert "training tune makes one" in capsys.readouterr().err


def test_the_command_shows_its_trials(folder, found, capsys, monkeypatch):
    del found
    monkeypatch.setattr("training.personal.plan.OWN_SETTINGS", PLAN.settings)
    words = ["--trials", "3", "--with-composed", "1", "--no-track"]
    assert main(["tune", str(folder), *words]) == 0
    *shown, last = capsys.readouterr().out.splitlines()
    assert json.loads(last)["trials"] == 3
    assert sum("complete" in line for line in shown) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--trials", "0"], "--trials 0: expected 1"), (["--timeout", "-1"], "--timeout -1.0")],
)
def test_numbers_below_what_they_count_are_refused(folder, capsys, words, said):
    assert main(["tune", str(folder), *words]) == 2
    assert said in capsys.readouterr().err
