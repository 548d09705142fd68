"""The fitness of a part: chromatic, theory and prior, weighted into one total."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import CHROMATIC_VERSION, chromatic
from fitness.colours import Colour
from fitness.drum_measures import drum_feature_matrix
from fitness.embedding import NO_TEXTS, Embedder, Texts
from fitness.errors import ScoringFailed
from fitness.excerpts import Excerpt
from fitness.features import FEATURES_VERSION, batch_features, batches, feature_matrix
from fitness.fusion import FusionModel
from fitness.predictions import Embeddings, Predictions
from fitness.preference.features import batch_taste
from fitness.preference.head import PreferenceHead, head_values
from fitness.preference.scales import PoolStatistics
from fitness.prior import DRUMS, PRIOR_VERSION, Prior
from fitness.roll import ROLL_VERSION, STEPS_PER_SECOND, WINDOW_SECONDS
from fitness.scorer import Prediction, row_values
from fitness.theory import THEORY_VERSION, theory, theory_terms
from genomes import Context, Part
from genomes.notes import mixed, mixed_with

# Stage -> the role of real music whose bands its parts are compared with.
ROLES = {
    "chords": "chords",
    "bass": "bass_voice",
    "melody": "top_voice",
    "harmony": "inner_voices",
    "drums": DRUMS,
}

# The roles of a mix, without and with drums in it.
MIX_ROLE, DRIVEN_MIX_ROLE = "full", "full_with_drums"

# A part must begin by the last step of the roll to be audible to the model.
LAST_AUDIBLE_SECONDS = WINDOW_SECONDS - 1 / STEPS_PER_SECOND

# Beside a preference head's total: the total that ships.
SHIPPED_TOTAL = "shipped_total"

Term = TypeVar("Term", float, NDArray[np.float64])
Row = dict[str, float]  # term -> its value


@dataclass(frozen=True, slots=True)
class Score:
    """The terms and the total of one part, all finite: a part that can't be scored is an error.

    Attributes:
        terms: by name, each in [0, 1]; ``theory`` is the mean of the rules ``theory.<rule>``.
        total: the weighted sum.
        passes: whether the model is confident that this is music; a part that doesn't pass never
            ranks above one that does.

    Raises:
        ScoringFailed: if a number is not finite.
    """

    terms: Mapping[str, float]
    total: float
    passes: bool = True

    def __post_init__(self) -> None:
        for name, value in (*self.terms.items(), ("total", self.total)):
            if not math.isfinite(value):
                raise ScoringFailed(f"{name} is {value}: expected a finite number")

    @property
    def rank_key(self) -> tuple[bool, float]:
        """Sorts scores: larger is better."""
        return self.passes, self.total


class Scored(NamedTuple):
    """Scores of parts, and ``(n, F)`` what ``role_features`` has of them."""

    scores: list[Score]
    features: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each term counts: ``chromatic · c + theory · t - prior · p``.

    Where there is no chromatic term, theory takes its place, so that the two together always have
    the same weight. Weighted, the standard deviations over first genomes of chords are
    .083 (chromatic) and .063 (theory); over all that a run scores .150 and .041.
    """

    chromatic: float = 0.5
    theory: float = 0.5
    prior: float = 1.0

    def total(self, chromatic: Term | None, theory: Term, prior: Term) -> Term:
        """The weighted sum, of numbers or of arrays; ``chromatic`` is None without a model."""
        matched = theory if chromatic is None else chromatic
        return self.chromatic * matched + self.theory * theory - self.prior * prior

    def to_payload(self) -> dict[str, float]:
        """Plain values for the log."""
        return asdict(self)


