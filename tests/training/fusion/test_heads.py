"""Small networks on vectors alone, and the albums that modes name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fitness.colours import COLOUR_NAMES, COLOURS
from tests.training.examples import some_examples
from training.composed.examples import Split
from training.dataset.examples import MultimodalExamples
from training.fusion import heads
from training.fusion.heads import everything_of, scaled, side_by_side, texts_of
from training.fusion.metrics import album_table, albums_of
from training.fusion.train import prepare_torch


def telling_concepts(count: int = 120) -> tuple[MultimodalExamples, Split]:
    """Rows whose concept names their colour, and a split of them."""
    rng = np.random.default_rng(0)
    clips = MultimodalExamples.from_midi(some_examples(count))
    clips = clips.select(clips.colour >= 0)
    concept = rng.normal(size=(9, 768)).astype(np.float32)[clips.colour]
    there = np.ones(len(clips), np.bool_)
    train = np.arange(len(clips)) % 3 > 0
    return replace(clips, concept=concept, has_concept=there), Split(train, ~train, ~train)


def test_heads_learn_what_the_text_tells_and_the_majority_doesn_t(monkeypatch):
    prepare_torch()
    monkeypatch.setattr(heads, "EPOCHS", 20)
    clips, split = telling_concepts()
    found = side_by_side(clips, split)
    assert set(found) == {"text", "everything", "majority"}
    for kinds in (found["text"], found["everything"]):
        assert set(kinds) == {"single-task", "multi-task"}
        assert all(one["temporal"] > 0.9 for one in kinds.values())
    assert found["majority"]["always"]["temporal"] < 0.6


def test_what_is_absent_says_nothing_but_that_it_is_absent():
    clips, _ = telling_concepts()
    hidden = replace(clips, has_concept=np.zeros(len(clips), np.bool_))
    assert not texts_of(hidden).any()
    assert everything_of(clips).shape == (
        len(clips),
        2 * 768 + 2 + 512 + clips.features.shape[1] + 2,
    )


def test_what_never_varied_in_training_says_nothing():
    x = np.zeros((6, 2), np.float32)
    x[:, 1] = [1, 2, 3, 4, 5, 1000]
    x[5, 0] = 7  # seen nowhere in training
    found = scaled(x, np.arange(6) < 5)
    assert not found[:, 0].any()
    assert abs(found[:5, 1].mean()) < 1e-6
    assert found[5, 1] == 4


# Colours with one maximum on every axis: their own combination names them.
DECIDED = ("Red", "Orange", "Yellow", "Green", "Blue", "Violet")


def test_a_colours_own_modes_name_its_album():
    targets = np.array([COLOURS[COLOUR_NAMES.index(name)].targets for name in DECIDED])
    assert [COLOUR_NAMES[place] for place in albums_of(targets)] == list(DECIDED)


def test_every_combination_has_the_album_it_shares_most_modes_with():
    table = album_table()
    own = {
        name: np.array(COLOURS[COLOUR_NAMES.index(name)].targets).argmax(axis=1) for name in DECIDED
    }
    for modes, album in np.ndenumerate(table):
        shared = {name: int((own[name] == modes).sum()) for name in DECIDED}
        assert shared[COLOUR_NAMES[album]] == max(shared.values()) >= 1
    assert {COLOUR_NAMES[album] for album in table.flat} == set(DECIDED)


def test_of_albums_as_near_the_earlier_is_taken():
    past, thing, forgotten = 0, 0, 1
    assert COLOUR_NAMES[album_table()[past, thing, forgotten]] == "Red"  # as near to Orange
