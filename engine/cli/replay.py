"""``engine replay``: a run rebuilt from the log, and verified."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.options import WithTerms
from engine.cli.output import Json, say, say_json, say_next

if TYPE_CHECKING:
    from engine.runs.replay import Verification

DIFFERS = 1


def replay(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Breed, select and score it all again.")
    ] = False,
    terms: WithTerms = False,
    as_json: Json = False,
) -> int:
    """Rebuild all state from the log and show the run as it was; prove it with --verify."""
    from engine.cli.runs import write_and_say
    from engine.reports.summary import summarise
    from engine.runs.replay import verify_run

    with open_studio(context) as studio:
        studio.rebuild()
        if verify:
            found = verify_run(studio, run)
            if as_json:
                say_json(asdict(found) | {"holds": found.holds})
            else:
                _say_verification(found)
            return 0 if found.holds else DIFFERS
        summary = summarise(studio, run)
        write_and_say(context, studio, summary, terms=terms, as_json=as_json)
        if as_json:
            say_json(summary.to_json())
        else:
            say_next(next_command(context, f"replay {summary.run} --verify"))
        return 0


def _say_verification(found: Verification) -> None:
    if found.made_by:
        say(f"run {found.run} was made by {found.made_by}: not re-executable here")
        return
    for difference in found.differences:
        say(f"differs: {difference}")
    verdict = "bit for bit" if found.holds else "and it differs"
    say(f"variation and selection: {found.generations} generations re-executed, {verdict}")
    largest = f"largest difference {found.largest_difference:.1e}"
    say(f"scores: {found.rescored} candidates scored again, {largest}")
    if found.holds:
        say(f"run {found.run} is verified" if found.finished_again else "the run is not finished")
