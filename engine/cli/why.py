"""``engine why``: why a candidate is as it is, and why it was shown."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.gate import Candidate, OfSong
from engine.cli.opening import next_command, open_studio, record_shown
from engine.cli.output import Json, say, say_json, say_next


def why(
    context: typer.Context,
    candidate: Candidate,
    bar: Annotated[
        int | None, typer.Option("--bar", metavar="N", help="All changes of one bar, from 1.")
    ] = None,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Say why a candidate is as it is: its scores beside its run's, its ancestors, the decisions.

    Bar by bar it names the operator and the ancestor that the notes came from.
    """
    from engine.gate.decisions import find_entry
    from engine.ids import short
    from engine.reports import why as reasons

    with open_studio(context) as studio:
        entry = find_entry(studio, candidate, song)
        found = reasons.why(studio, entry)
        told = reasons.lines(found) if bar is None else reasons.bar_lines(found, bar)
        record_shown(studio, [entry], "why", as_json=as_json)
        if as_json:
            say_json(found.to_json() if bar is None else found.to_json() | {"words": told})
            return
        state = entry.state
        title = f"{entry.song.title} — {state.stage} for {state.section.label}"
        say(f"{short(entry.id)}: {title}, run {state.run}")
        for line in told:
            say(line)
        say_next(next_command(context, f"map {state.run}"))
