"""How good a part is: predictions of the fusion model, rules of theory, and bands of real music.

For example::

    from fitness import ChromaticScorer

    scorer = ChromaticScorer()  # the model that ships
    prediction = scorer.score(midi_bytes)
    prediction.modes["temporal"]["past"], prediction.colour["Green"], prediction.confidence
    best = scorer.score_batch([midi_bytes, other_midi_bytes], "Green")[0]
    best.index, best.chromatic, best.passes

`ChromaticScorer` predicts the modes and the colour of MIDI files and ranks them by a colour;
`Fitness` gives the parts of a stage the `Score` that evolution works with, with or without a model;
`SongScorer` scores whole songs. A model is an ONNX file with a `Manifest` beside it, opened as a
`FusionModel`. What can't be scored raises a `FitnessError`; there is never a default score.

Each name below loads its module when it is first used: ONNX Runtime is loaded with the first model.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fitness.colours import AXES, COLOURS, Colour, find_colour
    from fitness.errors import (
        EncoderMissing,
        FitnessError,
        FitnessWarning,
        ManifestRefused,
        ModelError,
        ModelMissing,
        ModelRefused,
        ScoringFailed,
        SilentPart,
        UnreadablePart,
    )
    from fitness.excerpts import Excerpt
    from fitness.explaining import Effect, Explanation, Subject, explain
    from fitness.features import FEATURE_NAMES, feature_matrix
    from fitness.fusion import DEFAULT_MODEL, FusionModel
    from fitness.manifest import Manifest, load_manifest
    from fitness.predictions import Predictions
    from fitness.prior import Prior
    from fitness.scorer import ChromaticScorer, Match, Prediction
    from fitness.total import Fitness, Score, Weights
    from fitness.whole_song import SongScorer

__all__ = [
    "AXES",
    "COLOURS",
    "DEFAULT_MODEL",
    "FEATURE_NAMES",
    "ChromaticScorer",
    "Colour",
    "Effect",
    "EncoderMissing",
    "Excerpt",
    "Explanation",
    "Fitness",
    "FitnessError",
    "FitnessWarning",
    "FusionModel",
    "Manifest",
    "ManifestRefused",
    "Match",
    "ModelError",
    "ModelMissing",
    "ModelRefused",
    "Prediction",
    "Predictions",
    "Prior",
    "Score",
    "ScoringFailed",
    "SilentPart",
    "SongScorer",
    "Subject",
    "UnreadablePart",
    "Weights",
    "explain",
    "feature_matrix",
    "find_colour",
    "load_manifest",
]

# Module -> what it defines; the errors are in `fitness.errors`.
_MODULES = {
    "colours": ("AXES", "COLOURS", "Colour", "find_colour"),
    "excerpts": ("Excerpt",),
    "explaining": ("Effect", "Explanation", "Subject", "explain"),
    "features": ("FEATURE_NAMES", "feature_matrix"),
    "fusion": ("DEFAULT_MODEL", "FusionModel"),
    "manifest": ("Manifest", "load_manifest"),
    "predictions": ("Predictions",),
    "prior": ("Prior",),
    "scorer": ("ChromaticScorer", "Match", "Prediction"),
    "total": ("Fitness", "Score", "Weights"),
    "whole_song": ("SongScorer",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
