"""What can go wrong while scoring, each with a name.

FitnessError
├── ModelError
│   ├── ModelMissing        no model, or no manifest, where one was named
│   └── ModelRefused        a file that can't be used, and why
│       ├── WeightsApart        a model whose weights are in a second file
│       └── ManifestRefused     a manifest that can't be read or disagrees with the code
├── EncoderMissing          a package or the weights of a text or audio encoder aren't here
└── ScoringFailed           a part, or a prediction for it, can't be turned into a score
    ├── UnreadablePart      bytes that are no MIDI file
    └── SilentPart          no note sounds inside the window
"""

from __future__ import annotations


class FitnessError(Exception):
    """Anything that keeps a part from being scored; the message is fit for a person."""


class ModelError(FitnessError):
    """Something about a model file."""


class ModelMissing(ModelError):
    """No model, or no manifest, where one was named."""


class ModelRefused(ModelError):
    """A model file that can't be used; the message says what was expected and found."""


class WeightsApart(ModelRefused):
    """A model whose weights are in a second file, which its hash doesn't cover."""


class ManifestRefused(ModelRefused):
    """A manifest that can't be read, or that disagrees with the code or with its model."""


class EncoderMissing(FitnessError):
    """A package or the weights that a text or audio encoder needs aren't here."""


class ScoringFailed(FitnessError):
    """A part that can't be scored; never replaced by a plausible number."""


class UnreadablePart(ScoringFailed):
    """Bytes that are no MIDI file."""


class SilentPart(ScoringFailed):
    """No note sounds inside the window that is scored."""


class FitnessWarning(UserWarning):
    """Something a person should know about a score that was given all the same."""


# The exceptions of ONNX Runtime that mean that there is no file. Any other means that the model is
# refused where it is loaded, and that scoring failed where it runs.
ONNX_RUNTIME_MISSING = frozenset({"NoModel", "NoSuchFile", "NotFound"})
