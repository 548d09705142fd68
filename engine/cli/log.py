"""``engine log``, ``verify`` and ``doctor``: the log and its health."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

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
        found = studio.log.examine()
    problems, head = found.problems, found.end
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
    """Check everything in the studio, say what is found, and mend what can be.

    That is the database, the log, the state, models, exports, files left by commands that were
    killed, runs, and whether every term of the fitness decides.
    """
    from engine.doctor.checks import examine
    from engine.doctor.findings import PROBLEM

    problems = 0
    with open_studio(context) as studio:
        for finding in examine(studio):
            say(f"{finding.kind}: {finding.text}")
            if finding.command:
                say_next(next_command(context, finding.command))
            problems += finding.kind == PROBLEM
    say(f"{problems} problems" if problems else "all is well")
    return BROKEN if problems else 0