class Fitness:
    """Scores the parts of one stage against one colour.

    Attributes:
        notes: what a person should know about how these scores come about.
    """

    def __init__(
        self,
        stage: str,
        colour: Colour,
        weights: Weights,
        model: FusionModel | None = None,
        texts: Texts = NO_TEXTS,
        head: PreferenceHead | None = None,
    ) -> None:
        """Take what the score is made of; without a model the total is of theory and prior.

        Args:
            stage: of the parts.
            colour: that they are scored against.
            weights: of the terms in the shipped total.
            model: that hears them.
            texts: that accompany them; the model is given those that it learned from.
            head: what a person's decisions taught: the total goes by it, and the shipped total is
                the term ``shipped_total``. What it reads is standardised by the first pool: the
                parts of ``standardise``, or else those that are scored first.
        """
        self._stage = stage
        self._colour = colour
        self._weights = weights
        self._model = model
        self._texts = texts
        self._head = head
        self._first_pool: PoolStatistics | None = None
        self._prior = _shipped_prior()
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
        """One score for each part, in order; see ``scored``."""
        return self.scored(parts, context).scores

    def scored(self, parts: Sequence[Part], context: Context) -> Scored:
        """One score for each part, in order, and the features that were measured for it.

        Where the context has approved parts, each part is also scored mixed with them:
        ``chromatic`` and ``prior`` are means of alone and mixed, and the terms of the mix begin
        with ``mix.``. The prior compares drums alone.

        Raises:
            ScoringFailed: if any part can't be scored.
        """
        if not parts:
            return Scored([], role_features(self._stage, parts, context))
        rows = [self._theory(part, context) for part in parts]
        alone = _Measured.of(parts, context, self._stage if self._head else None)
        mixes = _Measured.of(_mixes(parts, context), context) if context.parts else None
        features = self._add_prior(rows, alone, mixes, context)
        passes = self._add_chromatic(rows, alone, mixes, context)
        totals = [
            self._weights.total(row.get("chromatic"), row["theory"], row["prior"]) for row in rows
        ]
        if self._head is not None:
            totals = self._by_taste(self._head, rows, totals, alone)
        found = zip(rows, totals, passes, strict=True)
        return Scored([Score(row, total, passed) for row, total, passed in found], features)

    def standardise(
        self, parts: Sequence[Part], terms: Sequence[Mapping[str, float]], context: Context
    ) -> None:
        """Take the first pool of a run, scored before, as what the head's columns are measured by.

        Args:
            parts: of the first pool; at least one.
            terms: of their scores by this fitness.
            context: of the run.
        """
        taste = _Measured.of(parts, context, self._stage).taste
        totals = [row[SHIPPED_TOTAL] for row in terms]
        self._first_pool = PoolStatistics.of(head_values(self._stage, taste, terms, totals))

    def doubts(
        self, parts: Sequence[Part], terms: Sequence[Mapping[str, float]], context: Context
    ) -> list[float]:
        """How unsure the head is of parts that were scored before; 0 without a head.

        Args:
            parts: of the run whose first pool is known.
            terms: of their scores by this fitness.
            context: of the run.
        """
        if self._head is None or self._first_pool is None or not parts:
            return [0.0] * len(parts)
        taste = _Measured.of(parts, context, self._stage).taste
        totals = [row[SHIPPED_TOTAL] for row in terms]
        values = head_values(self._stage, taste, terms, totals)
        return [
            float(each) for each in self._head.doubts(self._head.rows(values, self._first_pool))
        ]

    def _by_taste(
        self, head: PreferenceHead, rows: list[Row], totals: list[float], measured: _Measured
    ) -> list[float]:
        """The totals by the head; adds the shipped ones to the rows."""
        values = head_values(self._stage, measured.taste, rows, totals)
        if self._first_pool is None:
            self._first_pool = PoolStatistics.of(values)
        for row, total in zip(rows, totals, strict=True):
            row[SHIPPED_TOTAL] = total
        return [float(total) for total in head.totals(values, self._first_pool)]

    def is_audible(self, part: Part, context: Context) -> bool:
        """Whether a part begins within the model's window; always, without a model."""
        if self._model is None:
            return True
        first = part.notes["onset_ticks"][:1]  # notes are in order
        return bool((context.tempo_map.seconds(first) <= LAST_AUDIBLE_SECONDS).any())

    def theory(self, part: Part, context: Context) -> float:
        """The theory term of a part, 0 to 1; much cheaper than its score."""
        return self._theory(part, context)["theory"]

    def predict(self, part: Part, context: Context) -> Prediction | None:
        """The model's prediction for a part alone; None without a model.

        Raises:
            ScoringFailed: if it can't be scored.
        """
        if self._model is None:
            return None
        predictions = self._model.predict_excerpts(_excerpts([part], context), self._embeddings)
        (passes,) = self._model.passes(predictions, self._stage).tolist()
        return Prediction(**row_values(predictions, 0), passes=passes, warnings=())

    def _theory(self, part: Part, context: Context) -> Row:
        rules = theory_terms(self._stage, part, context)
        named = {f"theory.{name}": value for name, value in rules.items()}
        return {"theory": theory(rules, self._stage), **named}

    def _add_prior(
        self, rows: list[Row], alone: _Measured, mixes: _Measured | None, context: Context
    ) -> NDArray[np.float32]:
        """Add the penalties to the rows: of the mix, and the mean of alone and mixed.

        Returns:
            what the parts alone were compared by, as ``role_features``.
        """
        bars, role = context.section.bars, ROLES[self._stage]
        features = alone.features
        if role == DRUMS:
            features = drum_feature_matrix(alone.parts, context.meter, features=features)
        penalties = self._prior.penalties(features, role, bars).tolist()
        if mixes is None or role == DRUMS:
            for row, penalty in zip(rows, penalties, strict=True):
                row["prior"] = penalty
            return features
        has_drums = any(ROLES[stage] == DRUMS for stage, _ in context.parts)
        mix_role = DRIVEN_MIX_ROLE if has_drums else MIX_ROLE
        of_mixes = self._prior.penalties(mixes.features, mix_role, bars).tolist()
        for row, penalty, together in zip(rows, penalties, of_mixes, strict=True):
            row["mix.prior"] = together
            row["prior"] = (penalty + together) / 2
        return features

    def _add_chromatic(
        self, rows: list[Row], alone: _Measured, mixes: _Measured | None, context: Context
    ) -> list[bool]:
        """Add the model's terms to the rows; returns whether each part passes its threshold."""
        if self._model is None:
            return [True] * len(rows)
        predictions = self._predictions(self._model, alone, context)
        matches = [self._add_predictions(rows, predictions, "")]
        if mixes is not None:
            of_mixes = self._predictions(self._model, mixes, context)
            matches.append(self._add_predictions(rows, of_mixes, "mix."))
        known = [values for values in matches if values is not None]
        for row, *values in zip(rows, *known, strict=True) if known else ():
            row["chromatic"] = float(sum(values) / len(values))
        return [bool(passed) for passed in self._model.passes(predictions, self._stage)]

    def _predictions(
        self, model: FusionModel, measured: _Measured, context: Context
    ) -> Predictions:
        excerpts = _excerpts(measured.parts, context)
        return model.predict_excerpts(excerpts, self._embeddings, features=measured.features)

    @cached_property
    def _embeddings(self) -> Embeddings | None:
        """Of the texts, encoded once; None where the model is given none."""
        if self._model is None or self._texts == NO_TEXTS:
            return None
        return Embedder(self._model).embed_texts(self._texts)

    def _add_predictions(
        self, rows: list[Row], predictions: Predictions, prefix: str
    ) -> NDArray[np.float64] | None:
        """Add the model's terms to every row; returns how well each matches the colour."""
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


