"""Figures on all songs: in folds by song, each asked of a network that learned from the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.colours import COLOURS
from fitness.predictions import Predictions
from training.composed.examples import Split
from training.dataset.catalogue import Catalogue
from training.fusion.by_song import MEASURES, BySong, figures_of_songs, measure_of
from training.fusion.calibration import calibrate
from training.fusion.intervals import interval
from training.fusion.metrics import SHOWN, commonest_modes
from training.fusion.network import Ensemble, FusionNetwork
from training.fusion.train import logits, predictions_of
from training.personal.plan import Material
from training.text.classify import folds_of

LEAST_FOLDS = 3  # one to learn from, one to stop by, one to test on
MAJORITY = "majority"

# Trains a network on a material; the number of the fold is for its name.
Train = Callable[[Material, int], FusionNetwork]
ByModality = dict[str, BySong]


def fold_of_rows(catalogue: Catalogue, count: int) -> NDArray[np.intp]:
    """``(rows,)`` the fold of each row: whole songs, every colour in like shares."""
    songs = [row.song_id for row in catalogue.rows]
    colours = np.eye(len(COLOURS), dtype=np.float32)[[row.colour for row in catalogue.rows]]
    return folds_of(songs, colours, count)


def split_of(folds: NDArray[np.intp], fold: int, count: int) -> Split:
    """A fold to test on, the next to stop and to calibrate by, the others to learn from."""
    test, validation = folds == fold, folds == (fold + 1) % count
    return Split(~(test | validation), validation, test)


def cross_validated(material: Material, count: int, train: Train) -> ByModality:
    """Figures of every song, for each combination of modalities and for the majority.

    The majority always says the commonest colour, and the commonest modes, of the songs that the
    others learned from.
    """
    catalogue = material.catalogue
    folds = fold_of_rows(catalogue, count)
    ids = [row.song_id for row in catalogue.rows]
    names = dict(zip(catalogue.songs.tolist(), ids, strict=True))
    found: ByModality = {MAJORITY: {}}
    for fold in range(count):
        try:
            part = material.split_by(split_of(folds, fold, count))
        except ValueError:  # of so few songs, a fold may have none
            continue
        ensemble = Ensemble([train(part, fold)])
        validation = part.held_out("validation")
        calibrate(ensemble, [logits(ensemble.networks[0], validation)], validation)
        for name, shown in SHOWN.items():
            clips = part.test.with_only(shown)
            clips = clips.select(clips.has_any)
            if len(clips):
                songs = figures_of_songs(predictions_of(ensemble, clips), clips, names)
                found.setdefault(name, {}).update(songs)
        common = always_the_commonest(part.train_colours, len(part.test))
        found[MAJORITY] |= figures_of_songs(common, part.test, names)
    return found


def always_the_commonest(colours: NDArray[np.int8], count: int) -> Predictions:
    """What knows no more than the colours of the training clips says of so many others.

    One is added to every colour's count: a colour that none of them has isn't impossible.
    """
    counts = np.bincount(colours, minlength=len(COLOURS)) + 1
    shares = counts / counts.sum()
    modes = np.eye(3, dtype=np.float32)[commonest_modes(colours)]  # (axes, modes)
    temporal, spatial, ontological = (np.repeat(one[None], count, axis=0) for one in modes)
    colour = np.repeat(shares[None].astype(np.float32), count, axis=0)
    return Predictions(temporal, spatial, ontological, colour, np.ones(count, np.float32))


def summarised(found: ByModality) -> dict[str, Any]:
    """Means over all songs and their intervals, by modality and measure, as plain values."""
    return {
        name: {"songs": len(songs)}
        | {measure: interval(measure_of(songs, measure)).to_plain() for measure in MEASURES}
        for name, songs in found.items()
        if songs
    }
