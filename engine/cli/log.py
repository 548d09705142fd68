"""``engine log``, ``verify`` and ``doctor``: the log and its health."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

BROKEN = 1

app = typer.Typer(help="List events; write the whole log as lines of JSON, and read it.")

MAX_NUMBER = 2**63 - 1


@app.callback(invoke_without_command=True)
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
    """List events, oldest first; or write the whole log as lines of JSON, and read it."""
    if context.invoked_subcommand is not None:
        return

    import msgspec

    with open_studio(context) as studio:
        kinds = None if kind is None else {kind}
        latest = studio.log.latest(min(limit, MAX_NUMBER), min(after, MAX_NUMBER), stream, kinds)
    if as_json:
        say_json([msgspec.to_builtins(event) for event in latest])
        return
    columns = ("position", "recorded at", "stream", "kind", "by", "hash")
    rows = [
        [str(e.position), e.recorded_at[:19], e.stream, e.kind, e.actor, e.hash[:10]]
        for e in latest
    ]
    say_table(columns, rows)


@app.command("export")
def export_log(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, such as tide.jsonl.")],
) -> None:
    """Write the whole log as lines of JSON, with its chain of hashes."""
    from engine.errors import Refused
    from engine.state.files import write_lines
    from store.transfer import exported

    if file.exists():
        raise Refused(f"{file} is there already", "name another file by engine log export FILE")
    with open_studio(context) as studio:
        lines = write_lines(file, exported(studio.log))
    say(f"{file}: {lines - 2} events")


@app.command("import")
def import_log(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that log export wrote.")],
) -> None:
    """Add the events of such a file that the log doesn't have; refuse it if it doesn't verify."""
    from engine.errors import Refused
    from store.errors import LogCorrupt
    from store.transfer import imported

    with open_studio(context, make=True) as studio:
        try:
            with file.open(encoding="utf-8") as lines:
                added = imported(studio.log, lines)
        except (LogCorrupt, UnicodeError) as error:
            raise Refused(f"{file}: {error}", "nothing of it was taken in") from error
    say(f"{added} events added")
    say_next(next_command(context, "verify"))


def verify(
    context: typer.Context,
    against: Annotated[
        Path | None,
        typer.Option(help="An exported file, a signature or a copy of HEAD that names a hash."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Check the hash chain, the order, the HEAD file and signatures, and name every bad event."""
    from engine.backups.against import compare_with
    from engine.backups.signing import signature_problems

    with open_studio(context) as studio:
        studio.warns_of_head = False
        found = studio.log.examine()
        problems = [*map(str, found.problems), *signature_problems(studio)]
        compared = None if against is None else compare_with(studio, against)
    head = found.end
    if compared is not None and compared.problem:
        problems.append(compared.problem)
    if as_json:
        say_json({"events": head.position, "hash": head.hash, "problems": problems})
    elif problems:
        for problem in problems:
            say(problem)
        say(f"{len(problems)} problems in {head.position} events")
    else:
        say(f"{head.position} events, chain and HEAD are sound, hash {head.hash[:16]}")
        if compared is not None:
            say(f"event {compared.position} and all before are as {against} has them")
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
        studio.warns_of_head = False
        for finding in examine(studio):
            say(f"{finding.kind}: {finding.text}")
            if finding.command:
                say_next(next_command(context, finding.command))
            problems += finding.kind == PROBLEM
    say(f"{problems} problems" if problems else "all is well")
    return BROKEN if problems else 0