@lru_cache(maxsize=1)
def _shipped_prior() -> Prior:
    return Prior.load()


def outside_shares(
    stage: str, features: NDArray[np.float32], context: Context
) -> NDArray[np.float64]:
    """``(n,)`` share of the plain features of each part alone outside the bands of real music.

    Args:
        stage: of the parts.
        features: ``(n, F)``, their ``role_features``.
        context: of the parts.
    """
    return _shipped_prior().outside_shares(features, ROLES[stage], context.section.bars)


def role_features(stage: str, parts: Sequence[Part], context: Context) -> NDArray[np.float32]:
    """``(n, F)``, the features that the prior compares the parts of a stage by, each part alone."""
    measure = drum_feature_matrix if ROLES[stage] == DRUMS else feature_matrix
    return measure(parts, context.meter, context.tempo_map)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Parts with their ``feature_matrix``, and their ``taste_matrix`` where a stage is given."""

    parts: Sequence[Part]
    features: NDArray[np.float32]
    taste: NDArray[np.float32]

    @classmethod
    def of(cls, parts: Sequence[Part], context: Context, stage: str | None = None) -> _Measured:
        features, taste = [], []
        for batch in batches(parts, context.meter, context.tempo_map):
            features.append(batch_features(batch))
            if stage is not None:
                taste.append(batch_taste(stage, batch, context))
        plain = np.concatenate(features)
        return cls(parts, plain, np.concatenate((plain, *_joined(taste)), axis=1))


def _joined(rows: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    return [np.concatenate(rows)] if rows else []


def _mixes(parts: Sequence[Part], context: Context) -> list[Part]:
    """Each part mixed with all approved ones."""
    return mixed_with(mixed([part for _, part in context.parts]), parts)


def _excerpts(parts: Sequence[Part], context: Context) -> list[Excerpt]:
    return [Excerpt(part, context.tempo_map, context.meter) for part in parts]


def _notes(colour: Colour, model: FusionModel | None) -> tuple[str, ...]:
    if model is None:
        return ("no model: the total runs on theory and prior",)
    if colour.is_even and not model.profile.has_colour:
        name = model.path.name
        return (f"{name} can't tell {colour.name} by its axes: the total runs on theory and prior",)
    return ()
