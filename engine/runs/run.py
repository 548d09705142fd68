"""A run: one evolution of one stage, rebuilt from its recorded events and continued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evolution.behaviour import Archive, axes_of, measured, places
from engine.evolution.breeding import Breeder, Child, ask
from engine.evolution.niches import best_first, niches, select_population
from engine.evolution.pool import Individual, Pool
from engine.evolution.settings import Settings
from engine.evolution.survivors import (
    TOTAL,
    FirstPoolFacts,
    choose_survivors,
    first_pool_facts,
    mutual_distances,
)
from engine.evolution.watch import ELITE, Fall, find_fall, stands_still
from engine.runs.contexts import given_texts, run_inputs, song_colour
from engine.stages import Stage, find_stage
from fitness.fusion import FusionModel
from fitness.judge.judge import shipped_judge
from fitness.preference.head import PreferenceHead
from fitness.total import Fitness, Score, outside_shares, role_features
from genomes import Context, Part
from store import events

# So that a judgement is the same on every computer, but for the last of these.
JUDGED_DECIMALS = 6

MAPPED_AT_ONCE = 1024  # of a run that goes on: all its parts at once would be gigabytes


class Generation(NamedTuple):
    """The event of a generation, and the individuals that it adds to the pool."""

    event: events.GenerationScored
    newcomers: list[Individual]


class Run:
    """A run: its inputs, and the pool of all individuals scored so far.

    It knows no log: ``next_event`` says what comes next, and ``apply`` takes it for done. So it can
    be carried on wherever its events are, and recorded somewhere else.

    Attributes:
        id: its id.
        started: its first event.
        version: number of events of its stream that it was built from.
        pool: all scored individuals.
        is_finished: whether its last event was applied.
    """

    def __init__(
        self,
        identifier: str,
        payloads: Sequence[events.Payload],
        read: Sequence[events.Payload],
        model: FusionModel | None,
        head: PreferenceHead | None = None,
    ) -> None:
        """Rebuild a run from its events.

        Args:
            identifier: its id.
            payloads: its stream, beginning with RunStarted.
            read: the events at the positions that it read, in this order.
            model: the model of the run; None if it has none.
            head: the preference head of the run; None if its totals are the shipped ones.
        """
        started = payloads[0]
        assert isinstance(started, events.RunStarted)  # noqa: S101 - the stream's first event
        self.id = identifier
        self.started = started
        self.version = len(payloads)
        self.is_finished = False
        self._next: Generation | None = None
        self.settings = Settings.from_payload(started.settings)
        self.stage: Stage = find_stage(started.stage)
        inputs = run_inputs(started, read, self.stage)
        self.context: Context = inputs.context
        self.genomes = inputs.genomes
        self._decided = inputs.decided
        self._like = inputs.like
        colour = song_colour(inputs.song)
        self._colour = colour.name
        # Of those that were in the elite: the judge's probabilities, and the share outside.
        self._judgements: dict[str, list[float]] = {}
        # Of the children of the newest generation, where they were scored here.
        self._features: dict[str, NDArray[np.float32]] = {}
        # Where those that were scored here lie on the axes of the archive, as bytes of float32: a
        # run may have a hundred thousand.
        self._axes = axes_of(self.stage.name, self.settings.axes)
        self._places: dict[str, bytes] = {}
        texts = given_texts(started, inputs)
        weights = self.settings.weights
        self.fitness = Fitness(self.stage.name, colour, weights, model, texts, head)
        self.pool = Pool(self.genomes)
        self.pool.apply_all(
            payload for payload in payloads if isinstance(payload, events.GenerationScored)
        )
        if head is not None and self.pool.generation is not None:
            first = self.pool.first()
            parts = [self.genomes.render(each.genome, self.context) for each in first]
            self.fitness.standardise(parts, [each.score.terms for each in first], self.context)

    @property
    def is_over(self) -> bool:
        """Whether all generations are recorded, or the run ends before the last of them."""
        is_last = self.next_generation > self.settings.generations
        return is_last or self.stands_still or self.fall is not None

    @property
    def stands_still(self) -> bool:
        """Whether its last generations gained so little that it ends, from what is recorded."""
        patience = self.settings.patience
        if not patience or self.pool.generation is None:
            return False
        return stands_still(self.pool.curve, patience, self.first_pool.spread[TOTAL])

    @property
    def fall(self) -> Fall | None:
        """The judge's fall that stops the run, from what is recorded; None while there is none."""
        return find_fall(self.pool.curve) if self.settings.watched else None

    @property
    def next_generation(self) -> int:
        """The next generation; more than ``settings.generations`` if all are recorded."""
        return 0 if self.pool.generation is None else self.pool.generation + 1

    @cached_property
    def first_pool(self) -> FirstPoolFacts:
        """Facts of the first pool, once it is recorded."""
        return first_pool_facts(self.pool.first(), self.genomes)

    def breed(self, generation: int) -> tuple[list[Child], int]:
        """The children of a generation, and the number of children that could not be bred."""
        of_niches = self._niches()
        return ask(self.breeder, of_niches, self.pool.scored, generation, self.pool.population)

    @cached_property
    def breeder(self) -> Breeder:
        """What its children are bred by."""
        return Breeder(
            self.stage.name,
            self.genomes,
            self.context,
            tuple(self.started.parents),
            self.settings,
            self.started.seed,
            lambda part: self.fitness.is_audible(part, self.context),
            self._is_as_like_as_wanted,
            lambda part: self.fitness.theory(part, self.context),
        )

    def _is_as_like_as_wanted(self, genome: Any) -> bool:
        wanted = self.started.likeness
        if wanted is None:
            return True
        return (self.genomes.distance(genome, self._like) <= wanted.radius) == wanted.within

    def _niches(self) -> list[list[Individual]]:
        if self.pool.generation is None:
            return []
        return niches(
            self.pool.population, self.settings, self.first_pool.median_distance, self.genomes
        )

    def next_event(self) -> events.GenerationScored | events.RunFinished:
        """What comes next: a generation, or the end; it isn't in the pool before ``apply``."""
        if self.is_over:
            return self.finish()
        self._next = self.evolve()
        return self._next.event

    def apply(self, event: events.GenerationScored | events.RunFinished) -> None:
        """Take an event for done: the generation is in the pool, or the run is finished."""
        self.version += 1
        if isinstance(event, events.RunFinished):
            self.is_finished = True
            return
        bred = self._next is not None and self._next.event is event
        self.pool.apply(event, self._next.newcomers if self._next and bred else None)
        self._next = None

    def evolve(self) -> Generation:
        """Breed, score and select the next generation; neither recorded nor in the pool yet."""
        children, discarded = self.breed(self.next_generation)
        scores, features = self.fitness.scored([child.part for child in children], self.context)
        self._place((child.id for child in children), places(self.stage.name, features, self._axes))
        self._features = {child.id: row for child, row in zip(children, features, strict=True)}
        return self.generation(children, scores, discarded)

    def generation(
        self, children: Sequence[Child], scores: Sequence[Score], discarded: int
    ) -> Generation:
        """The next generation from its children and their scores."""
        generation = self.next_generation
        newcomers = [
            Individual(child.id, child.genome, score, generation)
            for child, score in zip(children, scores, strict=True)
        ]
        population = self._select(newcomers)
        # The event takes kilobytes for each newcomer besides.
        self.pool.pack_all_but((each.id for each in population), newcomers)
        elite = best_first(population)[:ELITE]
        judged, reality = self.judged(elite) if elite else (None, None)
        event = events.GenerationScored(
            generation=generation,
            offspring=[_offspring(*pair) for pair in zip(children, scores, strict=True)],
            population=[individual.id for individual in population],
            discarded=discarded,
            judged=judged,
            reality=reality,
        )
        return Generation(event, newcomers)

    def judged(self, elite: Sequence[Individual]) -> tuple[float, events.Reality]:
        """How some are judged: as music of the song's colour, and whether they are music at all."""
        unknown = [each for each in elite if each.id not in self._judgements]
        parts = [self.genomes.render(each.genome, self.context) for each in unknown]
        found = shipped_judge().probabilities(
            self.stage.name, parts, self.context.meter, self._colour
        )
        outside = outside_shares(self.stage.name, self._features_of(unknown, parts), self.context)
        rows = np.column_stack((found, outside)).tolist()
        self._judgements |= zip((each.id for each in unknown), rows, strict=True)
        table = np.array([self._judgements[each.id] for each in elite])
        colour, music, out = table.mean(axis=0).round(JUDGED_DECIMALS).tolist()
        _, of_music, of_out = table.std(axis=0).round(JUDGED_DECIMALS).tolist()
        reality = events.Reality(
            music=music, music_deviation=of_music, outside=out, outside_deviation=of_out
        )
        return colour, reality

    def _features_of(
        self, individuals: Sequence[Individual], parts: Sequence[Part]
    ) -> NDArray[np.float32]:
        """Their ``role_features``, measured again only where they weren't scored just now."""
        if individuals and all(each.id in self._features for each in individuals):
            return np.stack([self._features[each.id] for each in individuals])
        return role_features(self.stage.name, parts, self.context)

    def _select(self, newcomers: list[Individual]) -> list[Individual]:
        if self.pool.generation is None:
            return newcomers
        return select_population(
            self.pool.population,
            newcomers,
            self.settings,
            self.first_pool.median_distance,
            self.genomes,
        )

    def finish(self) -> events.RunFinished:
        """The last event of the run: its survivors, and statistics of the first pool.

        Where the judge's fall ended the run, the survivors are of the generations up to its peak,
        and of as many later ones as it takes to find all that are to be shown.
        """
        fall = self.fall
        chosen = self._survivors(None if fall is None else fall.peak)
        worst = min(chosen, key=lambda i: i.rank_key) if chosen else None
        already_decided = {
            candidate: status
            for candidate, status in sorted(self._decided.items())
            if candidate in self.pool.scored
            and (worst is None or self.pool.scored[candidate].rank_key >= worst.rank_key)
        }
        facts = self.first_pool
        return events.RunFinished(
            song_id=self.started.song_id,
            stage=self.stage.name,
            section=self.started.section,
            context_position=self.started.positions_read[0],
            survivors=[self.survivor(individual) for individual in chosen],
            already_decided=already_decided,
            first_pool=events.FirstPool(
                spread=facts.spread,
                median_distance=facts.median_distance,
                total_p95=facts.total_p95,
            ),
            curve=list(self.pool.curve),
            distances=mutual_distances(chosen, self.genomes).tolist(),
            stopped_for=None if fall is None else fall.peak,
        )

    def _survivors(self, peak: int | None) -> list[Individual]:
        cells = self.archive().cells
        newest = self.next_generation - 1
        chosen: list[Individual] = []
        for last in range(newest if peak is None else peak, newest + 1):
            chosen = choose_survivors(
                [each for each in self.pool.scored.values() if each.generation <= last],
                self.settings.keep,
                self.first_pool,
                self._decided,
                self.genomes,
                cells,
                None if self.started.head_sha256 is None else self.doubts,
            )
            if len(chosen) == self.settings.keep:
                break
        return chosen

    def doubts(self, individuals: Sequence[Individual]) -> list[float]:
        """How unsure the run's head is of each."""
        parts = [self.genomes.render(each.genome, self.context) for each in individuals]
        return self.fitness.doubts(parts, [each.score.terms for each in individuals], self.context)

    def archive(self) -> Archive:
        """The map of everything scored so far, by the axes of its settings."""
        unknown = [each for each in self.pool.scored.values() if each.id not in self._places]
        for start in range(0, len(unknown), MAPPED_AT_ONCE):
            some = unknown[start : start + MAPPED_AT_ONCE]
            parts = [self.genomes.render(each.genome, self.context) for each in some]
            self._place(
                (each.id for each in some),
                measured(self.stage.name, parts, self.context, self._axes),
            )
        scored = list(self.pool.scored.values())
        data = b"".join(self._places[each.id] for each in scored)
        values = np.frombuffer(data, dtype=np.float32).reshape(len(scored), -1)
        return Archive.of(scored, self._axes, values)

    def _place(self, ids: Iterable[str], values: NDArray[np.float32]) -> None:
        self._places |= zip(ids, (row.tobytes() for row in values), strict=True)

    def survivor(self, individual: Individual) -> events.Survivor:
        """One of its individuals as a candidate, with its notes and the model's prediction."""
        part = self.genomes.render(individual.genome, self.context)
        return events.Survivor(
            id=individual.id,
            genome=individual.genome.to_payload(),
            part=part.to_payload(),
            terms=dict(individual.score.terms),
            total=individual.total,
            description=self.genomes.describe(individual.genome, self.context),
            heard=self._prediction(part, individual.score),
        )

    def _prediction(self, part: Part, score: Score) -> events.Heard | None:
        """The model's prediction for a part; ``passes`` is taken from its score."""
        reading = self.fitness.predict(part, self.context)
        if reading is None:
            return None
        return events.Heard(modes=reading.modes, colour=reading.colour, passes=score.passes)


def _offspring(child: Child, score: Score) -> events.Offspring:
    return events.Offspring(
        id=child.id,
        genome=child.genome.to_payload(),
        parents=list(child.parents),
        operator=child.operator,
        terms=dict(score.terms),
        total=score.total,
        passes=score.passes,
    )
