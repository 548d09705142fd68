"""Finished and unfinished runs, read to be looked at: no model is loaded, nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Refused
from engine.ids import resolve
from engine.runs.lifecycle import rebuilt, recorded_run
from engine.runs.run import Run
from engine.state.studio import Studio
from genomes import Part
from store import events

RENDERER = "renderer"


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run with what its events say of everything that it scored.

    Attributes:
        run: the run; it has no model.
        offspring: what was bred, by id, in the order in which it was.
        finished: its last event; None if it isn't finished.
    """

    run: Run
    offspring: dict[str, events.Offspring]
    finished: events.RunFinished | None

    @property
    def survivors(self) -> list[str]:
        """Ids of its survivors, the best first."""
        return [each.id for each in self.finished.survivors] if self.finished else []

    def part(self, identifier: str) -> Part:
        """The notes of something that it scored."""
        individual = self.run.pool.scored[identifier]
        return self.run.genomes.render(individual.genome, self.run.context)

    def resolve(self, prefix: str) -> str:
        """The id of what it scored that begins so; NotFound or Ambiguous if there isn't one."""
        return resolve(prefix, self.offspring, "candidate", f"see engine map {self.run.id}")


def read_run(studio: Studio, prefix: str) -> RecordedRun:
    """A run from its events.

    Raises:
        NotFound: if there is none.
        Refused: if nothing of it is scored yet, or its genomes would give other notes today.
    """
    identifier, _ = studio.run(prefix)
    recorded = recorded_run(studio, identifier)
    run = rebuilt(studio, identifier, recorded)
    if not run.pool.scored:
        raise Refused(f"run {identifier} has scored nothing yet", f"run engine resume {identifier}")
    made, now = run.started.versions.get(RENDERER), run.genomes.renderer_version
    if made != now:
        raise Refused(
            f"run {identifier} was made with renderer {made} of {run.stage.name}, this is {now}: "
            "only its survivors have notes here",
            "see engine review --all",
        )
    payloads = [each.payload for each in recorded]
    offspring = {
        child.id: child
        for event in payloads
        if isinstance(event, events.GenerationScored)
        for child in event.offspring
    }
    last = payloads[-1]
    return RecordedRun(run, offspring, last if isinstance(last, events.RunFinished) else None)
