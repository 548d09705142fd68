"""Heads: what they learn from pairs, what they are without any, and their file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.colours import COLOURS
from fitness.errors import ModelRefused
from fitness.preference.bradley_terry import (
    SLAB_VARIANCE,
    SPIKE_VARIANCE,
    TOTAL_DEVIATION,
    Comparisons,
    fit,
    folds,
    prior,
)
from fitness.preference.head import (
    LISTENED_SHARE,
    DecidedPool,
    PreferenceHead,
    head_columns,
)
from fitness.preference.scales import PoolStatistics, Scales, telling_columns
from fitness.total import SHIPPED_TOTAL, Fitness, Weights
from genomes import Context, Key, Meter, Section
from genomes.bass import BASS
from genomes.chords import CHORDS

STAGE = "chords"
COLUMNS = len(head_columns(STAGE))
CONTEXT = Context(Key.parse("D minor"), Meter(4, 4), 96.0, Section("verse", 4))


def decided(song: str, rng: np.random.Generator, weights: dict[int, float]) -> DecidedPool:
    """Ten candidates of which the better five by some columns are approved."""
    values = rng.normal(size=(10, COLUMNS))
    likes = sum(weight * values[:, column] for column, weight in weights.items())
    order = np.argsort(likes)
    pairs = np.array([(a, r) for a in order[5:] for r in order[:5]])
    return DecidedPool(song, values, PoolStatistics.of(values), pairs, np.ones(len(pairs)))


def head_of(songs: int, weights: dict[int, float]) -> PreferenceHead:
    rng = np.random.default_rng(4)
    return PreferenceHead.fitted(STAGE, [decided(f"{n}", rng, weights) for n in range(songs)])


def test_what_was_liked_weighs_most_with_its_sign():
    head = head_of(20, {7: 1.0, 30: -1.0})
    heaviest = np.argsort(-np.abs(head.posterior.mean[1:COLUMNS]))[:2] + 1
    assert set(heaviest.tolist()) == {7, 30}
    assert head.posterior.mean[7] > 0 > head.posterior.mean[30]


@pytest.mark.parametrize("songs", [0, 1])
def test_without_decisions_of_two_songs_it_is_the_shipped_total(songs):
    head = head_of(songs, {7: 1.0})
    values = np.random.default_rng(1).normal(size=(30, COLUMNS))
    totals = head.totals(values, PoolStatistics.of(values[:20]))
    np.testing.assert_allclose(totals, values[:, 0], rtol=1e-12, atol=1e-12)


def test_decisions_by_the_shipped_total_give_it_weight():
    head = head_of(20, {0: 1.0})
    assert head.posterior.mean[0] > prior(COLUMNS).mean[0]
    assert np.abs(head.posterior.mean[1:]).max() < head.posterior.mean[0] / 2


def test_doubt_is_less_where_decisions_were_made_and_lowers_the_total():
    head = head_of(20, {7: 1.0})
    values = np.zeros((2, COLUMNS))
    values[0, 7] = values[1, 50] = 2.0
    pool = PoolStatistics(np.zeros(COLUMNS), np.ones(COLUMNS))
    rows = head.rows(values, pool)
    deviations = np.square(head.posterior.deviation)
    assert (head.doubts(rows) <= np.sqrt(np.square(rows) @ deviations)).all()
    bold = replace(head, caution=0.0)
    assert (head.totals(values, pool) < bold.totals(values, pool)).all()


def test_an_amount_that_is_the_best_in_every_song_is_learned():
    """About 3 notes a quarter, in songs whose candidates have fewer, as many, or more."""
    column = head_columns(STAGE).index("onsets_per_quarter")
    rng = np.random.default_rng(3)
    pools = []
    for number in range(30):
        values = rng.normal(size=(10, COLUMNS))
        values[:, column] += 1.5 + number % 4
        values[:, 20:30] += values[:, [column]]  # it tells most of the others
        order = np.argsort(-np.abs(values[:, column] - 3.0))
        pairs = np.array([(a, r) for a in order[5:] for r in order[:5]])
        first = PoolStatistics.of(values)
        pools.append(DecidedPool(f"{number}", values, first, pairs, np.ones(len(pairs))))
    head = PreferenceHead.fitted(STAGE, pools)
    for mean in (1.5, 4.5):
        pool = PoolStatistics(np.zeros(COLUMNS), np.ones(COLUMNS))
        pool.mean[column] = mean
        values = np.tile(pool.mean, (4, 1))
        values[:, column] = (0.5, 1.5, 3.0, 4.5)
        utilities = head.utilities(head.rows(values, pool))
        assert utilities.argmax() == 2
        assert utilities[1] > utilities[0]


def test_curves_are_of_the_columns_that_tell_most_of_the_others():
    rng = np.random.default_rng(5)
    sources = rng.normal(size=(400, 3))
    copies = sources[:, [0] * 6 + [1] * 4 + [2] * 2] + 0.4 * rng.normal(size=(400, 12))
    values = np.column_stack((copies[:, :5], np.ones(400), sources, copies[:, 5:]))
    assert telling_columns(values, 3).tolist() == [6, 7, 8]
    assert telling_columns(values, 1).tolist() == [6]
    twins = np.column_stack((sources, sources, np.zeros(400)))
    assert len(telling_columns(twins)) == 3
    assert telling_columns(np.ones((4, 2))).tolist() == []


def test_a_candidate_like_the_mean_of_its_pool_has_no_utility():
    head = head_of(20, {7: 1.0})
    values = np.random.default_rng(1).normal(size=(9, COLUMNS))
    pool = PoolStatistics.of(values)
    np.testing.assert_allclose(head.rows(pool.mean[None], pool), 0.0, atol=1e-12)


def enumerated(comparisons: Comparisons) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each weight over all ways to draw spikes and slabs, Laplace for each."""
    rows, columns = comparisons.differences, comparisons.differences.shape[1]
    centre = prior(columns).mean
    evidences, means, variances = [], [], []
    for is_slab in product((False, True), repeat=columns - 1):
        variance = np.where((True, *is_slab), SLAB_VARIANCE, SPIKE_VARIANCE)
        variance[0] = TOTAL_DEVIATION**2
        mean = centre
        for _ in range(30):
            chance = 1 / (1 + np.exp(-(rows @ mean)))
            bend = (rows.T * (chance * (1 - chance))) @ rows + np.diag(1 / variance)
            mean = mean + np.linalg.solve(bend, rows.T @ (1 - chance) - (mean - centre) / variance)
        evidences.append(
            -np.logaddexp(0, -rows @ mean).sum()
            - 0.5 * np.sum(np.square(mean - centre) / variance + np.log(variance))
            - 0.5 * np.linalg.slogdet(bend)[1]
            + sum(np.log(LISTENED_SHARE if each else 1 - LISTENED_SHARE) for each in is_slab)
        )
        means.append(mean)
        variances.append(np.diag(np.linalg.inv(bend)))
    share = np.exp(np.array(evidences) - max(evidences))
    share /= share.sum()
    mean = share @ means
    return mean, share @ (np.array(variances) + np.square(means)) - np.square(mean)


