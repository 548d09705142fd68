"""A new model is compared with the one in use on what was decided."""

from __future__ import annotations

import pytest

from engine.gate import decisions
from engine.models import training_process
from engine.models.promotion import in_use, model_for_runs
from engine.models.registry import ModelRegistry
from engine.preference import own_songs
from engine.preference.own_songs import compare_on_own_songs
from engine.preference.pools import candidates_by_id
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from tests.fitness.models import write, write_audit


def trained(monkeypatch, model):
    """Stands in for the process of a training, which takes minutes, at whose end a model is."""
    result = {"model": str(model), "chosen": "by song"}
    monkeypatch.setattr(training_process, "train", lambda *_: training_process.Ended(0, result))


@pytest.mark.parametrize(("is_wanted", "said"), [(True, "refused"), (False, "promoted")])
def test_a_trained_model_is_compared_before_it_is_promoted(
    shell, monkeypatch, tmp_path, is_wanted, said
):
    """It is refused where the person chose as the model in use ranks, and it ranks otherwise."""
    with Studio.open(shell.folder) as studio:
        used = ModelRegistry(studio).load(model_for_runs(studio, None))
        song = studio.song("meadow")
        names = [name for name, each in song.candidates.items() if each.section.label == "verse"]
        shown = list(candidates_by_id(studio, song, names).values())

        def best(model):
            totals = own_songs._totals(song, shown, model)
            return max(names, key=totals.__getitem__)

        for seed in range(50):  # until one ranks otherwise
            model = write_audit(write(tmp_path, "fusion", seed=seed))
            if best(FusionModel.load(model)) != best(used):
                break
        approved = best(used if is_wanted else FusionModel.load(model))
        for name in names:
            decisions.approve(studio, name) if name == approved else decisions.reject(studio, name)
    trained(monkeypatch, model)
    done = shell.type("train", "run", "catalogue", "--promote")
    sha256 = FusionModel.load(model).sha256
    assert len(shell.events("ModelTrained")) == 1
    if said == "refused":
        assert (done.code, shell.events("ModelPromoted")) == (2, [])
        assert f"model {sha256[:8]} is kept, but of 1 songs it ranks 0% of 1 pairs" in done.err
        assert f"models promote {sha256[:8]}" in done.err
    else:
        assert "of your 1 decided songs it ranks 100% of 1 pairs" in done.err
        assert [each.sha256 for each in shell.events("ModelPromoted")] == [sha256]


@pytest.fixture
def studio(shell):
    with Studio.open(shell.folder) as opened:
        model_for_runs(opened, None)
        yield opened


def test_without_decisions_there_is_nothing_to_compare_on(studio):
    assert compare_on_own_songs(studio, in_use(studio)) is None


def test_the_model_in_use_is_no_worse_than_itself(studio):
    names = list(studio.song("meadow").candidates)[:4]
    for name in names[:2]:
        decisions.approve(studio, name)
    for name in names[2:]:
        decisions.reject(studio, name)
    found = compare_on_own_songs(studio, in_use(studio))
    assert found.songs == 1
    assert found.pairs > 0
    assert found.accuracy == found.in_use
    assert not found.surely_worse


def test_a_model_that_ranks_the_other_way_round_is_surely_worse(studio, monkeypatch):
    names = list(studio.song("meadow").candidates)[:4]
    decisions.approve(studio, names[0])
    for name in names[1:]:
        decisions.reject(studio, name)
    order = iter((0.0, 1.0))  # the new model's total of the approved one, then that in use

    def totals(_, candidates, __):
        best = next(order)
        return {each.id: best if each.id == names[0] else 0.5 for each in candidates}

    monkeypatch.setattr(own_songs, "_totals", totals)
    found = compare_on_own_songs(studio, in_use(studio))
    assert (found.accuracy, found.in_use, found.surely_worse) == (0.0, 1.0, True)
