"""The report of a run: whether its search stayed with the music, generation by generation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import Refused
from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from engine.evolution.watch import ELITE, Fall, find_fall, smoothed
from engine.runs.contexts import section_of
from engine.runs.lifecycle import rebuilt, recorded_run
from engine.runs.run import Run
from engine.state.studio import Studio
from genomes.stage import StageGenomes
from store import events

PICTURE_NAME = "report.png"
RENDERER = "renderer"

# A difference of the judge's running mean below this is within its noise.
NOISE = 0.03


@dataclass(frozen=True, slots=True)
class GenerationFacts:
    """One generation; all but the diversity are means over its elite.

    Attributes:
        generation: its number.
        total: of the scores.
        judged: the judge's probability that it is music of the song's colour, 0 to 1.
        reality: whether it is music at all, as the watch sees it.
        terms: of the scores, by name, each 0 to 1.
        diversity: Vendi score of the population, from 1, all alike, to its size.
        outside: share of the plain features outside the bands of real music, 0 to 1.
    """

    generation: int
    total: float
    judged: float
    reality: events.Reality
    terms: dict[str, float]
    diversity: float
    outside: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run, as its events tell it.

    Attributes:
        run: its id.
        song: id of its song.
        title: of its song.
        stage: its stage.
        section: label of its section.
        colour: of its song.
        generations: in order, at least one.
        fall: the fall that ended it, or would have if it had been watched.
        is_stopped: whether that fall ended it.
    """

    run: str
    song: str
    title: str
    stage: str
    section: str
    colour: str
    generations: tuple[GenerationFacts, ...]
    fall: Fall | None
    is_stopped: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"sentences": self.sentences}

    @property
    def sentences(self) -> list[str]:
        """What the curves show, for people."""
        first, last = self.generations[0], self.generations[-1]
        totals = f"from {first.total:.3f} to {last.total:.3f} in {last.generation} generations"
        diversity = f"from {first.diversity:.1f} to {last.diversity:.1f} different candidates"
        outside = f"{first.outside:.0%} of them at first and {last.outside:.0%} at the end"
        return [
            f"The total of the best {ELITE} went {totals}.",
            self._of_judge(),
            f"Diversity (Vendi score) went {diversity}.",
            f"Plain features of the best that lie outside what real music does: {outside}.",
        ]

    def _of_judge(self) -> str:
        if self.is_stopped and self.fall is not None:
            return f"The run was {self.fall.sentence}."
        judged = smoothed([each.judged for each in self.generations])
        first, peak, last = judged[0], judged.max(), judged[-1]
        at = self.generations[int(judged.argmax())].generation
        if self.fall is not None:
            return f"Nothing stopped the run, which the watch would have {self.fall.sentence}."
        if peak - last > NOISE:
            return (
                f"The judge, which is no part of the total, went from {first:.0%} to {peak:.0%} at "
                f"generation {at}, and ended at {last:.0%}: the last generations gained nothing."
            )
        return (
            f"The judge, which is no part of the total, went from {first:.0%} to {last:.0%}: the "
            "search stayed with the music."
        )


def report_of(studio: Studio, prefix: str) -> RunReport:
    """The report of a run, finished or not.

    Raises:
        NotFound: if there is none.
        Refused: if nothing of it is scored yet, or its genomes would give other notes today.
    """
    identifier, _ = studio.run(prefix)
    recorded = recorded_run(studio, identifier)
    run = rebuilt(studio, identifier, recorded[:1])
    made, now = run.started.versions.get(RENDERER), run.genomes.renderer_version
    if made != now:
        raise Refused(
            f"run {identifier} was made with renderer {made} of {run.stage.name}, this is {now}",
            "report on a later run, see engine runs",
        )
    payloads = [each.payload for each in recorded]
    generations = tuple(
        _facts(run, each) for each in payloads if isinstance(each, events.GenerationScored)
    )
    if not generations:
        raise Refused(f"run {identifier} has scored nothing yet", f"run engine resume {identifier}")
    song = studio.event(run.started.positions_read[0]).payload
    assert isinstance(song, events.SongProposed)  # noqa: S101 - what every run reads first
    return RunReport(
        run=identifier,
        song=run.started.song_id,
        title=song.title,
        stage=run.stage.name,
        section=section_of(run.started.section).label,
        colour=song.colour,
        generations=generations,
        fall=find_fall(_curve(generations)),
        is_stopped=any(
            isinstance(each, events.RunFinished) and each.stopped_for is not None
            for each in payloads
        ),
    )


def report_path(studio: Studio, report: RunReport) -> Path:
    """Where the picture of a report lies: beside the run's other files."""
    return studio.exports / report.song / report.stage / "runs" / report.run / PICTURE_NAME


def vendi_score(similarities: NDArray[np.float64]) -> float:
    """The effective number of different things: the exponential of the eigenvalues' entropy.

    Friedman and Dieng, "The Vendi Score: A Diversity Evaluation Metric for Machine Learning"
    (2023): ``exp(-sum(l * log(l)))`` over the eigenvalues ``l`` of ``K / n``.

    Args:
        similarities: ``K``, ``(n, n)`` symmetric, 1 on the diagonal. Eigenvalues below 0, which a
            kernel would not have, count as 0.

    Returns:
        1, all alike, to n, all different; 0 of nothing.
    """
    if not len(similarities):
        return 0.0
    eigenvalues = np.maximum(0, np.linalg.eigvalsh(similarities / len(similarities)))
    shares = eigenvalues[eigenvalues > 0] / eigenvalues.sum()
    return math.exp(-float(shares @ np.log(shares)))


def _facts(run: Run, event: events.GenerationScored) -> GenerationFacts:
    """Apply one generation to a run, and measure it."""
    run.pool.apply(event)
    elite = best_first(run.pool.population)[:ELITE]
    judged, reality = event.judged, event.reality
    if judged is None or reality is None:
        judged, reality = run.judged(elite)
    names = [name for name in elite[0].score.terms if "." not in name]
    return GenerationFacts(
        generation=event.generation,
        total=float(np.mean([each.total for each in elite])),
        judged=judged,
        reality=reality,
        terms={name: float(np.mean([i.score.terms[name] for i in elite])) for name in names},
        diversity=_diversity(run.pool.population, run.genomes),
        outside=reality.outside,
    )


def _diversity(population: Sequence[Individual], genomes: StageGenomes[Any]) -> float:
    every = [each.genome for each in population]
    return vendi_score(1 - genomes.distances(every, every))


def _curve(generations: Sequence[GenerationFacts]) -> list[events.CurvePoint]:
    return [
        events.CurvePoint(
            generation=each.generation,
            best=each.total,
            median=each.total,
            elite=each.total,
            judged=each.judged,
            reality=each.reality,
        )
        for each in generations
    ]
