"""The fitness: chromatic, theory and prior, weighted into one total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import CHROMATIC_VERSION, chromatic
from fitness.colours import Colour
from fitness.features import FEATURES_VERSION, feature_matrix
from fitness.fusion import FusionModel
from fitness.heard import Heard
from fitness.predictions import Predictions
from fitness.prior import PRIOR_VERSION, Prior
from fitness.readings import Reading
from fitness.roll import ROLL_VERSION, STEPS_PER_SECOND, WINDOW_SECONDS
from fitness.score import Score
from fitness.theory import THEORY_VERSION, theory, theory_terms
from genomes import Context, Part
from genomes.notes import mixed

# What the music of a stage is held against: a role of the prior's bands.
DRUMS = "drums"
ROLES = {
    "chords": "chords",
    "bass": "bass_voice",
    "melody": "top_voice",
    "harmony": "inner_voices",
    "drums": DRUMS,
}

# What a mix is held against: all voices of a score. No score has drums, so they stay out of it.
MIX_ROLE = "full"

# A part must come in before the last step of the roll.
LAST_HEARD_SECONDS = WINDOW_SECONDS - 1 / STEPS_PER_SECOND

Term = TypeVar("Term", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each critic counts.

    Where the model has nothing to say, theory takes its place: the two always share the sum of
    their weights.
    """

    chromatic: float = 0.7
    theory: float = 0.3
    prior: float = 1.0

    def total(self, chromatic: Term | None, theory: Term, prior: Term) -> Term:
        """The weighted sum, of numbers or of arrays; ``chromatic`` is None without a model."""
        heard = theory if chromatic is None else chromatic
        return self.chromatic * heard + self.theory * theory - self.prior * prior

    def to_payload(self) -> dict[str, float]:
        """Plain values for the log."""
        return asdict(self)


class Fitness:
    """Scores the parts of one stage against one colour.

    Attributes:
        notes: what a person should know of how these scores come about.
    """

    def __init__(
        self, stage: str, colour: Colour, weights: Weights, model: FusionModel | None = None
    ) -> None:
        """Take the critics; without a model the total runs on theory and prior."""
        self._stage = stage
        self._colour = colour
        self._weights = weights
        self._model = model
        self._prior = Prior.load()
        self.notes = _notes(colour, model)

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions of everything that a score depends on besides the model."""
        return {
            "chromatic": CHROMATIC_VERSION,
            "theory": THEORY_VERSION,
            "features": FEATURES_VERSION,
            "prior": PRIOR_VERSION,
            "roll": ROLL_VERSION,
        }

    def score(self, parts: Sequence[Part], context: Context) -> list[Score]:
        """One score for each part, in order.

        Where the context has approved parts, the model also hears each part mixed with them, and
        ``chromatic`` is the mean of the two; terms of the mix begin with ``mix.``. So it is with
        the prior, which leaves drums out of every mix.

        Raises:
            ScoringFailed: if any part can't be scored; there is no plausible number for a failure.
        """
        if not parts:
            return []
        rows = [self._judged(part, context) for part in parts]
        features = feature_matrix(parts, context.meter, context.tempo_map)
        self._add_prior(rows, features, parts, context)
        passes = self._add_chromatic(rows, features, parts, context)
        return [self._total(row, passed) for row, passed in zip(rows, passes, strict=True)]

    def hears(self, part: Part, context: Context) -> bool:
        """Whether a part comes in while the model listens; without one, whatever it does."""
        if self._model is None:
            return True
        onsets_seconds = context.tempo_map.seconds(part.notes["onset_ticks"])
        return bool((onsets_seconds < LAST_HEARD_SECONDS).any())

    def hear(self, part: Part, context: Context) -> Reading | None:
        """What the model hears in a part; None without a model.

        Raises:
            ScoringFailed: if it can't be scored.
        """
        if self._model is None:
            return None
        predictions = self._model.hear(_music([part], context))
        (passes,) = self._model.passes(predictions, self._stage).tolist()
        return Reading.of(predictions, 0, passes=passes, warnings=())

    def _judged(self, part: Part, context: Context) -> dict[str, float]:
        rules = theory_terms(self._stage, part, context)
        named = {f"theory.{name}": value for name, value in rules.items()}
        return {"theory": theory(rules), **named}

    def _add_prior(
        self,
        rows: list[dict[str, float]],
        features: NDArray[np.float32],
        parts: Sequence[Part],
        context: Context,
    ) -> None:
        """Put the fines into the rows: of the part and of the mix, and the mean of the two."""
        bars = context.section.bars
        fines = self._prior.fines(features, ROLES[self._stage], bars)
        approved = [part for stage, part in context.parts if ROLES[stage] != DRUMS]
        if not approved or ROLES[self._stage] == DRUMS:
            for row, fine in zip(rows, fines.tolist(), strict=True):
                row["prior"] = fine
            return
        mixes = feature_matrix(_mixes(parts, approved), context.meter, context.tempo_map)
        of_mixes = self._prior.fines(mixes, MIX_ROLE, bars)
        for row, alone, together in zip(rows, fines.tolist(), of_mixes.tolist(), strict=True):
            row["mix.prior"] = together
            row["prior"] = (alone + together) / 2

    def _add_chromatic(
        self,
        rows: list[dict[str, float]],
        features: NDArray[np.float32],
        parts: Sequence[Part],
        context: Context,
    ) -> list[bool]:
        """Put the model's terms into the rows; says of each part whether it passes the gate."""
        if self._model is None:
            return [True] * len(rows)
        predictions = self._model.hear(_music(parts, context), features=features)
        matches = [self._put(rows, predictions, "")]
        if context.parts:
            mixes = _mixes(parts, [part for _, part in context.parts])
            of_mixes = self._model.hear(_music(mixes, context))
            matches.append(self._put(rows, of_mixes, "mix."))
        heard = [values for values in matches if values is not None]
        for row, *values in zip(rows, *heard, strict=True) if heard else ():
            row["chromatic"] = float(sum(values) / len(values))
        return [bool(passed) for passed in self._model.passes(predictions, self._stage)]

    def _put(
        self, rows: list[dict[str, float]], predictions: Predictions, prefix: str
    ) -> NDArray[np.float64] | None:
        """Add what the model says to every row; gives how well each matches the colour."""
        found = chromatic(predictions, self._colour)
        columns = {
            "axes": found.axes,
            "colour": found.colour,
            "confidence": predictions.confidence,
        }
        for name, values in columns.items():
            if values is not None:
                for row, value in zip(rows, values.tolist(), strict=True):
                    row[prefix + name] = value
        return found.values

    def _total(self, terms: dict[str, float], passes: bool) -> Score:
        said = terms.get("chromatic"), terms["theory"], terms["prior"]
        return Score(terms, self._weights.total(*said), passes)


def _mixes(parts: Sequence[Part], approved: Sequence[Part]) -> list[Part]:
    """Each part together with approved ones."""
    ground = mixed(list(approved))
    return [mixed([part, ground]) for part in parts]


def _music(parts: Sequence[Part], context: Context) -> list[Heard]:
    return [Heard(part, context.tempo_map, context.meter) for part in parts]


def _notes(colour: Colour, model: FusionModel | None) -> tuple[str, ...]:
    if model is None:
        return ("no model: the total runs on theory and prior",)
    if colour.is_even and not model.profile.has_colour:
        name = model.path.name
        return (f"{name} can't tell {colour.name} by its axes: the total runs on theory and prior",)
    return ()
