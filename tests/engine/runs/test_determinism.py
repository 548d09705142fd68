from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from engine.evolution.settings import Settings
from engine.gate import decisions
from engine.ids import run_id
from engine.proposals import Overrides, demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import carry_on
from engine.state.runs import run_stream
from fitness.total import Weights
from tests.engine.runs.short_runs import SHORT, begin, ending, evolved, facts, open_with


def test_the_same_seed_in_one_studio_gives_another_run_that_is_equal(studio):
    first, second = evolved(studio), evolved(studio)
    assert first != second
    assert facts(studio, first) == facts(studio, second)
    assert len(facts(studio, first)) == SHORT.generations + 3


@pytest.mark.parametrize("model", [None, "fusion"])
def test_the_same_seed_in_another_studio_gives_the_same_run(studio, tmp_path, models, model):
    identifier = evolved(studio, model=models.get(model))
    with open_with(tmp_path / "other") as other:
        assert evolved(other, model=models.get(model)) == identifier
        assert facts(other, identifier) == facts(studio, identifier)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"bars": 5},
        {"settings": replace(SHORT, population=11)},
        {"settings": replace(SHORT, generations=5)},
        {"settings": replace(SHORT, keep=2)},
        {"settings": replace(SHORT, weights=Weights(prior=0.5))},
    ],
    ids=str,
)
def test_whatever_else_is_asked_gives_another_run(studio, other):
    first, second = begin(studio), begin(studio, **other)
    assert first.id != second.id
    assert facts(studio, first.id) != facts(studio, second.id)


def test_another_seed_breeds_other_music(studio):
    bred = [
        {child.id for child in begin(studio, seed=seed).breed(0)[0]} for seed in (1, 2, 2**64 - 1)
    ]
    assert not bred[0] & bred[1]
    assert not bred[1] & bred[2]


def test_the_global_generators_have_no_say_and_stay_as_they_were(studio, models):
    streams = []
    for seed in (1, 2):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - the global state is what this is about
        before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
        streams.append(facts(studio, evolved(studio, model=models["fusion"])))
        assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002
    assert streams[0] == streams[1]


def test_ids_derive_from_what_was_asked_and_an_ordinal(studio):
    runs = [begin(studio) for _ in range(3)]
    started = runs[0].started
    asked = (started.song_id, started.stage, started.parents, started.seed, started.settings)
    more = {"section": {"label": "verse", "bars": 4, "energy": 0.5}, "model": None}
    assert [run.id for run in runs] == [run_id(*asked, more, ordinal) for ordinal in range(3)]


def test_the_positions_read_are_the_song_and_its_decisions(studio):
    best, other, third = (
        ending(studio, evolved(studio, seed=seed)).survivors[0].id for seed in (1, 2, 3)
    )
    approved = decisions.approve(studio, best)
    decisions.note(studio, other, "too sweet")
    rejected = decisions.reject(studio, other)
    decisions.reject(studio, third)
    decisions.undo(studio, third)

    read = [studio.event(position) for position in begin(studio).started.positions_read]

    assert [event.kind for event in read] == [
        "SongProposed",
        "CandidateApproved",
        "CandidateRejected",
    ]
    assert read[1:] == [approved, rejected]
    assert read[0].position == 1


def test_nothing_else_is_read(studio):
    """What happens in the studio after a run began changes nothing in it."""
    untouched, watched = begin(studio, seed=5), begin(studio, seed=5)
    assert carry_on(studio, untouched, lambda _: None)

    waiting = [survivor.id for survivor in ending(studio, untouched.id).survivors]

    def meddle(_):
        if waiting:
            decisions.reject(studio, waiting.pop())

    assert carry_on(studio, watched, meddle)
    assert not waiting
    assert facts(studio, watched.id) == facts(studio, untouched.id)


def test_a_decision_between_two_runs_is_read_by_the_second(studio):
    first = ending(studio, evolved(studio, seed=1))
    best, other = first.survivors[0].id, first.survivors[-1].id
    assert best != other
    decisions.approve(studio, best)
    decisions.reject(studio, other)

    second = ending(studio, evolved(studio, seed=1))

    decided = {best: "approved", other: "rejected"}
    totals = {survivor.id: survivor.total for survivor in first.survivors}
    worst = min(survivor.total for survivor in second.survivors)
    # Met again is what would have stood among the survivors.
    expected = {one: how for one, how in decided.items() if totals[one] >= worst}
    assert best in second.already_decided
    assert second.already_decided == expected
    assert {best, other}.isdisjoint(survivor.id for survivor in second.survivors)
    assert second.curve == first.curve  # the search itself is the same


def test_a_revised_song_is_read_as_it_is_now(studio):
    before = begin(studio)
    paths = [path for path in demo_paths() if path.stem == "green"]
    add_songs(studio, read(paths, Overrides.parse(meter="4/4")).proposals)
    after = begin(studio)
    assert [str(run.context.meter) for run in (before, after)] == ["7/8", "4/4"]
    assert before.started.positions_read[0] < after.started.positions_read[0]


def test_settings_come_back_from_the_log(studio):
    settings = Settings(5, 1, 2, 0.25, 0.125, 3, Weights(0.5, 0.25, 0.75))
    run = begin(studio, settings=settings)
    assert run.settings == settings
    assert studio.log.version(run_stream(run.id)) == run.version == 1
