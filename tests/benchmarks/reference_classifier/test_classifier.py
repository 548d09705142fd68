"""The classifier predicts colours of unseen songs, and places noise far from all of them."""

from __future__ import annotations

import numpy as np

from benchmarks.reference_classifier.classifier import train
from benchmarks.reference_classifier.measures import MeasuredParts, chord_parts, split
from fitness.colours import COLOUR_NAMES
from genomes import Context, Key, Meter, Section
from training.composed.fakes import FAKES, make_fake

CHANCE = 1 / len(COLOUR_NAMES)
CONTEXT = Context(Key.parse("E minor"), Meter(4, 4), 110.0, Section("verse", 8))


def composed(colour, count=8, seed=40):
    return list(chord_parts(colour, CONTEXT, count, np.random.default_rng(seed)))


def test_songs_are_never_on_both_sides():
    colours = np.repeat(np.arange(9), 8)
    songs = np.arange(72) // 2  # two parts of each song
    seen, unseen = split(MeasuredParts(np.zeros((72, 1)), colours, songs))
    assert len(seen.song) + len(unseen.song) == 72
    assert not set(seen.song) & set(unseen.song)
    assert set(seen.colour) == set(unseen.colour) == set(range(9))


def test_it_names_colours_of_unseen_songs_far_above_chance(trained):
    figures = trained.figures()
    assert figures["accuracy by part"] > 3 * CHANCE
    assert figures["accuracy by distance"] > 2 * CHANCE


def test_it_tells_two_different_colours_apart(trained):
    for colour, other in (("Green", "Blue"), ("Blue", "Green")):
        parts = [part for seed in range(40, 46) for part in composed(colour, 4, seed)]
        said = trained.classifier.predict(parts, CONTEXT.meter)
        ours, theirs = (said.probabilities[:, COLOUR_NAMES.index(c)] for c in (colour, other))
        assert (ours > theirs).mean() > 0.7


def test_probabilities_sum_to_one(trained):
    said = trained.classifier.predict(composed("Red"), CONTEXT.meter)
    assert np.allclose(said.probabilities.sum(axis=1), 1)
    assert said.predicted.shape == (8,)


def test_noise_is_farther_than_music_of_any_colour(trained):
    rng = np.random.default_rng(3)
    noise = [make_fake(kind, CONTEXT, rng) for kind in FAKES]
    far = np.median(trained.classifier.predict(noise, CONTEXT.meter).distances.min(axis=1))
    for colour in COLOUR_NAMES:
        said = trained.classifier.predict(composed(colour), CONTEXT.meter)
        assert np.median(said.distances[:, COLOUR_NAMES.index(colour)]) < far


def test_a_typical_part_is_at_distance_one(trained):
    parts, own = (
        trained.unseen,
        trained.classifier.predict_measures(trained.unseen.measures).distances,
    )
    own = own[np.arange(len(parts.colour)), parts.colour]
    assert abs(np.median(own) - 1) < 0.1


def test_the_same_seed_gives_the_same_classifier():
    first, second = (train(9, 2) for _ in range(2))
    one, two = (t.classifier.predict_measures(t.unseen.measures) for t in (first, second))
    assert (one.probabilities == two.probabilities).all()
    assert (one.distances == two.distances).all()
