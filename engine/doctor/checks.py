"""The doctor's checks of the log, the state and the runs; and all its checks, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.doctor import files
from engine.doctor.findings import MENDED, PROBLEM, UNFINISHED, WARNING, Finding
from engine.doctor.leftovers import remove_leftovers
from engine.errors import EngineError
from engine.reports.readings import flat_terms, gate_warning
from engine.runs.together import ended, remove_made
from engine.state.location import Location
from engine.state.places import misplaced
from engine.state.runs import RUNNING, run_of
from engine.state.studio import Studio
from fitness.errors import FitnessError
from store.errors import StoreError
from store.events import RunFinished
from store.schema import put_triggers_back, schema_problems

Check = Callable[[Studio], Iterator[Finding]]


def examine(studio: Studio) -> Iterator[Finding]:
    """Make every check of a studio; each finding is given as soon as it is found.

    A check that can't be made is a finding, and the others are made all the same.
    """
    said: set[str] = set()
    for check in CHECKS:
        for finding in _told(check, studio):
            if finding.text not in said:
                said.add(finding.text)
                yield finding


def _told(check: Check, studio: Studio) -> Iterator[Finding]:
    try:
        yield from check(studio)
    except (StoreError, EngineError, FitnessError, OSError) as error:
        yield Finding(PROBLEM, " ".join(str(error).split()))
    except (ValueError, TypeError, LookupError) as error:  # notes that are none, for example
        what = " ".join(str(error).split())
        yield Finding(PROBLEM, f"an event holds what can't be read as music: {what}")


def _database(studio: Studio) -> Iterator[Finding]:
    """Whether the database is whole, and still refuses to change events."""
    for line in studio.log.database.damage():
        yield Finding(PROBLEM, f"the database is damaged: {line}")
    problems = schema_problems(studio.log.database)
    if any(problem.startswith("the trigger") for problem in problems):
        put_triggers_back(studio.log.database)
    for problem in problems:
        is_trigger = problem.startswith("the trigger")
        yield Finding(PROBLEM, f"{problem}; it is put back" if is_trigger else problem)


def _log(studio: Studio) -> Iterator[Finding]:
    """Whether the chain is whole, every event is where it belongs, and every term decided."""
    for problem in studio.log.verify():
        is_accepted = "head row" in problem.what or "HEAD" in problem.what
        yield Finding(PROBLEM, str(problem), "restore --accept" if is_accepted else "")
    for event in studio.log.read():
        place = misplaced(event)
        if place:
            yield Finding(PROBLEM, place)
        if isinstance(event.payload, RunFinished):
            for term in flat_terms(event.payload.first_pool):
                run = run_of(event.stream)
                yield Finding(WARNING, f"run {run}: {term} did not vary in the first pool")


def _state(studio: Studio) -> Iterator[Finding]:
    """Whether the state kept is the state that the log gives."""
    found = studio.differences()
    if found:
        studio.rebuild()
    for difference in found:
        yield Finding(MENDED, f"the state kept: {difference}; it is made again from the log")


def _leftovers(studio: Studio) -> Iterator[Finding]:
    for path in (
        *remove_leftovers(studio.folder, Location(studio.folder).log),
        *remove_made(studio),
    ):
        inside = path.is_relative_to(studio.folder)
        name = path.relative_to(studio.folder) if inside else path.name
        yield Finding(MENDED, f"{name} was left by a command that was killed; it is removed")


def _runs(studio: Studio) -> Iterator[Finding]:
    """Runs that were interrupted, and runs of which few candidates were music to the model."""
    for run, made in studio.runs().items():
        if warning := gate_warning(made.passed, made.scored):
            yield Finding(WARNING, f"run {run}: {warning}")
    for run, made in studio.runs().items():
        if made.status == RUNNING:
            yield Finding(UNFINISHED, f"run {run}", f"resume {run}")
    for _, begun in ended(studio):
        if begun is not None:
            yield Finding(UNFINISHED, "an evolve of several sections", f"resume {begun}")


CHECKS: tuple[Check, ...] = (
    _database,
    _log,
    _state,
    files.models,
    files.heads,
    files.exports,
    files.of_runs,
    files.signed,
    _leftovers,
    _runs,
)
