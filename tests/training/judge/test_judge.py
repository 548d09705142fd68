"""The judge knows colours of songs that it never heard, and noise when it hears it."""

from __future__ import annotations

import numpy as np

from fitness.colours import COLOUR_NAMES
from genomes import Context, Key, Meter, Section
from training.composed.fakes import FAKES, make_fake
from training.judge.judge import train
from training.judge.parts import chord_parts, compose_measured, split

CHANCE = 1 / len(COLOUR_NAMES)
CONTEXT = Context(Key.parse("E minor"), Meter(4, 4), 110.0, Section("verse", 8))


def composed(colour, count=8, seed=40):
    return list(chord_parts(colour, CONTEXT, count, np.random.default_rng(seed)))


def test_songs_are_never_on_both_sides():
    seen, unseen = split(compose_measured(1, 4))
    assert not set(seen.song) & set(unseen.song)
    assert set(seen.colour) == set(unseen.colour) == set(range(9))


def test_it_names_colours_of_unseen_songs_far_above_chance(trained):
    figures = trained.figures()
    assert figures["accuracy by part"] > 3 * CHANCE
    assert figures["accuracy by distance"] > 2 * CHANCE


def test_it_tells_two_different_colours_apart(trained):
    for colour, other in (("Green", "Blue"), ("Blue", "Green")):
        parts = [part for seed in range(40, 46) for part in composed(colour, 4, seed)]
        said = trained.judge.hear(parts, CONTEXT.meter)
        ours, theirs = (said.probabilities[:, COLOUR_NAMES.index(c)] for c in (colour, other))
        assert (ours > theirs).mean() > 0.7


def test_probabilities_sum_to_one(trained):
    said = trained.judge.hear(composed("Red"), CONTEXT.meter)
    assert np.allclose(said.probabilities.sum(axis=1), 1)
    assert said.called.shape == (8,)


def test_noise_is_farther_than_music_of_any_colour(trained):
    rng = np.random.default_rng(3)
    noise = [make_fake(kind, CONTEXT, rng) for kind in FAKES]
    far = np.median(trained.judge.hear(noise, CONTEXT.meter).distances.min(axis=1))
    for colour in COLOUR_NAMES:
        said = trained.judge.hear(composed(colour), CONTEXT.meter)
        assert np.median(said.distances[:, COLOUR_NAMES.index(colour)]) < far


def test_a_typical_part_is_at_distance_one(trained):
    parts, own = trained.unseen, trained.judge.opinions(trained.unseen.measures).distances
    own = own[np.arange(len(parts.colour)), parts.colour]
    assert abs(np.median(own) - 1) < 0.1


def test_the_same_seed_gives_the_same_judge():
    first, second = (train(9, 4) for _ in range(2))
    one, two = (t.judge.opinions(t.unseen.measures) for t in (first, second))
    assert (one.probabilities == two.probabilities).all()
    assert (one.distances == two.distances).all()
