"""Every figure of the model card, measured on held-out songs through the model file itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.colours import AXES, COLOUR_NAMES, COLOURS
from fitness.fusion import FusionModel
from fitness.predictions import ModelInputs, Predictions
from training.composed.examples import NO_COLOUR, REAL, SONG, STAGES, Examples
from training.fusion.batches import MAX_VELOCITY, is_music
from training.fusion.calibration import curve

ROWS_AT_ONCE = 256
MIX = STAGES.index("mix")
WHITE = COLOUR_NAMES.index("White")

Floats = NDArray[np.float64]
Metrics = dict[str, Any]

TARGETS = np.array([colour.targets for colour in COLOURS])  # (9, 3, 3)
# Where a colour's target has one maximum: only there is there a mode to be right about.
_SORTED = np.sort(TARGETS, axis=2)
HAS_MODE = _SORTED[:, :, 2] - _SORTED[:, :, 1] > 1e-6  # (9, 3)
MODE = TARGETS.argmax(axis=2)  # (9, 3)


def predict(model: FusionModel, examples: Examples) -> Predictions:
    """What the model file says of every row, on MIDI alone."""
    batches = []
    for start in range(0, len(examples), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        rolls = examples.rolls[rows, None].astype(np.float32) / np.float32(MAX_VELOCITY)
        batches.append(model.predict(ModelInputs(rolls, examples.features[rows])))
    return Predictions.joined(batches)


def accuracies(
    predictions: Predictions, test: Examples, train_colours: NDArray[np.int8]
) -> dict[str, Metrics]:
    """For each stage, for parts alone, mixes and everything: how often colour and modes are right.

    Args:
        predictions: of the test rows; ``by_song`` averages them over a song's clips.
        test: held-out examples; those without a colour are left out.
        train_colours: of the training rows, for the baseline that always says the commonest.
    """
    found = {}
    for name, rows in _groups(test):
        colour = test.colour[rows]
        assert predictions.colour is not None  # noqa: S101 - the profile has it
        probabilities = predictions.colour[rows].astype(np.float64)
        axes = predictions.axes[rows].astype(np.float64)
        songs, first, where = np.unique(test.song[rows], return_index=True, return_inverse=True)
        of_song, by_song = colour[first], _means(probabilities, where)
        found[name] = {
            "clips": len(rows),
            "songs": len(songs),
            "colour": _share(probabilities.argmax(axis=1) == colour),
            "colour_by_song": _share(by_song.argmax(axis=1) == of_song),
            "of_eight": _without_white(probabilities, colour),
            "of_eight_by_song": _without_white(by_song, of_song),
            "majority": _share(colour == np.bincount(train_colours).argmax()),
            "modes": _modes(axes, colour),
            "modes_by_song": _modes(_means(axes, where), of_song),
            "modes_majority": _majority_modes(colour, train_colours),
        }
    return found


def _without_white(probabilities: Floats, colour: NDArray[np.int8]) -> float:
    """How often the colour is right where White is neither asked nor answered."""
    rows = colour != WHITE
    others = np.where(np.arange(len(COLOURS)) == WHITE, -1.0, probabilities[rows])
    return _share(others.argmax(axis=1) == colour[rows])


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


def _modes(axes: Floats, colour: NDArray[np.int8]) -> dict[str, float]:
    right = axes.argmax(axis=2) == MODE[colour]
    return {axis: _share(right[HAS_MODE[colour, place], place]) for place, axis in enumerate(AXES)}


def commonest_modes(train: NDArray[np.int8]) -> list[int]:
    """Of each axis the mode that most rows have, of the rows whose colour has one there."""
    seen = (MODE[train[HAS_MODE[train, place]], place] for place in range(len(AXES)))
    return [int(np.bincount(modes, minlength=3).argmax()) for modes in seen]


def _majority_modes(colour: NDArray[np.int8], train: NDArray[np.int8]) -> dict[str, float]:
    commonest = commonest_modes(train)
    return {
        axis: _share(MODE[colour[HAS_MODE[colour, place]], place] == commonest[place])
        for place, axis in enumerate(AXES)
    }


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 4) if right.size else float("nan")


def calibration(
    predictions: Predictions, test: Examples, right: NDArray[np.bool_] | None = None
) -> Metrics:
    """Curves of the colour's and the confidence's probabilities, with their expected errors.

    Args:
        predictions: of the test rows.
        test: held-out examples.
        right: ``(n,)`` what the confidence tells; whether it is music unless told otherwise.
    """
    rows = test.colour != NO_COLOUR
    assert predictions.colour is not None  # noqa: S101 - the profile has it
    colour = predictions.colour[rows]
    claims = {
        "colour": curve(colour.max(axis=1), colour.argmax(axis=1) == test.colour[rows]),
        "confidence": curve(predictions.confidence, is_music(test) if right is None else right),
    }
    return {
        name: {
            "error": round(found.error, 4),
            "columns": ["low", "high", "count", "claimed", "happened"],
            "rows": [[round(value, 4) for value in row] for row in found.rows],
        }
        for name, found in claims.items()
    }


def kept(model: FusionModel, predictions: Predictions, test: Examples) -> Metrics:
    """Share of held-out music that passes the gate."""
    songs, real = test.kind == SONG, test.kind == REAL
    found = {
        name: _share(model.passes(predictions, name)[rows])
        for stage, name in enumerate(STAGES)
        if (rows := songs & (test.stage == stage)).any()
    }
    return found | {"real": _share(model.passes(predictions)[real])} if real.any() else found
