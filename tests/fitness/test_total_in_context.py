"""Scores of parts that stand on others: alone, and mixed with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fitness.colours import find_colour
from fitness.drum_measures import drum_feature_matrix
from fitness.features import feature_matrix
from fitness.fusion import AbsentConcept, FusionModel
from fitness.prior import Prior
from fitness.total import Fitness, Score, Weights
from genomes import Context, Key, Meter, Part, Section
from genomes.bass import BASS
from genomes.chords import CHORDS
from genomes.drums import DRUMS
from genomes.melody import MELODY
from genomes.notes import mixed
from tests.fitness.models import write

PLAIN = Context(Key.parse("E minor"), Meter(7, 8), 100.0, Section("verse", 4))
GREEN = find_colour("Green")
MIX = {"mix.axes", "mix.colour", "mix.confidence"}


def rendered_chords(seed: int) -> Part:
    return CHORDS.render(CHORDS.random(PLAIN, np.random.default_rng(seed))[0], PLAIN)


ON_CHORDS = replace(PLAIN, parts=(("chords", rendered_chords(3)),))


def basses(count: int = 4) -> list[Part]:
    rng = np.random.default_rng(5)
    return [BASS.render(BASS.random(ON_CHORDS, rng)[0], ON_CHORDS) for _ in range(count)]


MELODY_PART = MELODY.render(MELODY.random(ON_CHORDS, np.random.default_rng(8))[0], ON_CHORDS)
DRUMS_PART = DRUMS.render(DRUMS.random(ON_CHORDS, np.random.default_rng(2))[0], ON_CHORDS)


def scores(stage: str, parts: list[Part], context: Context, model: FusionModel) -> list[Score]:
    return Fitness(stage, GREEN, Weights(), model).score(parts, context)


def test_nothing_is_mixed_without_approved_parts_or_without_a_model(model: FusionModel) -> None:
    alone = scores("chords", [rendered_chords(1)], PLAIN, model)
    for score in [*alone, *Fitness("bass", GREEN, Weights()).score(basses(), ON_CHORDS)]:
        assert not MIX & set(score.terms)


def test_the_mix_has_terms_where_something_is_approved(model: FusionModel) -> None:
    for score in scores("bass", basses(), ON_CHORDS, model):
        assert set(score.terms) >= MIX | {"axes", "colour", "confidence", "chromatic"}


def test_chromatic_is_the_mean_of_alone_and_mixed(model: FusionModel) -> None:
    for score in scores("bass", basses(), ON_CHORDS, model):
        terms = score.terms
        alone = (terms["axes"] + terms["colour"]) / 2
        together = (terms["mix.axes"] + terms["mix.colour"]) / 2
        assert terms["chromatic"] == pytest.approx((alone + together) / 2)
        assert alone != pytest.approx(together, abs=1e-6)
        expected = 0.5 * terms["chromatic"] + 0.5 * terms["theory"] - terms["prior"]
        assert score.total == pytest.approx(expected)


def test_the_mix_is_what_the_model_hears_of_all_parts_together(model: FusionModel) -> None:
    bass = basses(1)[0]
    (score,) = scores("bass", [bass], ON_CHORDS, model)
    together = mixed([bass, ON_CHORDS.parts[0][1]])
    (heard,) = scores("chords", [together], PLAIN, model)
    for name in ("axes", "colour", "confidence"):
        assert score.terms[f"mix.{name}"] == pytest.approx(heard.terms[name], abs=1e-6)


def test_alone_is_heard_as_if_there_were_no_parents(model: FusionModel) -> None:
    """The gate and the terms of a part alone don't depend on what it stands on."""
    other = replace(PLAIN, parts=(("chords", rendered_chords(4)),))
    pairs = zip(
        scores("bass", basses(), ON_CHORDS, model),
        scores("bass", basses(), other, model),
        strict=True,
    )
    for one, two in pairs:
        assert one.passes == two.passes
        for name in ("axes", "colour", "confidence"):
            assert one.terms[name] == pytest.approx(two.terms[name], abs=1e-6)
        assert one.terms["mix.axes"] != pytest.approx(two.terms["mix.axes"], abs=1e-6)


def test_the_order_of_parents_says_nothing(model: FusionModel) -> None:
    parts = (*ON_CHORDS.parts, ("melody", MELODY_PART))
    both = [replace(PLAIN, parts=order) for order in (parts, parts[::-1])]
    one, two = (scores("bass", basses(), context, model) for context in both)
    assert [score.terms for score in one] == [score.terms for score in two]


def test_company_changes_no_score(model: FusionModel) -> None:
    together = scores("bass", basses(6), ON_CHORDS, model)
    for part, score in zip(basses(6), together, strict=True):
        (alone,) = scores("bass", [part], ON_CHORDS, model)
        assert dict(alone.terms) == pytest.approx(dict(score.terms), abs=1e-6)


def test_a_model_that_cannot_tell_leaves_the_total_to_theory(tmp_path: Path) -> None:
    legacy = FusionModel.load(write(tmp_path, "legacy-7"))
    fitness = Fitness("bass", find_colour("White"), Weights(), legacy)
    with pytest.warns(AbsentConcept):
        found = fitness.score(basses(2), ON_CHORDS)
    for score in found:
        assert "chromatic" not in score.terms
        assert score.total == pytest.approx(score.terms["theory"] - score.terms["prior"])


def fine(part: Part, role: str) -> float:
    measure = drum_feature_matrix if role == "drums" else feature_matrix
    (row,) = measure([part], PLAIN.meter, PLAIN.tempo_map)
    return Prior.load()(row, role, PLAIN.section.bars)


def test_the_prior_is_the_mean_of_alone_and_mixed() -> None:
    chords = ON_CHORDS.parts[0][1]
    for bass, score in zip(
        basses(), Fitness("bass", GREEN, Weights()).score(basses(), ON_CHORDS), strict=True
    ):
        together = fine(mixed([bass, chords]), "full")
        assert score.terms["mix.prior"] == pytest.approx(together)
        alone = fine(bass, "bass_voice")
        assert score.terms["prior"] == pytest.approx((alone + together) / 2)
        assert score.total == pytest.approx(score.terms["theory"] - score.terms["prior"])


def test_a_mix_with_drums_is_held_against_real_mixes_with_drums() -> None:
    driven = replace(ON_CHORDS, parts=(*ON_CHORDS.parts, ("drums", DRUMS_PART)))
    (score,) = Fitness("melody", GREEN, Weights()).score([MELODY_PART], driven)
    together = mixed([MELODY_PART, *(part for _, part in driven.parts)])
    assert score.terms["mix.prior"] == pytest.approx(fine(together, "full_with_drums"))


def test_drums_are_held_against_drums_alone() -> None:
    (score,) = Fitness("drums", GREEN, Weights()).score([DRUMS_PART], ON_CHORDS)
    assert "mix.prior" not in score.terms
    assert score.terms["prior"] == pytest.approx(fine(DRUMS_PART, "drums"))
