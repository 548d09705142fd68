"""A new model is compared with the one in use on what was decided."""

from __future__ import annotations

import pytest

from engine.gate import decisions
from engine.models.promotion import in_use, model_for_runs
from engine.preference import own_songs
from engine.preference.own_songs import compare_on_own_songs
from engine.state.studio import Studio


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
