"""``engine import``: a part made by hand joins the song."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import open_studio
from engine.cli.output import Json, say


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="MIDI file with the part.")],
    song: Annotated[str, typer.Option(help="Id of the song, or its beginning.")],
    stage: Annotated[str, typer.Option(help="What it is: chords, drums, bass ...")],
    label: Annotated[str, typer.Option(help="Its section, and what to call it.")],
    parent: Annotated[
        str | None, typer.Option(help="Id of the approved candidate that it stands on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in a part that you made, as approved."""
    from engine.cli.gate import update_and_say
    from engine.errors import refusing
    from engine.gate.imports import import_part, read_played

    with open_studio(context) as studio:
        state = studio.song(song)
        played = read_played(file, state)
        with refusing():
            approved = import_part(studio, state.song_id, played, stage, label, parent)
        if not as_json:
            for warning in played.warnings:
                say(f"note: {warning}")
        update_and_say(context, studio, approved, as_json=as_json)
