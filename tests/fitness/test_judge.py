"""The judge that ships: its probabilities, what it tells apart, and what it refuses to read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings

from fitness.colours import COLOUR_NAMES
from fitness.judge.judge import CLASSES, WEIGHTS_FILE, Judge, shipped_judge
from fitness.judge.measures import GROUPS, measure_matrix, measure_names
from genomes.time import COMMON_TIME
from tests.strategies import parts
from training.composed.compose import clip_context, compose_parts
from training.composed.fakes import make_fake

SONGS = 12


def composed(colour, seed):
    rng = np.random.default_rng([77, seed])
    context = clip_context(rng)
    return context, compose_parts(colour, context, 1, rng)[0], rng


@pytest.mark.parametrize("stage", GROUPS)
def test_composed_music_is_known_better_than_noise(stage):
    of_music, of_noise = [], []
    for seed in range(SONGS):
        colour = COLOUR_NAMES[seed % len(COLOUR_NAMES)]
        context, section, rng = composed(colour, seed)
        both = [section[stage], make_fake("clusters", context, rng)]
        music, noise = shipped_judge().probabilities(stage, both, context.meter, colour)
        of_music.append(music)
        of_noise.append(noise)
    assert (np.mean(of_music, axis=0) > np.mean(of_noise, axis=0) * [2, 1]).all()


@settings(max_examples=25)
@given(parts())
def test_probabilities_sum_to_one_and_no_row_depends_on_another(part):
    judge = shipped_judge().stages["chords"]
    measures = measure_matrix([part, part], COMMON_TIME)
    found = judge.probabilities(measures)
    assert found.shape == (2, len(CLASSES))
    assert found.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(judge.probabilities(measures[:1])[0], found[1])


def test_nothing_is_judged_where_there_is_nothing():
    assert shipped_judge().probabilities("chords", [], COMMON_TIME, "Green").shape == (0, 2)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda told: told | {"measures_version": "0"}, "measures version 0"),
        (lambda told: told | {"stages": {"bass": {"measures": ["x"]}}}, "other measures of bass"),
    ],
)
def test_weights_of_other_measures_are_refused(tmp_path, change, what):
    path = tmp_path / "judge.json"
    path.write_text(json.dumps(change(json.loads(WEIGHTS_FILE.read_text()))))
    with pytest.raises(ValueError, match=what):
        Judge.load(path)


def test_every_stage_has_measures_of_its_own_names():
    for stage, groups in GROUPS.items():
        assert len(set(measure_names(stage))) == sum(len(names) for _, names in groups)