def test_the_fit_is_the_average_over_what_may_be_listened_to():
    rng = np.random.default_rng(2)
    songs = np.repeat([f"{n}" for n in range(6)], 8)
    liked = np.array([0, 1, 0, 0.3, 0, 0])
    comparisons = Comparisons(rng.normal(size=(48, 6)) + liked, np.ones(48), songs)
    found = fit(comparisons, np.full(6, LISTENED_SHARE))
    covariance = np.diag(np.square(found.deviation)) - found.learned.T @ found.learned
    mean, variance = enumerated(comparisons)
    np.testing.assert_allclose(found.mean, mean, atol=0.1)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), np.sqrt(variance), atol=0.05)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30))
def test_songs_are_held_out_whole_and_once(songs):
    splits = list(folds(np.array(songs), 5))
    assert (np.sum(splits, axis=0) == 1).all()
    for held in splits:
        names = np.array(songs)
        assert not set(names[held]) & set(names[~held])


def test_a_head_comes_back_from_its_file_and_a_changed_one_is_refused():
    head = head_of(12, {7: 1.0})
    again = PreferenceHead.from_bytes(head.to_bytes())
    assert again.to_bytes() == head.to_bytes()
    assert head.sha256 == hashlib.sha256(head.to_bytes()).hexdigest() == again.sha256
    values = np.random.default_rng(1).normal(size=(9, COLUMNS))
    pool = PoolStatistics.of(values)
    np.testing.assert_allclose(again.totals(values, pool), head.totals(values, pool), atol=1e-4)
    for broken in (b"{}", head.to_bytes()[:-9], head.to_bytes().replace(b'"chords"', b'"bass"', 1)):
        with pytest.raises(ModelRefused):
            PreferenceHead.from_bytes(broken)


