"""A run stops where its best stop being music while the total climbs, and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evolution import watch
from engine.evolution.settings import Settings
from engine.evolution.watch import PATIENCE, SMALLEST_GAIN, find_fall, smoothed, stands_still
from engine.runs.lifecycle import carry_on, load, resume
from engine.runs.replay import verify_run
from store.events import CurvePoint, Reality
from tests.engine.runs.short_runs import GREEN, SHORT, begin, ending, evolved, facts, generations

LONG = Settings(population=8, generations=9)


def curve(music, totals=None, outside=None, deviation=0.1):
    climbing = [0.5 + 0.01 * n for n in range(len(music))]
    return [
        CurvePoint(
            generation=n,
            best=t,
            median=t,
            elite=t,
            judged=0.5,
            reality=Reality(
                music=m, music_deviation=deviation, outside=o, outside_deviation=deviation / 2
            ),
        )
        for n, (m, o, t) in enumerate(
            zip(music, outside or [0.0] * len(music), totals or climbing, strict=True)
        )
    ]


RISE = [0.1 * n for n in range(8)]
FALLING = [*RISE, *[0.7 - 0.1 * n for n in range(7)], *[0.1] * 6]
LEAVING = [*[0.02] * 8, *[0.3] * 11]
STEADY = [0.9] * len(LEAVING)


def assert_the_same_when_resumed(studio, settings):
    """A run that was halted after its first pool comes to what one has that nothing disturbed."""
    whole = evolved(studio, settings=settings)
    halted = begin(studio, settings=settings)
    assert not carry_on(studio, halted, lambda _: None, lambda: True)
    assert carry_on(studio, resume(studio, halted.id), lambda _: None)
    assert facts(studio, halted.id)[1:] == facts(studio, whole)[1:]


def test_a_lasting_fall_under_a_climbing_total_stops():
    fall = find_fall(curve(FALLING))
    assert fall is not None
    assert (fall.at, len(RISE) <= fall.peak < len(RISE) + 4) == (len(FALLING) - 1, True)
    assert "the total climbed from 0." in fall.sentence
    assert fall.what == "music"
    assert fall.judged < fall.judged_at_peak


def test_leaving_what_real_music_does_stops():
    fall = find_fall(curve(STEADY, outside=LEAVING))
    assert fall is not None
    assert (fall.what, fall.at) == ("inside", len(LEAVING) - 1)
    assert "outside what real music does rose from 2% to 30%" in fall.sentence


@pytest.mark.parametrize(
    "points",
    [
        curve([*RISE, *[0.7] * 20]),  # it stays
        curve([*RISE, 0.1, *[0.7] * 10]),  # it falls once
        curve(FALLING, [0.9 - 0.01 * n for n in range(len(FALLING))]),  # the total falls too
        curve(FALLING[: len(RISE) + PATIENCE]),  # not yet for long enough
        curve(FALLING, deviation=0.45),  # within the noise of so different an elite
        curve(STEADY, outside=LEAVING, deviation=0.45),
        [CurvePoint(generation=n, best=n, median=n) for n in range(20)],  # nobody judged
        [],
    ],
)
def test_all_else_goes_on(points):
    assert find_fall(points) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_running_mean_lies_within_its_values(values):
    means = smoothed(values)
    assert len(means) == len(values)
    assert means[0] == pytest.approx(values[0])
    assert min(values) - 1e-9 <= means.min() <= means.max() <= max(values) + 1e-9


def test_every_generation_is_judged_in_the_log(studio):
    run = evolved(studio)
    judged = [each.judged for each in generations(studio, run)]
    assert all(0 <= value <= 1 for value in judged)
    for each in generations(studio, run):
        assert 0 <= each.reality.outside <= 1
        assert each.judged <= each.reality.music <= 1
    assert [point.judged for point in ending(studio, run).curve] == judged
    assert ending(studio, run).stopped_for is None
    assert "judge" in studio.run(run)[1].versions
    assert verify_run(studio, run).finished_again


@pytest.fixture
def strict(monkeypatch):
    """A watch that takes every generation after the peak for a fall."""
    monkeypatch.setattr(watch, "MOST_OF_GOOD_RUNS", -1.0)
    monkeypatch.setattr(watch, "SURE", 0.0)
    monkeypatch.setattr(watch, "PATIENCE", 1)


@pytest.mark.usefixtures("strict")
def test_a_stopped_run_ends_with_candidates_of_before_and_verifies(studio):
    run = evolved(studio, settings=replace(LONG, keep=2))  # of whom there are enough by then
    end = ending(studio, run)
    assert end.stopped_for is not None
    assert len(generations(studio, run)) < LONG.generations + 1
    early = {
        child.id
        for each in generations(studio, run)
        if each.generation <= end.stopped_for
        for child in each.offspring
    }
    assert {survivor.id for survivor in end.survivors} <= early
    found = verify_run(studio, run)
    assert (found.differences, found.finished_again) == ([], True)


@pytest.mark.usefixtures("strict")
def test_a_run_that_is_resumed_stops_where_it_would_have(studio):
    assert_the_same_when_resumed(studio, LONG)


@pytest.mark.usefixtures("strict")
def test_the_watch_is_switched_off(studio):
    run = evolved(studio, settings=replace(LONG, watched=False))
    assert len(generations(studio, run)) == LONG.generations + 1
    assert not load(studio, run).settings.watched
    assert verify_run(studio, run).finished_again


@pytest.mark.usefixtures("strict")
def test_the_stop_is_said_in_one_sentence(engine):
    words = ("evolve", "--song", GREEN, "--bars", "4", "--population", "8", "--generations", "9")
    said = engine(*words, "--no-model", "--seed", "1")
    line = next(line for line in (said.out + said.err).splitlines() if "stopped after" in line)
    assert "the judge, which is no part of it, fell" in line
    said = engine(*words, "--no-model", "--seed", "1", "--no-judge")
    assert "stopped after" not in said.out + said.err


PATIENT = Settings(population=8, generations=40, patience=3)


def test_a_run_ends_where_its_last_generations_gained_little(studio):
    run = evolved(studio, settings=PATIENT)
    points = ending(studio, run).curve
    assert PATIENT.patience < len(points) < PATIENT.generations + 1
    spread = ending(studio, run).first_pool.spread["total"]
    gains = [now.elite - before.elite for before, now in pairwise(points[:: PATIENT.patience])]
    assert points[-1].elite - points[-1 - PATIENT.patience].elite < SMALLEST_GAIN * spread
    assert gains[0] > SMALLEST_GAIN * spread
    for end in range(len(points)):
        assert not stands_still(points[:end], PATIENT.patience, spread)
    found = verify_run(studio, run)
    assert (found.differences, found.finished_again) == ([], True)


def test_a_run_that_stands_still_is_the_beginning_of_one_that_goes_on(studio):
    short = evolved(studio, settings=PATIENT)
    long = evolved(studio, settings=replace(PATIENT, patience=0))
    assert len(generations(studio, long)) == PATIENT.generations + 1
    assert generations(studio, long)[: len(generations(studio, short))] == generations(
        studio, short
    )


def test_it_is_resumed_up_to_the_same_end(studio):
    assert_the_same_when_resumed(studio, PATIENT)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 8), st.floats(0.01, 1))
def test_any_gain_counts_from_the_generation_before_the_patience(totals, patience, spread):
    points = curve([0.5] * len(totals), totals)
    stands = stands_still(points, patience, spread)
    assert stands == (
        len(totals) > patience and totals[-1] - totals[-1 - patience] < SMALLEST_GAIN * spread
    )
    assert not stands_still(points, 0, spread)


def test_only_a_number_of_generations_that_nobody_named_is_cut_short(engine):
    words = ("evolve", "--song", GREEN, "--bars", "4", "--population", "8", "--no-model")
    said = json.loads(engine(*words, "--seed", "1", "--json").out)[0]
    assert said["settings"]["patience"] > 0
    assert said["stood_still"] == (len(said["curve"]) <= said["settings"]["generations"])
    said = json.loads(engine(*words, "--seed", "1", "--json", "--generations", "24").out)[0]
    assert "patience" not in said["settings"]
    assert (len(said["curve"]), said["stood_still"]) == (25, False)


def test_settings_say_nothing_of_a_watch_that_is_on():
    assert "watched" not in SHORT.to_payload()
    off = replace(SHORT, watched=False)
    assert Settings.from_payload(off.to_payload()) == off
