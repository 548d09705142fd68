import numpy as np
import pytest
from sklearn import metrics

from training.text.scores import (
    accuracy,
    confusion,
    figures,
    interval,
    label_counts,
    macro_f1,
    majority,
    per_class,
)

RNG = np.random.default_rng(3)
SINGLE = tuple(np.eye(4, dtype=bool)[RNG.integers(0, 4, 60)] for _ in range(2))
MULTI = tuple(RNG.random((60, 4)) > 0.6 for _ in range(2))


@pytest.mark.parametrize(("said", "true"), [SINGLE, MULTI], ids=["single", "multi"])
def test_figures_are_those_that_everybody_means(said, true):
    found = per_class(said, true)
    for name, measure in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        np.testing.assert_allclose(found[name], measure(true, said, average=None))
    assert accuracy(said, true) == metrics.accuracy_score(true, said)
    assert macro_f1(said, true) == pytest.approx(metrics.f1_score(true, said, average="macro"))


def test_a_confusion_matrix_has_a_row_for_what_is_true():
    said, true = SINGLE
    expected = metrics.confusion_matrix(true.argmax(axis=1), said.argmax(axis=1))
    np.testing.assert_array_equal(confusion(said, true), expected)
    assert confusion(~np.eye(2, dtype=bool), np.eye(2, dtype=bool)).tolist() == [[0, 1], [1, 0]]


def test_labels_are_counted_one_by_one():
    said = np.array([[1, 0], [1, 0], [0, 0]], dtype=bool)
    true = np.array([[1, 0], [0, 1], [0, 0]], dtype=bool)
    assert label_counts(said, true).tolist() == [[1, 1, 1, 0], [0, 0, 2, 1]]


def test_a_class_that_never_occurs_does_not_count():
    said, true = np.eye(3, dtype=bool)[[0, 1, 1]], np.eye(3, dtype=bool)[[0, 1, 1]]
    assert macro_f1(said, true) == 1
    assert per_class(said, true)["f1"][2] == 0


def test_the_majority_is_of_what_was_learned_from():
    train = np.eye(3, dtype=bool)[[1, 1, 2]]
    assert majority(train, 2, is_multi=False).tolist() == [[False, True, False]] * 2
    assert majority(train, 1, is_multi=True).tolist() == [[False, True, False]]


def test_an_interval_holds_its_share_and_narrows():
    for share in (0.0, 0.3, 1.0):
        low, high = interval(share, 41)
        few_low, few_high = interval(share, 10)
        assert 0 <= few_low <= low <= share <= high <= few_high <= 1
    assert figures(*SINGLE)["rows"] == 60
