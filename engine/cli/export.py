"""``engine export``: the approved parts as files."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next


def export(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """Write the approved parts that are missing from the exports folder."""
    from engine.gate.exports import export_song

    with open_studio(context) as studio:
        songs = [studio.song(song)] if song else list(studio.songs().values())
        done = [item for state in songs for item in export_song(studio, state)]
    if as_json:
        say_json([{"path": str(item.path), "outcome": item.outcome} for item in done])
        return
    for item in done:
        say(f"{item.path} {item.outcome}")
    if not done:
        say("nothing is approved yet")
        say_next(next_command(context, "review"))