def test_the_file_of_a_head_without_curves_is_read_as_it_was_written():
    rng = np.random.default_rng(4)
    posterior = replace(prior(COLUMNS), mean=rng.normal(size=COLUMNS).round(4))
    none = np.zeros(0)
    scales = Scales(np.ones(COLUMNS), none.astype(int), none, none)
    data = PreferenceHead(STAGE, posterior, scales, 1.0, 0.25, {}).to_bytes()
    assert b'"format":2' in data
    assert b"curves" not in data
    assert PreferenceHead.from_bytes(data).to_bytes() == data


def test_a_column_that_says_nothing_in_a_pool_counts_for_nothing():
    values = np.random.default_rng(1).normal(size=(9, COLUMNS))
    values[:, 7] = 0.1
    rows = PoolStatistics.of(values).standardised(values)
    assert (rows[:, 7] == 0).all()
    assert np.isfinite(rows).all()


def drawn(stage_genomes, context, count):
    rng = np.random.default_rng(6)
    genomes = [stage_genomes.random(context, rng)[0] for _ in range(count)]
    return [stage_genomes.render(genome, context) for genome in genomes]


def test_an_untrained_head_gives_the_shipped_totals_and_names_them():
    parts = drawn(CHORDS, CONTEXT, 12)
    plain = Fitness(STAGE, COLOURS[0], Weights())
    by_head = Fitness(STAGE, COLOURS[0], Weights(), head=PreferenceHead.untrained(STAGE))
    for shipped, learned in zip(
        plain.score(parts, CONTEXT), by_head.score(parts, CONTEXT), strict=True
    ):
        assert learned.total == pytest.approx(shipped.total, abs=1e-12)
        assert learned.terms == {**shipped.terms, SHIPPED_TOTAL: shipped.total}


def test_totals_are_measured_by_the_first_pool_whether_scored_or_given():
    parts, head = drawn(CHORDS, CONTEXT, 16), head_of(12, {7: 1.0})
    whole = Fitness(STAGE, COLOURS[0], Weights(), head=head)
    first = whole.score(parts[:10], CONTEXT)
    later = whole.score(parts[10:], CONTEXT)
    resumed = Fitness(STAGE, COLOURS[0], Weights(), head=head)
    resumed.standardise(parts[:10], [score.terms for score in first], CONTEXT)
    assert resumed.score(parts[10:], CONTEXT) == later


def test_a_head_of_another_stage_reads_its_own_columns():
    chords = drawn(CHORDS, CONTEXT, 1)[0]
    context = Context(CONTEXT.key, CONTEXT.meter, 96.0, CONTEXT.section, (("chords", chords),))
    parts = drawn(BASS, context, 5)
    scores = Fitness("bass", COLOURS[0], Weights(), head=PreferenceHead.untrained("bass")).score(
        parts, context
    )
    assert all(SHIPPED_TOTAL in score.terms for score in scores)
