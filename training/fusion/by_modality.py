"""How good a model is when it hears the notes alone, reads the text alone, and so on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.colours import AXES, COLOUR_NAMES, COLOURS
from fitness.predictions import Predictions
from training.dataset.albums import albums_of
from training.dataset.examples import MODALITIES, Accompanied
from training.fusion.figures import HAS_MODE, MODE, accuracies, commonest_modes
from training.fusion.fitting import predictions_of
from training.fusion.network import Ensemble

Metrics = dict[str, Any]

# What is shown, by the name of the figure.
SHOWN = {
    "MIDI only": frozenset({"midi"}),
    "text only": frozenset({"concept", "lyric"}),
    "audio only": frozenset({"audio"}),
    "all": frozenset(MODALITIES),
}
COUNT = len(COLOURS)


def by_modality(
    ensemble: Ensemble, test: Accompanied, train_colours: NDArray[np.int8]
) -> dict[str, Metrics]:
    """Every figure, for each way of hearing that any test clip allows.

    Args:
        ensemble: calibrated.
        test: held-out clips.
        train_colours: of the training rows, for the baseline that always says the commonest.
    """
    found = {}
    for name, shown in SHOWN.items():
        clips = test.showing(shown)
        if clips.has_any.any():
            clips = clips.select(clips.has_any)
            found[name] = figures(predictions_of(ensemble, clips), clips, train_colours)
    return found


def figures(
    predictions: Predictions, test: Accompanied, train_colours: NDArray[np.int8]
) -> Metrics:
    """Colour, modes and album, altogether and colour by colour, and who is taken for whom."""
    assert predictions.colour is not None  # noqa: S101 - the profile has it
    majority = np.bincount(train_colours, minlength=COUNT).argmax()
    named = predictions.colour.argmax(axis=1)
    albums = albums_of(predictions.axes)
    commonest = commonest_modes(train_colours)
    decided = HAS_MODE[test.colour].all(axis=1)
    found = accuracies(predictions, test, train_colours)["all"]
    found |= {
        "album": _share(albums == test.colour),
        "album_of_six": _share((albums == test.colour)[decided]),
        "album_of_six_majority": _share((test.colour == majority)[decided]),
        "by_colour": {
            COLOUR_NAMES[place]: _of_colour(predictions, test, place, majority, commonest)
            for place in np.unique(test.colour).tolist()
        },
        "confusion": _confusion(test.colour, named),
    }
    return found


def _of_colour(
    predictions: Predictions,
    test: Accompanied,
    place: int,
    majority: np.intp,
    commonest: list[int],
) -> Metrics:
    assert predictions.colour is not None  # noqa: S101 - the profile has it
    rows = test.colour == place
    named = predictions.colour[rows].argmax(axis=1)
    albums = albums_of(predictions.axes[rows])
    modes = predictions.axes[rows].argmax(axis=2)
    return {
        "clips": int(rows.sum()),
        "songs": len(np.unique(test.song[rows])),
        "colour": _share(named == place),
        "majority": float(place == majority),
        "album": _share(albums == place),
        "modes": {
            axis: _share(modes[:, at] == MODE[place, at]) if HAS_MODE[place, at] else None
            for at, axis in enumerate(AXES)
        },
        "modes_majority": {
            axis: float(commonest[at] == MODE[place, at]) if HAS_MODE[place, at] else None
            for at, axis in enumerate(AXES)
        },
    }


def _confusion(colour: NDArray[np.int8], named: NDArray[np.intp]) -> list[list[int]]:
    """True colours in rows."""
    counts = np.zeros((COUNT, COUNT), np.int64)
    np.add.at(counts, (colour, named), 1)
    rows: list[list[int]] = counts.tolist()
    return rows


def _share(right: NDArray[np.bool_]) -> float | None:
    """None of no rows."""
    return round(float(right.mean()), 4) if right.size else None
