"""``engine import`` and ``engine export``: parts as MIDI files, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="MIDI file with the part.")],
    song: Annotated[str, typer.Option(help="Its id, its title, or words of the title.")],
    stage: Annotated[str, typer.Option(help="What it is: chords, drums, bass ...")],
    label: Annotated[str, typer.Option(help="Its section, and what to call it.")],
    parent: Annotated[
        str | None,
        typer.Option(help="Id of the candidate that it stands on [default: what is in use]."),
    ] = None,
    from_bar: Annotated[
        int, typer.Option(min=1, help="Take the file from this bar on, as the DAW counts them.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Take in a part that you made, as approved."""
    from engine.cli.gate import update_and_say
    from engine.errors import refusing
    from engine.gate.imports import import_part
    from engine.gate.midi_parts import read_midi_part
    from engine.stages import find_stage

    with open_studio(context) as studio:
        state, kind = studio.song(song), find_stage(stage)
        played = read_midi_part(file, state, kind, from_bar)
        with refusing():
            approved = import_part(studio, state.song_id, played, kind, label, parent)
        if not as_json:
            for warning in played.warnings:
                say(f"note: {warning}")
        update_and_say(context, studio, approved, as_json=as_json)


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
