"""``engine effort``: what each approved part took, and how far a person agrees with themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.preference.effort import PartEffort

COLUMNS = (
    *("part", "stage", "song", "shown", "showings", "plays", "listened", "decisions", "time"),
)


def effort(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """Add up what each approved part took: what was shown, heard and decided, and how long.

    Counted is what concerned its stage and section since the last part that was approved there.
    Below it stands how often you judged a candidate as before when it was shown to you again.
    """
    from engine.preference.effort import consistency, efforts, total_sentence

    with open_studio(context) as studio:
        songs = [studio.song(song)] if song else list(studio.songs().values())
        parts, repeated = efforts(studio, songs), consistency(studio, songs)
    if as_json:
        told = asdict(repeated) | {"share": repeated.share}
        say_json({"parts": [asdict(part) for part in parts], "consistency": told})
        return
    if not parts:
        say("nothing is approved by you yet")
        say_next(next_command(context, "review"))
        return
    say_table(COLUMNS, [_row(part) for part in parts])
    say(total_sentence(parts))
    say(repeated.sentence)


def _row(part: PartEffort) -> list[str | int]:
    from engine.preference.effort import duration

    return [
        *(part.label, part.stage, part.song, part.shown, part.showings, part.plays),
        *(duration(part.seconds_played), part.decisions, duration(part.wall_seconds)),
    ]
