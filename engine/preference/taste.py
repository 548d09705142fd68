"""What a preference head learned, for people: what is liked, how much, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt
from pathlib import Path

import numpy as np

from engine.preference.audit import HeadAudit
from engine.preference.card import read_audit
from engine.preference.heads import HeadRegistry
from engine.reports.pictures import draw_bars
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.preference.features import taste_meanings
from fitness.preference.head import TOTAL, PreferenceHead, head_columns

# From this probability of its sign on, an inclination is called sure.
SURE = 0.9

SHOWN = 8
Z_95 = 1.96
RULE = "theory."
_OF_TERMS = {
    TOTAL: "the shipped total",
    "chromatic": "how well it matches the colour",
    "prior": "how far it is from real music",
}


@dataclass(frozen=True, slots=True)
class Inclination:
    """What a head makes of one column.

    Attributes:
        name: the column, in words.
        meaning: what it measures; empty where the name says it.
        weight: logits for a candidate that is one standard deviation of its pool above the mean,
            or one of all songs' candidates farther from some value.
        deviation: standard deviation of the weight.
    """

    name: str
    meaning: str
    weight: float
    deviation: float

    @property
    def certainty(self) -> float:
        """The probability of the weight's sign, .5 to 1."""
        if self.deviation == 0:
            return 1.0
        return 0.5 * (1 + erf(abs(self.weight) / self.deviation / sqrt(2)))

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of 95 % of the weight."""
        half = Z_95 * self.deviation
        return self.weight - half, self.weight + half

    @property
    def is_sure(self) -> bool:
        """Whether its sign is."""
        return self.certainty >= SURE

    @property
    def words(self) -> str:
        """The column with its sign, such as ``plain triad share +``."""
        return f"{self.name} {'+' if self.weight > 0 else '−'}"


@dataclass(frozen=True, slots=True)
class Taste:
    """What is known of a person's taste for one stage.

    Attributes:
        stage: name of the stage.
        sha256: of the head in use; None for the shipped total.
        songs: how many decided songs the head learned from.
        decisions: how many candidates a decision said something of.
        inclinations: of each column, the heaviest first.
        audit: what an audit found of the head; None where there is none.
    """

    stage: str
    sha256: str | None
    songs: int
    decisions: int
    inclinations: tuple[Inclination, ...]
    audit: HeadAudit | None = None

    @property
    def sure(self) -> list[Inclination]:
        """The heaviest of what is sure."""
        return [each for each in self.inclinations if each.is_sure][:SHOWN]

    @property
    def unsure(self) -> list[Inclination]:
        """The heaviest of what isn't."""
        return [each for each in self.inclinations if not each.is_sure][:SHOWN]

    @property
    def shown(self) -> list[Inclination]:
        """The heaviest of both, the heaviest first."""
        return sorted((*self.sure, *self.unsure), key=lambda each: -abs(each.weight))


def taste(studio: Studio, stage: str, head_sha256: str | None = None) -> Taste:
    """What the head in use for a stage learned, or another one's.

    Raises:
        NotFound, Refused: if the head can't be read.
    """
    sha256 = head_sha256 or studio.heads().promoted(stage)
    if sha256 is None:
        return Taste(stage, None, 0, 0, ())
    head = HeadRegistry(studio).load(sha256)
    facts = head.facts
    songs, decided = len(facts.get("songs", ())), int(facts.get("decisions", 0))
    known = studio.heads().known.get(sha256)
    audited = read_audit(known.audit) if known else None
    return Taste(stage, sha256, songs, decided, inclinations(head), audited)


def tastes(studio: Studio) -> list[Taste]:
    """Of every stage."""
    return [taste(studio, stage) for stage in STAGES]


def inclinations(head: PreferenceHead) -> tuple[Inclination, ...]:
    """What a head makes of each column, the heaviest first."""
    weights = head.posterior.mean
    columns = head_columns(head.stage)
    taken = np.square(head.posterior.learned).sum(axis=0)
    deviations = np.sqrt(np.maximum(0.0, np.square(head.posterior.deviation) - taken))
    meanings = taste_meanings(head.stage)
    named = [(_words(name), meanings.get(name, "")) for name in columns]
    if head.scales is not None:
        bent = [columns[row] for row in head.scales.curved]
        named += [
            (f"{_words(name)} away from {bend:.2g}", meanings.get(name, ""))
            for bends in head.scales.bends.tolist()
            for name, bend in zip(bent, bends, strict=True)
        ]
    rows = zip(named, weights.tolist(), deviations.tolist(), strict=True)
    found = [Inclination(*words, *row) for words, *row in rows]
    return tuple(sorted(found, key=lambda each: -abs(each.weight)))


def _words(column: str) -> str:
    if column.startswith(RULE):
        return f"rule {column.removeprefix(RULE)}".replace("_", " ")
    return _OF_TERMS.get(column, column.replace("_", " "))


def draw_taste(path: Path, found: Taste, ink: str = "#33608c") -> None:
    """The heaviest inclinations with their intervals of 95 %, as a PNG."""
    shown = found.shown[::-1]
    draw_bars(
        path,
        [each.name for each in shown],
        [each.weight for each in shown],
        [Z_95 * each.deviation for each in shown],
        f"what was learned for {found.stage}: {found.decisions} candidates of {found.songs} songs",
        "logits for one standard deviation more than the song's first candidates",
        ink,
    )
