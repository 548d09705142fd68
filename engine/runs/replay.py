"""Verification: a run is bred, selected and scored again, and compared with the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from engine.errors import EngineError
from engine.evolution.breeding import Child
from engine.evolution.survivors import TOTAL
from engine.runs.lifecycle import changed_versions, load_as_started, recorded_run
from engine.runs.run import Run
from engine.state.studio import Studio
from fitness.total import Score
from store import events

RESCORE_TOLERANCE = 1e-5


@dataclass(slots=True)
class Verification:
    """The result of verifying a run.

    Attributes:
        run: id of the run.
        made_by: the versions that made it, if it can't be executed again by these; else empty.
        generations: number of generations that were bred and selected again, bit for bit.
        rescored: number of candidates that were scored again.
        largest_difference: largest difference of any term, total or probability from the logged
            one.
        finished_again: whether the same survivors were chosen again, bit for bit.
        differences: differences from the log, one line each.
    """

    run: str
    made_by: str = ""
    generations: int = 0
    rescored: int = 0
    largest_difference: float = 0.0
    finished_again: bool = False
    differences: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether there are no differences from the log."""
        return not self.differences


def verify_run(studio: Studio, prefix: str) -> Verification:
    """Breed and select again from the logged scores, score again, and compare with the log."""
    identifier, state = studio.run(prefix)
    made_by = changed_versions(state.stage, state.versions)
    found = Verification(identifier, made_by)
    if made_by:
        return found
    run = load_as_started(studio, identifier)
    for recorded in recorded_run(studio, identifier):
        event = recorded.payload
        if isinstance(event, events.GenerationScored):
            found.differences += _check_generation(run, event, found)
            if found.differences:
                break
            run.pool.apply(event)
        elif isinstance(event, events.RunFinished):
            found.differences += _check_end(run, event, found)
            found.finished_again = not found.differences
    return found


def _check_end(run: Run, event: events.RunFinished, found: Verification) -> Iterator[str]:
    """Differences between the end of the run, computed again, and the log."""
    if not run.is_over:
        last = run.next_generation - 1
        yield f"the end of the run: after generation {last} of {run.settings.generations}"
        return
    again = run.finish()
    chosen, logged = _without_model_output(again), _without_model_output(event)
    for name in event.__struct_fields__:
        if getattr(chosen, name) != getattr(logged, name):
            yield f"the end of the run: other {name.replace('_', ' ')}"
    for now, then in zip(again.survivors, event.survivors, strict=False):
        difference = _difference(_probabilities(now.heard), _probabilities(then.heard))
        found.largest_difference = max(found.largest_difference, difference)
        if difference > RESCORE_TOLERANCE:
            yield f"the end of the run: survivor {now.id} is heard otherwise (by {difference:.2g})"


def _without_model_output(finished: events.RunFinished) -> events.RunFinished:
    """The event without the model's numbers, which may differ within the tolerance."""
    survivors = [msgspec.structs.replace(each, heard=None) for each in finished.survivors]
    return msgspec.structs.replace(finished, survivors=survivors)


def _probabilities(heard: events.Heard | None) -> dict[str, float]:
    if heard is None:
        return {}
    groups = {**heard.modes, "colour": heard.colour or {}}
    named = {f"{group}.{name}": p for group, values in groups.items() for name, p in values.items()}
    return named | {"passes": float(heard.passes)}


def _check_generation(
    run: Run, event: events.GenerationScored, found: Verification
) -> Iterator[str]:
    """Differences between a generation, computed again, and the log."""
    name = f"generation {event.generation}"
    if run.fall is not None:
        yield f"{name}: expected the end, for the run was {run.fall.sentence}"
        return
    if run.stands_still:
        yield f"{name}: expected the end, for the generations before gained little"
        return
    if not event.generation == run.next_generation <= run.settings.generations:
        yield f"{name}: expected generation {run.next_generation} of {run.settings.generations}"
        return
    children, discarded = run.breed(run.next_generation)
    if [child.id for child in children] != [offspring.id for offspring in event.offspring]:
        yield f"{name}: other candidates were bred"
        return
    scores = [Score(o.terms, o.total, o.passes) for o in event.offspring]
    again = run.generation(children, scores, discarded).event
    if again.offspring != event.offspring:
        yield f"{name}: the genomes, parents or operators differ"
    if again.population != event.population:
        yield f"{name}: another population was selected"
    if not _is_judged_alike(again.judged, event.judged):
        yield f"{name}: the judge says {again.judged}, the log says {event.judged}"
    if not _is_as_real(again.reality, event.reality):
        yield f"{name}: the watch sees {again.reality}, the log says {event.reality}"
    if again.discarded != event.discarded:
        yield f"{name}: {again.discarded} places stayed empty, the log says {event.discarded}"
    yield from _check_scores(run, name, children, scores, found)
    found.generations += 1


def _is_judged_alike(now: float | None, then: float | None) -> bool:
    if now is None or then is None:
        return now is then
    return abs(now - then) <= RESCORE_TOLERANCE


def _is_as_real(now: events.Reality | None, then: events.Reality | None) -> bool:
    if now is None or then is None:  # runs of earlier versions don't say
        return then is None
    return all(
        _is_judged_alike(getattr(now, name), getattr(then, name))
        for name in events.Reality.__struct_fields__
    )


def _check_scores(
    run: Run, name: str, children: Sequence[Child], logged: Sequence[Score], found: Verification
) -> Iterator[str]:
    fresh = run.fitness.score([child.part for child in children], run.context)
    for child, now, then in zip(children, fresh, logged, strict=True):
        difference = _difference({**now.terms, TOTAL: now.total}, {**then.terms, TOTAL: then.total})
        found.rescored += 1
        found.largest_difference = max(found.largest_difference, difference)
        if difference > RESCORE_TOLERANCE or now.passes != then.passes:
            yield f"{name}: candidate {child.id} scores otherwise (by {difference:.2g})"


def _difference(now: Mapping[str, float], then: Mapping[str, float]) -> float:
    """The largest absolute difference of two values; infinite if the names differ."""
    if set(now) != set(then):
        return float("inf")
    return max((abs(now[name] - then[name]) for name in now), default=0.0)


def require_holds(found: Verification) -> None:
    """Raise EngineError naming the first difference, if there is one."""
    if found.differences:
        raise EngineError(f"run {found.run} differs: {found.differences[0]}")
