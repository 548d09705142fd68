"""``engine import`` and ``engine export``: parts as MIDI files in and out, and charts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.options import At
from engine.cli.output import Json, say, say_json, say_next, say_note

if TYPE_CHECKING:
    from engine.arrangement.files import Writer
    from engine.gate.exports import Export
    from engine.gate.waiting import Entry
    from engine.state.songs import Song
    from engine.state.studio import Studio


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
    from engine.cli.gate import say_known, update_and_say
    from engine.errors import refusing
    from engine.gate.imports import import_part, imported_before
    from engine.gate.midi_parts import read_midi_part
    from engine.stages import find_stage

    with open_studio(context) as studio:
        state, kind = studio.song(song), find_stage(stage)
        played = read_midi_part(file, state, kind, from_bar)
        with refusing():
            approved = imported_before(studio, state.song_id, played, kind, label, parent)
            if approved is None:
                approved = import_part(studio, state.song_id, played, kind, label, parent)
            elif not as_json:
                say_known()
        if not as_json:
            for warning in played.warnings:
                say(f"note: {warning}")
        update_and_say(context, studio, approved, as_json=as_json)


def export(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    chart: Annotated[
        bool, typer.Option("--chart", help="The song as ChordPro and as a lead sheet.")
    ] = False,
    lyrics: Annotated[bool, typer.Option("--lyrics", help="The song's words as text.")] = False,
    stems: Annotated[bool, typer.Option("--stems", help="A recording of each part.")] = False,
    audio: Annotated[str, typer.Option(help="Recordings as flac or wav.")] = "flac",
    at: At = None,
    as_json: Json = False,
) -> None:
    """Write the approved parts that are missing, and of the whole song what other people use."""
    from engine.gate.exports import are_new, export_song
    from engine.gate.waiting import present

    names = {"chart": chart, "lyrics": lyrics, "stems": stems}
    kinds = [kind for kind, wanted in names.items() if wanted]
    if at is not None:
        _export_as_of(context, song, at, kinds, as_json=as_json)
        return
    with open_studio(context) as studio:
        songs = [studio.song(song)] if song else list(studio.songs().values())
        writers = _writers(songs, kinds, audio) if kinds else []
        exported = [(state, export_song(studio, state)) for state in songs]
        exported += [
            (state, list(_of_whole_song(studio, state.song_id, its_writers)))
            for state, its_writers in writers
        ]
        done = [item for _, items in exported for item in items]
        changed = {state.song_id: state for state, items in exported if are_new(items)}
        for state in changed.values():
            present(studio, _approved(studio, state), "file", "export")
    if as_json:
        say_json([{"path": str(item.path), "outcome": item.outcome} for item in done])
        return
    for item in done:
        say(f"{item.path} {item.outcome}")
    if stems and done:
        _say_player()
    if not done:
        say("nothing is approved yet")
        say_next(next_command(context, "review"))


def _export_as_of(
    context: typer.Context, song: str | None, at: str, kinds: list[str], *, as_json: bool
) -> None:
    """Write a song's MIDI files as of a moment, beside those of today."""
    from engine.arrangement.as_of import export_as_of
    from engine.errors import Refused
    from engine.state.moments import position_of, song_as_of

    if song is None or kinds:
        raise Refused("--at writes the MIDI files of one song", "name it with --song, nothing else")
    with open_studio(context) as studio:
        state = studio.song(song)
        then = song_as_of(studio, state, position_of(studio, at, state))
        found = export_as_of(studio, state.song_id, then)
    if as_json:
        say_json([{"path": str(item.path), "outcome": item.outcome} for item in found.files])
        return
    for item in found.files:
        say(f"{item.path} {item.outcome}")
    if found.unarranged:
        say_note(f"its arrangement can't be made again: {found.unarranged}")
    if not found.files:
        say(f"nothing was approved at event {then.touched}")


def _approved(studio: Studio, song: Song) -> list[Entry]:
    """The parts of a song that have files: those that are approved."""
    from engine.gate.waiting import entries_of
    from engine.state.songs import APPROVED

    approved = [name for name, state in song.candidates.items() if state.status == APPROVED]
    return entries_of(studio, song.song_id, approved)


def _writers(
    songs: Sequence[Song], kinds: Sequence[str], audio: str
) -> list[tuple[Song, list[Writer]]]:
    from engine.arrangement.writers import export_writers

    return [(state, export_writers(state, kinds, audio)) for state in songs]


def _say_player() -> None:
    from engine.audio import player

    say(f"recordings played by {player()}")


def _of_whole_song(studio: Studio, song_id: str, writers: Sequence[Writer]) -> Sequence[Export]:
    """The files of a song's plan; none of a song of which nothing is approved."""
    from engine.arrangement.approved import approved_parts
    from engine.arrangement.arranging import arrange, current_plan

    song = studio.song(song_id)
    if not approved_parts(studio, song):
        return ()
    planned = current_plan(studio, song)
    return arrange(studio, studio.song(song_id), planned.plan, writers).files
