"""``engine status``: how far each song has come."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio, say_next_step
from engine.cli.output import Json, say, say_json, say_next, say_table

# Of more songs than these, those are shown that something happened to last; the rest are counted.
MOST_SONGS = 20

if TYPE_CHECKING:
    from engine.reports.progress import StageProgress
    from engine.state.runs import Run
    from engine.state.songs import Song
    from engine.state.studio import Studio


def status(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """Show per song and stage what is approved, what waits, what is stale, and what is next.

    In a studio of many songs these are the ones that something happened to last; --json has all.
    """
    from engine.cli.runs import stops_of
    from engine.reports.progress import to_json

    with open_studio(context) as studio:
        listed = [name for name, each in studio.listed().items() if not each.is_archived]
        if song:
            songs = [studio.song(song)]
        elif as_json or len(listed) <= MOST_SONGS:
            songs = list(studio.some_songs(listed).values())
        else:
            songs = _last_touched(studio)
        stops = {state.song_id: stops_of(_not_rejected(studio, state)) for state in songs}
    if as_json:
        say_json([to_json(state) | {"stopped": stops[state.song_id]} for state in songs])
        return
    for state in songs:
        _say_song(state)
        for stop in stops[state.song_id].values():
            say(stop)
        say_next_step(context, state)
    if not song and len(songs) < len(listed):
        say(f"\n{len(listed) - len(songs)} more songs; status --song NAME shows one of them")
        say_next(next_command(context, "songs list"))
    if not songs:
        say("no songs yet")
        say_next(next_command(context, "songs add FILE"))


def _last_touched(studio: Studio) -> list[Song]:
    """The songs that something happened to last, by id."""
    unarchived = (each for each in studio.touched_since(0) if not each.is_archived)
    return sorted(islice(unarchived, MOST_SONGS), key=lambda each: each.song_id)


def _not_rejected(studio: Studio, song: Song) -> dict[str, Run]:
    """The runs of a song of which a candidate waits for a decision or is approved."""
    from engine.state.songs import REJECTED

    kept = {each.run for each in song.candidates.values() if each.status != REJECTED}
    return studio.some_runs([run for run in kept if run is not None])


def _say_song(song: Song) -> None:
    say(f"\n{song.title}  ({song.song_id}){_branch(song)}")
    say_progress(song)


def _branch(song: Song) -> str:
    return f", a branch of {song.past[-1].song_id}" if song.past else ""


def say_progress(song: Song) -> None:
    """Say what each section has of each stage."""
    from engine.reports.progress import progress
    from engine.stages import STAGES

    rows = [
        [section.label, *(_cell(stage) for stage in section.stages)] for section in progress(song)
    ]
    if rows:
        say_table(["section", *STAGES], rows)


def _cell(row: StageProgress) -> str:
    several = len(row.approved) + len(row.stale) > 1
    words = [
        f"{label} (in use)" if several and label == row.in_use else label for label in row.approved
    ]
    words += [f"{label} (stale)" for label in row.stale]
    if row.waiting:
        words.append(f"{row.waiting} waiting")
    return ", ".join(words) or "-"
