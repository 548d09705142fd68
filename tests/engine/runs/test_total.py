from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.songs import own_song, song_studio
from engine.evolution.settings import Settings
from fitness.colours import COLOURS, find_colour
from fitness.errors import SilentPart
from fitness.fusion import FusionModel
from fitness.roll import rolls
from fitness.scorer import ChromaticScorer
from fitness.total import Fitness, Score, Weights
from genomes import Context, Key, Meter, Section
from genomes.chords import CHORDS
from tests.fitness.models import write

CONTEXT = Context(Key.parse("E minor"), Meter(4, 4), 100.0, Section("verse", 4))
GREEN = find_colour("Green")


def parts(count=6):
    rng = np.random.default_rng(5)
    return [CHORDS.render(CHORDS.random(CONTEXT, rng)[0], CONTEXT) for _ in range(count)]


def model_of(models, profile="fusion"):
    return FusionModel.load(models[profile])


def scored(models, colour=GREEN):
    return Fitness("chords", colour, Weights(), model_of(models)).score(parts(), CONTEXT)


def test_without_a_model_theory_takes_the_whole_weight():
    weights = Weights(0.5, 0.25, 0.5)
    for score in Fitness("chords", GREEN, weights).score(parts(), CONTEXT):
        expected = 0.75 * score.terms["theory"] - 0.5 * score.terms["prior"]
        assert score.total == pytest.approx(expected)
        assert score.passes


def test_with_a_model_each_has_its_own_and_confidence_is_only_recorded(models):
    scores = scored(models)
    assert len({score.terms["confidence"] for score in scores}) > 1
    for score in scores:
        terms = score.terms
        chromatic = (terms["axes"] + terms["colour"]) / 2
        assert terms["chromatic"] == pytest.approx(chromatic)
        expected = 0.5 * chromatic + 0.5 * terms["theory"] - terms["prior"]
        assert score.total == pytest.approx(expected)


def test_every_term_lies_between_0_and_1(models):
    for colour in COLOURS:
        for score in scored(models, colour):
            assert all(0 <= value <= 1 for value in score.terms.values())
            assert all(type(value) is float for value in (*score.terms.values(), score.total))


@pytest.mark.parametrize("profile", [None, "fusion"])
def test_scores_do_not_depend_on_the_batch(models, profile):
    model = None if profile is None else model_of(models, profile)
    fitness = Fitness("chords", GREEN, Weights(), model)
    together = fitness.score(parts(40), CONTEXT)
    alone = [fitness.score([part], CONTEXT)[0] for part in parts(40)]
    for one, other in zip(together, alone, strict=True):
        assert dict(one.terms) == pytest.approx(dict(other.terms), abs=1e-6)
    assert fitness.score([], CONTEXT) == []


def test_the_public_scorer_says_the_same(models):
    scores = scored(models)
    scorer = ChromaticScorer(models["fusion"])
    pairs = [(part, CONTEXT.tempo_map) for part in parts()]
    matches = {match.index: match for match in scorer.score_batch(pairs, "G")}
    for index, score in enumerate(scores):
        assert score.terms["chromatic"] == pytest.approx(matches[index].chromatic, abs=1e-6)


def test_the_gate_ranks_before_the_total():
    ordered = [Score({}, 0.1, True), Score({}, -5.0, True), Score({}, 9.0, False)]
    assert all(better.rank_key > worse.rank_key for better, worse in pairwise(ordered))


@pytest.mark.parametrize(
    ("profile", "colour", "is_said"),
    [
        ("fusion", "Black", False),
        ("fusion", "Green", False),
        ("legacy-7", "Green", False),
        ("legacy-7", "Indigo", False),
        ("legacy-7", "Black", True),
        ("legacy-9", "White", True),
    ],
)
def test_notes_are_known_before_anything_is_scored(models, profile, colour, is_said):
    fitness = Fitness("chords", find_colour(colour), Weights(), model_of(models, profile))
    assert len(fitness.notes) == is_said
    assert all(colour in note and "theory and prior" in note for note in fitness.notes)


def test_a_stage_that_may_come_in_late_is_evolved_all_the_same(tmp_path):
    """Parts that come in after the model's window are bred again, not scored."""
    song = own_song("Black", "Ab major", "12/8", 40)  # 8 bars take 72 seconds
    with song_studio(song, write(tmp_path, "fusion")) as bench:
        bench.approve_before("harmony")
        run = bench.begin("harmony", Settings(population=60, generations=2), 1)
        rng = np.random.default_rng(3)
        parts = [
            run.genomes.render(run.genomes.random(run.context, rng)[0], run.context)
            for _ in range(200)
        ]
        audible = rolls(parts, run.context.tempo_map).any(axis=(1, 2, 3)).tolist()
        assert [run.fitness.is_audible(part, run.context) for part in parts] == audible
        late = parts[audible.index(False)]
        with pytest.raises(SilentPart):
            run.fitness.score([late], run.context)
        assert len(bench.finish(run)) >= 1
