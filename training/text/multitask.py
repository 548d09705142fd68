"""One network for rebracketing and modes, beside single tasks and the plain classifier.

All read the vector of a song's concept. The *plain classifier* is the one of ``training classify``
for one label of the concept, the first phase of such models: nothing of the song's colour. *Single
tasks* are a network for the rebracketing labels and one for the modes of the three axes; the
*multi-task* network learns both with one hidden layer. Rebracketing is labelled by the rule in
``training.text.rebracketing``, out of the same words: its figures say how well a vector reproduces
the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from fitness.hashed_text import has_words
from training.dataset.catalogue import Catalogue
from training.embedding.tables import read_segment_concepts
from training.fusion.heads import HIDDEN, scaled
from training.fusion.intervals import interval
from training.fusion.metrics import HAS_MODE, MODE, TARGETS, albums_of
from training.text.classify import FOLDS, fit_quietly, folds_of, network
from training.text.labelled import BINARY, MULTICLASS, RULES

EPOCHS = 60  # of some tens of songs each
FEWEST_SONGS = 10
AXES_MODES = 9  # three of three axes, as targets of the regression

PLAIN, REBRACKETING, REGRESSION = "plain classifier", "rebracketing alone", "regression alone"
MULTI_TASK, COMMONEST = "multi-task", "commonest"
MEASURES = (BINARY, MULTICLASS, "modes", "album")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Concepts:
    """A song a row.

    Attributes:
        songs: their names.
        texts: their concepts, all with words.
        vectors: ``(n, 768)`` of the concepts.
        colours: ``(n,)`` indices of their colours.
    """

    songs: Sequence[str]
    texts: Sequence[str]
    vectors: Floats
    colours: NDArray[np.int8]

    def labels(self, task: str) -> NDArray[np.float64]:
        """``(n, classes)``, 1 at the label that the rule gives."""
        classes, label_of = RULES[task]
        return np.array(
            [[name in label_of(text) for name in classes] for text in self.texts], float
        )


def concepts_in(folder: Path, catalogue: Catalogue) -> Concepts:
    """The songs of a training folder that have a concept with words and its vector."""
    concept_of = read_segment_concepts(folder)
    has = catalogue.vectors.has["concept"]
    first: dict[str, int] = {}
    for place in catalogue.tracks():
        row = catalogue.rows[place]
        if has[place] and has_words(concept_of.get(row.segment_id, "")):
            first.setdefault(row.song_id, place)
    songs = sorted(first)
    places = [first[song] for song in songs]
    return Concepts(
        songs,
        [concept_of[catalogue.rows[place].segment_id] for place in places],
        catalogue.vectors.vectors["concept"][places],
        np.array([catalogue.rows[place].colour for place in places], np.int8),
    )


def compare(concepts: Concepts) -> dict[str, Any]:
    """Every network on songs that it never saw, as means over songs with 95 % intervals.

    Returns:
        ``songs``, how many; ``figures``, by network and measure; ``gain``, how much more often the
        multi-task network is right than the single ones, by measure. Or ``reason``, why not.
    """
    count = len(concepts.songs)
    if count < FEWEST_SONGS:
        return {"reason": f"Not measured: {count} songs with a concept are too few."}
    folds = folds_of(concepts.songs, TARGETS[concepts.colours].reshape(count, -1))
    right: dict[str, dict[str, NDArray[np.float64]]] = {}
    for fold in range(FOLDS):
        test = folds == fold
        if not test.any():
            continue
        for name, values in _answers(concepts, ~test).items():
            for measure, hits in values.items():
                kept = right.setdefault(name, {}).setdefault(measure, np.full(count, np.nan))
                kept[test] = hits[test]
    single = {**right[REBRACKETING], **right[REGRESSION]}
    return {
        "songs": count,
        "figures": {
            name: {measure: interval(hits).to_plain() for measure, hits in values.items()}
            for name, values in right.items()
        },
        "gain": {
            measure: interval(right[MULTI_TASK][measure] - single[measure]).to_plain()
            for measure in MEASURES
        },
    }


def _answers(concepts: Concepts, train: NDArray[np.bool_]) -> dict[str, dict[str, Any]]:
    """Whether each network is right about each song, by measure; of the training songs too."""
    x = scaled(concepts.vectors, train)
    binary, domain = concepts.labels(BINARY), concepts.labels(MULTICLASS)
    axes = TARGETS[concepts.colours].reshape(len(x), AXES_MODES)
    labels = np.concatenate((binary, domain), axis=1)
    found = {
        REBRACKETING: _of_labels(_predicted(x, labels, train), binary, domain),
        REGRESSION: _of_axes(_predicted(x, axes, train), concepts.colours),
    }
    both = _predicted(x, np.concatenate((labels, axes), axis=1), train)
    found[MULTI_TASK] = _of_labels(both[:, :-AXES_MODES], binary, domain) | _of_axes(
        both[:, -AXES_MODES:], concepts.colours
    )
    found[PLAIN] = {
        task: _classified(x, true, train) for task, true in ((BINARY, binary), (MULTICLASS, domain))
    }
    common = {
        task: np.asarray(true.argmax(axis=1) == true[train].sum(axis=0).argmax(), float)
        for task, true in ((BINARY, binary), (MULTICLASS, domain))
    }
    always = TARGETS[np.bincount(concepts.colours[train]).argmax()].reshape(1, AXES_MODES)
    found[COMMONEST] = common | _of_axes(np.repeat(always, len(x), axis=0), concepts.colours)
    return found


def _predicted(x: Floats, targets: NDArray[Any], train: NDArray[np.bool_]) -> NDArray[Any]:
    regressor = MLPRegressor(hidden_layer_sizes=(HIDDEN,), max_iter=EPOCHS, random_state=0)
    return np.asarray(fit_quietly(regressor, x[train], targets[train]).predict(x))


def _classified(x: Floats, true: NDArray[Any], train: NDArray[np.bool_]) -> NDArray[np.float64]:
    from sklearn.utils.class_weight import compute_sample_weight

    wanted = true.argmax(axis=1)
    if len(np.unique(wanted[train])) == 1:
        return np.asarray(wanted == wanted[train][0], float)
    weights = compute_sample_weight("balanced", wanted[train])
    fitted = fit_quietly(network(), x[train], wanted[train], mlpclassifier__sample_weight=weights)
    return np.asarray(fitted.predict(x) == wanted, float)


def _of_labels(
    predicted: NDArray[Any], binary: NDArray[Any], domain: NDArray[Any]
) -> dict[str, NDArray[np.float64]]:
    edge = binary.shape[1]
    return {
        BINARY: _hits(predicted[:, :edge], binary),
        MULTICLASS: _hits(predicted[:, edge:], domain),
    }


def _hits(predicted: NDArray[Any], true: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(predicted.argmax(axis=1) == true.argmax(axis=1), float)


def _of_axes(predicted: NDArray[Any], colours: NDArray[np.int8]) -> dict[str, NDArray[np.float64]]:
    """The share of right modes of each song, and whether they name its album."""
    axes = predicted.reshape(-1, 3, 3)
    has = HAS_MODE[colours]
    right = ((axes.argmax(axis=2) == MODE[colours]) & has).sum(axis=1).astype(float)
    counts = has.sum(axis=1)
    shares = np.where(counts > 0, right / np.maximum(counts, 1), np.nan)
    return {"modes": shares, "album": np.asarray(albums_of(axes) == colours, float)}
