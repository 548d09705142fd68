from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evolution.behaviour import (
    AXES,
    AXES_USED,
    LEVELS,
    Archive,
    axes_of,
    cells_of,
    measured,
    terciles,
)
from engine.evolution.niches import best_first
from engine.evolution.settings import Settings
from engine.gate import decisions
from engine.runs import personal_axes
from engine.runs.evolve import start_runs
from engine.runs.lifecycle import carry_on
from engine.runs.personal_axes import axes_for, varied
from engine.runs.replay import verify_run
from engine.runs.requests import EvolveOptions
from engine.stages import STAGES
from fitness.drum_measures import DRUM_FEATURE_NAMES
from fitness.features import FEATURE_NAMES, feature_matrix
from tests.engine.runs.populations import PLACES, crowds
from tests.engine.runs.short_runs import GREEN, begin, ending, evolved, generations


@given(crowds(), st.data())
def test_cells_part_a_run_and_the_best_of_each_is_its_best(crowd, data):
    rows = data.draw(
        st.lists(st.tuples(PLACES, PLACES, PLACES), min_size=len(crowd), max_size=len(crowd))
    )
    archive = Archive.of(crowd, axes_of("chords"), np.array(rows, dtype=np.float32))
    members = [one.id for ranked in archive.ranked.values() for one in ranked]
    assert sorted(members) == sorted(one.id for one in crowd)
    for cell, ranked in archive.ranked.items():
        assert all(0 <= level < LEVELS for level in cell)
        assert {archive.cells[one.id] for one in ranked} == {cell}
        assert archive.elites[cell] is best_first(ranked)[0]


@given(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=40))
def test_who_lies_higher_on_an_axis_is_in_no_lower_third(rows):
    values = np.array(rows, dtype=np.float32)
    cells = np.array(cells_of(values, terciles(values)))
    for axis in range(values.shape[1]):
        order = np.argsort(values[:, axis], kind="stable")
        assert (np.diff(cells[order, axis]) >= 0).all()


def test_thirds_of_different_values_are_equal():
    values = np.arange(9, dtype=np.float32)[:, None]
    assert [cell[0] for cell in cells_of(values, terciles(values))] == [0] * 3 + [1] * 3 + [2] * 3


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_axes(stage):
    known = DRUM_FEATURE_NAMES if stage == "drums" else FEATURE_NAMES
    assert {axis.feature for axis in AXES[stage]} <= set(known)
    names = [axis.name for axis in AXES[stage]]
    assert len(names) == len(set(names)) > AXES_USED
    assert axes_of(stage) == AXES[stage][:AXES_USED]
    assert axes_of(stage, names[::-1][:AXES_USED]) == AXES[stage][-AXES_USED:]


def test_a_run_s_map_follows_from_its_log(studio):
    identifier = evolved(studio, settings=Settings(16, 6))
    run = begin(studio, settings=Settings(16, 6))
    run.pool.apply_all(generations(studio, identifier))
    archive = run.archive()
    assert archive.cells.keys() == run.pool.scored.keys()
    some = next(iter(run.pool.scored.values()))
    part = run.genomes.render(some.genome, run.context)
    row = feature_matrix([part], run.context.meter, run.context.tempo_map)[0]
    columns = [FEATURE_NAMES.index(axis.feature) for axis in archive.axes]
    assert archive.places[some.id] == tuple(row[columns].tolist())
    assert (measured("chords", [part], run.context, archive.axes)[0] == row[columns]).all()


def test_axes_are_those_along_which_the_chosen_vary():
    axes = len(AXES["bass"])
    rows = np.random.default_rng(0).normal(size=(400, axes))
    # Only the middle is chosen of the first two axes: there the choices hardly vary.
    is_chosen = (np.abs(rows[:, :2]) < 0.3).all(axis=1)
    assert varied(rows, is_chosen, "bass") == tuple(axis.name for axis in AXES["bass"][2:])
    rows[:, 2] = 0  # nothing was shown to choose from
    assert AXES["bass"][2].name not in varied(rows, is_chosen, "bass")


def test_a_run_goes_by_the_axes_of_a_person_s_choices(studio, monkeypatch):
    assert axes_for(studio, "chords") == ()
    for seed in range(3):
        end = ending(studio, evolved(studio, seed=seed))
        for survivor in end.survivors:
            decisions.approve(studio, survivor.id)
    monkeypatch.setattr(personal_axes, "MIN_CHOICES", 4)
    monkeypatch.setattr(personal_axes, "varied", lambda *_: ("density", "register", "syncopation"))
    options = EvolveOptions("chords", Settings(8, 1), "verse", 4)
    (run,) = start_runs(studio, GREEN, options, seed=9, use_model=False)
    carry_on(studio, run, lambda _: None)
    assert run.started.settings["axes"] == ["density", "register", "syncopation"]
    assert [axis.name for axis in run.archive().axes] == ["density", "register", "syncopation"]
    assert verify_run(studio, run.id).finished_again
    decisions.undo(studio)


def test_settings_without_axes_are_recorded_as_ever():
    assert "axes" not in Settings().to_payload()
    named = Settings(axes=("density", "register", "tension"))
    assert Settings.from_payload(named.to_payload()) == named
