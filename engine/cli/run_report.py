"""``engine run``: what a run did."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next

app = typer.Typer(help="What a run did.", no_args_is_help=True)


@app.callback()
def run() -> None:
    """What a run did."""


@app.command()
def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    as_json: Json = False,
) -> None:
    """Draw whether a search stayed with the music: total, judge, terms, diversity, features."""
    from engine.reports.pictures import draw_report
    from engine.reports.run_report import report_of, report_path

    with open_studio(context) as studio:
        found = report_of(studio, run)
        picture = report_path(studio, found)
    draw_report(picture, found)
    if as_json:
        say_json(found.to_json() | {"picture": str(picture)})
        return
    say(f"{found.title} — {found.stage} for {found.section}, run {found.run}")
    for sentence in found.sentences:
        say(sentence)
    say(f"to see: {picture}")
    say_next(next_command(context, f"review --song {found.song}"))
