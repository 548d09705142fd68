"""``engine log``, ``verify`` and ``doctor``: the log and its health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.state.studio import Studio

BROKEN = 1

MAX_NUMBER = 2**63 - 1


def log(
    context: typer.Context,
    stream: Annotated[
        str | None, typer.Option(help="Only this, such as song/ID or run/ID.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of event.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only events after this position.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest ones.")] = 50,
    as_json: Json = False,
) -> None:
    """List events, oldest first."""
    from collections import deque

    import msgspec

    with open_studio(context) as studio:
        matching = (
            event
            for event in studio.log.read(after=min(after, MAX_NUMBER), stream=stream)
            if kind in {None, event.kind}
        )
        latest = deque(matching, maxlen=min(limit, MAX_NUMBER))
    if as_json:
        say_json([msgspec.to_builtins(event) for event in latest])
        return
    columns = ("position", "recorded at", "stream", "kind", "by", "hash")
    rows = [
        [str(e.position), e.recorded_at[:19], e.stream, e.kind, e.actor, e.hash[:10]]
        for e in latest
    ]
    say_table(columns, rows)


def verify(context: typer.Context, as_json: Json = False) -> int:
    """Check the hash chain, the order and the HEAD file, and name every bad event."""
    with open_studio(context) as studio:
        problems = studio.log.verify()
        head = studio.log.head()
    if as_json:
        said = [str(problem) for problem in problems]
        say_json({"events": head.position, "hash": head.hash, "problems": said})
    elif problems:
        for problem in problems:
            say(str(problem))
        say(f"{len(problems)} problems in {head.position} events")
    else:
        say(f"{head.position} events, chain and HEAD are sound, hash {head.hash[:16]}")
    return BROKEN if problems else 0


def doctor(context: typer.Context) -> int:
    """Check the studio: the log, the state, and whether every term of the fitness decides."""
    with open_studio(context) as studio:
        findings = [str(problem) for problem in studio.log.verify()]
        findings += [*_state_findings(studio), *_model_findings(studio)]
        warnings = [*_flat_terms(studio), *_strict_gates(studio)]
        unfinished = [run for run, state in studio.runs().items() if state.status == "unfinished"]
    for finding in findings:
        say(f"problem: {finding}")
    for warning in warnings:
        say(f"warning: {warning}")
    for run in unfinished:
        say(f"unfinished: run {run}")
        say_next(next_command(context, f"resume {run}"))
    say(f"{len(findings)} problems" if findings else "all is well")
    return BROKEN if findings else 0


def _state_findings(studio: Studio) -> list[str]:
    """Whether the state kept is the state that the log gives."""
    kept = (studio.all_songs(), studio.runs(), studio.models())
    studio.rebuild()
    same = kept == (studio.all_songs(), studio.runs(), studio.models())
    return [] if same else ["the state kept differed from the log; it has been rebuilt"]


def _model_findings(studio: Studio) -> list[str]:
    """Whether the model that runs use can be run."""
    from engine.errors import EngineError
    from engine.models.promotion import promoted_path

    try:
        promoted_path(studio)
    except EngineError as error:
        return [f"the promoted model: {error}"]
    return []


def _flat_terms(studio: Studio) -> list[str]:
    from engine.cli.summary import FLAT_SPREAD
    from engine.state.runs import run_of
    from store.events import RunFinished

    return [
        f"run {run_of(event.stream)}: {term} did not vary in the first pool"
        for event in studio.log.read()
        if isinstance(event.payload, RunFinished)
        for term, spread in event.payload.first_pool.spread.items()
        if spread < FLAT_SPREAD
    ]


def _strict_gates(studio: Studio) -> list[str]:
    from engine.reports.readings import gate_warning

    return [
        f"run {run}: {warning}"
        for run, made in studio.runs().items()
        if (warning := gate_warning(made.passed, made.scored))
    ]
