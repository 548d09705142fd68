"""Figures of a fusion model on held-out songs: accuracies, confusion, calibration, the gate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from fitness.chromatic import closeness
from fitness.colours import AXES, COLOUR_NAMES, COLOURS, FIRST, SECOND, THIRD
from fitness.fusion import FusionModel
from fitness.predictions import ModelInputs, Predictions
from training.composed.examples import NO_COLOUR, REAL, SONG, STAGES, Examples
from training.dataset.examples import MODALITIES, MultimodalExamples
from training.fusion.batches import MAX_VELOCITY, is_music
from training.fusion.calibration import curve
from training.fusion.intervals import share_interval
from training.fusion.network import Ensemble
from training.fusion.train import predictions_of

BATCH_SIZE = 256
MIX = STAGES.index("mix")
WHITE = COLOUR_NAMES.index("White")
COUNT = len(COLOURS)

Floats = NDArray[np.floating]
Colours = NDArray[np.int8]
Metrics = dict[str, Any]

TARGETS = np.array([colour.targets for colour in COLOURS])  # (9, 3, 3)
# Where a colour's target has one maximum: only there is there a mode to be right about.
_SORTED = np.sort(TARGETS, axis=2)
HAS_MODE = _SORTED[:, :, 2] - _SORTED[:, :, 1] > 1e-6  # (9, 3)
MODE = TARGETS.argmax(axis=2)  # (9, 3)

# The modalities that are shown to the model, by the name of the figures.
SHOWN = {
    "MIDI only": frozenset({"midi"}),
    "text only": frozenset({"concept", "lyric"}),
    "audio only": frozenset({"audio"}),
    "all": frozenset(MODALITIES),
}
# An album from three modes: of 27 combinations, each belongs to the colour whose targets it is
# nearest to by the scorer's own closeness, where a mode stands for the target that has its peak
# there; of equals, the earlier album. Black and Indigo, which are even on most axes, are nearest to
# none of them.
PEAKS = (FIRST, SECOND, THIRD)
# The colours that have an album: White's isn't out.
ALBUMS = tuple(range(8))


def predict(model: FusionModel, examples: Examples) -> Predictions:
    """The model file's predictions of every row, on MIDI alone."""
    batches = []
    for start in range(0, len(examples), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        rolls = examples.rolls[rows, None].astype(np.float32) / np.float32(MAX_VELOCITY)
        batches.append(model.predict(ModelInputs(rolls, examples.features[rows])))
    return Predictions.joined(batches)


def accuracies(
    predictions: Predictions, test: Examples, train_colours: Colours
) -> dict[str, Metrics]:
    """For each stage, for parts alone, mixes and everything: how often colour and modes are right.

    Args:
        predictions: of the test rows; ``by_song`` averages them over a song's clips.
        test: held-out examples; those without a colour are left out.
        train_colours: of the training rows, for the baseline that always says the commonest.
    """
    commonest = commonest_modes(train_colours)
    majority = np.bincount(train_colours, minlength=COUNT).argmax()
    found = {}
    for name, rows in _groups(test):
        colour = test.colour[rows]
        probabilities = colours_of(predictions)[rows].astype(np.float64)
        axes = predictions.axes[rows].astype(np.float64)
        songs, first, where = np.unique(test.song[rows], return_index=True, return_inverse=True)
        of_song, by_song = colour[first], _means(probabilities, where)
        found[name] = {
            "clips": len(rows),
            "songs": len(songs),
            "colour": share(probabilities.argmax(axis=1) == colour),
            "colour_by_song": share(by_song.argmax(axis=1) == of_song),
            "of_eight": _without_white(probabilities, colour),
            "of_eight_by_song": _without_white(by_song, of_song),
            "majority": share(colour == majority),
            "modes": mode_accuracies(axes.argmax(axis=2), colour),
            "modes_by_song": mode_accuracies(_means(axes, where).argmax(axis=2), of_song),
            "modes_majority": mode_accuracies(commonest, colour),
        }
    return found


def by_modality(
    ensemble: Ensemble, test: MultimodalExamples, train_colours: Colours
) -> dict[str, Metrics]:
    """Every figure, for each of ``SHOWN`` that any test clip has."""
    found = {}
    for name, shown in SHOWN.items():
        clips = test.with_only(shown)
        if clips.has_any.any():
            clips = clips.select(clips.has_any)
            found[name] = detailed(predictions_of(ensemble, clips), clips, train_colours)
    return found


def detailed(predictions: Predictions, test: MultimodalExamples, train_colours: Colours) -> Metrics:
    """Colour, modes and album, altogether and colour by colour, and the confusion matrix."""
    majority = np.bincount(train_colours, minlength=COUNT).argmax()
    commonest = commonest_modes(train_colours)
    named, albums = colours_of(predictions).argmax(axis=1), albums_of(predictions.axes)
    has_modes = HAS_MODE[test.colour].all(axis=1)
    by_colour = {}
    for place in np.unique(test.colour).tolist():
        rows = test.colour == place
        by_colour[COLOUR_NAMES[place]] = {
            "clips": int(rows.sum()),
            "songs": len(np.unique(test.song[rows])),
            "colour": share(named[rows] == place),
            "majority": float(place == majority),
            "album": share(albums[rows] == place),
            "modes": mode_accuracies(predictions.axes[rows].argmax(axis=2), test.colour[rows]),
            "modes_majority": mode_accuracies(commonest, test.colour[rows]),
        }
    return accuracies(predictions, test, train_colours)["all"] | {
        "colour_95": share_interval(named == test.colour, test.song),
        "album": share(albums == test.colour),
        "album_of_six": share((albums == test.colour)[has_modes]),
        "album_of_six_majority": share((test.colour == majority)[has_modes]),
        "by_colour": by_colour,
        # True colours in rows.
        "confusion": confusion_matrix(test.colour, named, labels=range(COUNT)).tolist(),
    }


def mode_accuracies(modes: NDArray[np.intp], colour: Colours) -> dict[str, float | None]:
    """How often the mode of each axis is right, of the rows whose colour has one there.

    Args:
        modes: ``(n, 3)``, or ``(3,)`` where they are the same for every row.
        colour: ``(n,)`` true ones.
    """
    right = modes == MODE[colour]
    return {axis: share(right[HAS_MODE[colour, place], place]) for place, axis in enumerate(AXES)}


def commonest_modes(train: Colours) -> NDArray[np.intp]:
    """``(3,)``: of each axis the mode that most rows have, of those whose colour has one there."""
    seen = (MODE[train[HAS_MODE[train, place]], place] for place in range(len(AXES)))
    return np.array([np.bincount(modes, minlength=3).argmax() for modes in seen])


def share(right: NDArray[np.bool_]) -> float | None:
    """Of rows that are right; None of no rows."""
    return round(float(right.mean()), 4) if right.size else None


def colours_of(predictions: Predictions) -> Floats:
    """``(n, 9)`` probabilities of the colours, which a fusion model always gives."""
    assert predictions.colour is not None  # noqa: S101 - the profile has it
    return predictions.colour


def _without_white(probabilities: Floats, colour: Colours) -> float | None:
    """How often the colour is right where White is neither true nor among the answers."""
    rows = colour != WHITE
    others = np.where(np.arange(COUNT) == WHITE, -1.0, probabilities[rows])
    return share(others.argmax(axis=1) == colour[rows])


def _groups(test: Examples) -> Iterator[tuple[str, NDArray[np.intp]]]:
    with_colour = test.colour != NO_COLOUR
    for stage, name in enumerate(STAGES):
        if (rows := np.flatnonzero(with_colour & (test.stage == stage))).size:
            yield name, rows
    if (rows := np.flatnonzero(with_colour & (test.stage != MIX))).size:
        yield "parts", rows
    yield "all", np.flatnonzero(with_colour)


def _means(values: Floats, where: NDArray[np.intp]) -> Floats:
    """Mean of ``(n, …)`` rows over each group: ``(groups, …)``."""
    sums = np.zeros((where.max() + 1, *values.shape[1:]))
    np.add.at(sums, where, values)
    return sums / np.bincount(where).reshape(-1, *[1] * (values.ndim - 1))


def calibration(
    predictions: Predictions, test: Examples, right: NDArray[np.bool_] | None = None
) -> Metrics:
    """Curves of the colour's and the confidence's probabilities, with their expected errors.

    Args:
        predictions: of the test rows.
        test: held-out examples.
        right: ``(n,)`` what the confidence predicts; by default whether a row is music.
    """
    rows = test.colour != NO_COLOUR
    colour = colours_of(predictions)[rows]
    curves = {
        "colour": curve(colour.max(axis=1), colour.argmax(axis=1) == test.colour[rows]),
        "confidence": curve(predictions.confidence, is_music(test) if right is None else right),
    }
    return {
        name: {
            "error": round(found.error, 4),
            "columns": ["low", "high", "count", "claimed", "happened"],
            "rows": [[round(value, 4) for value in row] for row in found.rows],
        }
        for name, found in curves.items()
    }


def gate_pass_rates(model: FusionModel, predictions: Predictions, test: Examples) -> Metrics:
    """Share of held-out music that passes the gate, by stage, and of real music."""
    songs, real = test.kind == SONG, test.kind == REAL
    found = {
        name: share(model.passes(predictions, name)[rows])
        for stage, name in enumerate(STAGES)
        if (rows := songs & (test.stage == stage)).any()
    }
    return found | {"real": share(model.passes(predictions)[real])} if real.any() else found


@cache
def album_table() -> NDArray[np.int8]:
    """``(3, 3, 3)`` by temporal, spatial and ontological mode: index of the album's colour."""
    table = np.zeros((3, 3, 3), np.int8)
    for modes in product(range(3), repeat=3):
        combination = np.array([PEAKS[mode] for mode in modes])[None]
        near = [closeness(combination, np.array(COLOURS[a].targets))[0] for a in ALBUMS]
        table[modes] = int(np.argmax(np.round(near, 9)))
    table.flags.writeable = False
    return table


def albums_of(axes: NDArray[np.floating]) -> NDArray[np.int8]:
    """The album that each row's likeliest modes name.

    Args:
        axes: ``(n, 3, 3)``, a distribution for each axis.

    Returns:
        ``(n,)`` indices in ``COLOURS``.
    """
    return np.asarray(album_table()[tuple(axes.argmax(axis=2).T)])
