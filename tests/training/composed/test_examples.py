"""The arrays: the same for a seed, labelled, saved, split by song."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import crosstab

from fitness.colours import COLOUR_NAMES
from fitness.roll import rolls
from genomes.melody.singers import VOICES
from training.composed.compose import Job, _drawn_stages, compose, examples_of, plan, song_clips
from training.composed.draws import METERS, MODES, draw_context
from training.composed.examples import (
    EVOLVED,
    KINDS,
    NO_COLOUR,
    PART_STAGES,
    REAL,
    SONG,
    STAGES,
    Examples,
    split_by_song,
)
from training.composed.fakes import NEAR_MUSIC


@pytest.fixture(scope="module")
def examples() -> Examples:
    return compose(1, 4, 1, real_pieces=3)


def assert_equal(one: Examples, other: Examples) -> None:
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, other.arrays()[name], err_msg=name)


def test_a_seed_gives_the_same_examples_on_any_number_of_processes():
    assert_equal(compose(2, 1, 1, real_pieces=2), compose(2, 1, 2, real_pieces=2))


def test_another_seed_gives_others(examples):
    other = compose(5, 1, 1, real_pieces=0)
    assert not np.isin(other.features[:, 0], examples.features[:, 0]).all()


def test_every_colour_kind_stage_and_length_is_there(examples):
    assert set(examples.colour.tolist()) == set(range(NO_COLOUR, len(COLOUR_NAMES)))
    kinds = {KINDS[kind] for kind in examples.kind.tolist()}
    assert kinds == set(KINDS) - {*NEAR_MUSIC, EVOLVED}  # which only the gate learns from
    assert set(examples.stage.tolist()) == set(range(len(STAGES)))
    assert examples.bars.min() == 2
    assert examples.bars.max() > 8
    assert ((examples.colour == NO_COLOUR) == (examples.kind != SONG)).all()
    assert not examples.held_out[examples.kind != REAL].any()


def test_nothing_is_silent_and_all_is_finite(examples):
    assert examples.rolls.any(axis=(1, 2)).all()
    assert examples.rolls.max() <= 127
    assert np.isfinite(examples.features).all()
    assert examples.rolls.dtype == np.uint8
    assert examples.features.dtype == np.float32


def test_rolls_are_the_scorers_own():
    job = Job(0, (3, 0), "song", "Red")
    made = examples_of(job)
    clips = list(song_clips("Red", np.random.default_rng(job.seed)))
    assert len(clips) == len(made)
    for clip, row in zip(clips, made.rolls, strict=True):
        exact = rolls([clip.part], clip.context.tempo_map)[0, 0]
        np.testing.assert_allclose(row / 127, exact, atol=0.5 / 127 + 1e-6)


def test_a_song_has_one_colour_and_one_kind(examples):
    for song in np.unique(examples.song):
        rows = examples.song == song
        assert len(np.unique(examples.colour[rows])) == 1
        assert len(np.unique(examples.kind[rows])) == 1


def test_the_number_of_pieces_changes_no_song():
    assert plan(1, 2, 0) == plan(1, 2, 5)[: len(plan(1, 2, 0))]


def test_saved_and_loaded_is_the_same(examples, tmp_path):
    few = examples.select(np.arange(5))
    few.save(tmp_path / "few.npz")
    assert_equal(Examples.load(tmp_path / "few.npz"), few)
    assert len(Examples.join([few, few])) == 10


def test_another_roll_is_refused(examples, tmp_path):
    path = tmp_path / "old.npz"
    arrays = examples.select(np.arange(2)).arrays()
    np.savez(path, allow_pickle=False, roll_version="0", features_version="1", **arrays)
    with pytest.raises(ValueError, match="roll_version 0"):
        Examples.load(path)


def test_arrays_that_disagree_are_refused(examples):
    few = examples.select(np.arange(3))
    with pytest.raises(ValueError, match="unequal"):
        replace(few, song=few.song[:2])
    with pytest.raises(ValueError, match="rolls of shape"):
        replace(few, rolls=few.rolls[:, :1])
    with pytest.raises(ValueError, match="features"):
        replace(few, features=few.features[:, :1])


def test_splits_are_by_song_and_hold_every_colour(examples):
    split = split_by_song(examples)
    sides = (split.train, split.validation, split.test)
    assert (np.sum(sides, axis=0) == 1).all()
    songs = [set(examples.song[side].tolist()) for side in sides]
    assert not songs[0] & songs[1] | songs[0] & songs[2] | songs[1] & songs[2]
    for side in sides:
        assert set(examples.colour[side].tolist()) >= set(range(len(COLOUR_NAMES)))
    assert split.test[examples.held_out].all()
    assert not (split.test & (examples.kind == REAL) & ~examples.held_out).any()


def test_a_subset_of_a_colours_rows_splits_as_the_whole(examples):
    whole = split_by_song(examples)
    rows = examples.stage == STAGES.index("chords")
    rows &= examples.kind == SONG
    part = split_by_song(examples.select(rows))
    np.testing.assert_array_equal(part.test, whole.test[rows])


def test_tempo_meter_key_and_mode_follow_their_own_shares():
    rng = np.random.default_rng(13)
    drawn = [draw_context(rng) for _ in range(4000)]
    meters = [str(context.meter) for context in drawn]
    for meter, share in METERS.items():
        assert meters.count(meter) / 4000 == pytest.approx(share, abs=0.03)
    modes = [context.key.mode for context in drawn]
    for mode, share in MODES.items():
        assert modes.count(mode) / 4000 == pytest.approx(share, abs=0.03)
    assert {context.key.tonic_pitch_class for context in drawn} == set(range(12))
    assert {context.singer for context in drawn} == set(VOICES)
    assert min(context.tempo_bpm for context in drawn) == 60
    assert max(context.tempo_bpm for context in drawn) == 155


def test_what_evolution_cannot_move_says_nothing_of_the_colour():
    """The statistic of the songs' real labels is no outlier among shuffled labels."""
    jobs = [job for job in plan(17, 150, 0) if job.kind == "song"]
    contexts = [draw_context(np.random.default_rng(job.seed)) for job in jobs]
    colours = np.array([COLOUR_NAMES.index(job.name) for job in jobs])
    rng = np.random.default_rng(18)
    for trait in (
        [str(context.meter) for context in contexts],
        [context.key.mode for context in contexts],
        [context.key.tonic_pitch_class for context in contexts],
        [int(context.tempo_bpm) // 16 for context in contexts],
        [context.section.bars for context in contexts],
        [context.singer for context in contexts],
    ):
        values = np.unique(trait, return_inverse=True)[1]
        shuffled = [chi_square(rng.permutation(colours), values) for _ in range(300)]
        assert np.mean(np.array(shuffled) >= chi_square(colours, values)) > 0.01


def chi_square(colours: np.ndarray, values: np.ndarray) -> float:
    return chi2_contingency(crosstab(colours, values).count, correction=False).statistic


def test_mixes_hold_the_chords_and_every_selection_of_the_others():
    rng = np.random.default_rng(19)
    drawn = Counter(tuple(_drawn_stages(rng)) for _ in range(2000))
    assert len(drawn) == 2 ** (len(PART_STAGES) - 1) - 1
    for stages in drawn:
        assert stages[0] == PART_STAGES[0]
        assert list(stages) == sorted(stages, key=PART_STAGES.index)
    lineages = [PART_STAGES[:count] for count in range(2, len(PART_STAGES) + 1)]
    assert all(drawn[lineage] > 2000 / 16 for lineage in lineages)
