"""``engine effort``: what each approved part took, and how far a person agrees with themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.preference.effort import Consistency, PartEffort

COLUMNS = (
    *("part", "stage", "song", "shown", "showings", "plays", "listened", "decisions", "time"),
)
NEVER = "-"


def effort(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """Add up what each approved part took: what was shown, heard and decided, and how long.

    Counted is what concerned its stage and section since the last part that was approved there.
    Below it stands how often you judged a candidate as before when it was shown to you again.
    """
    from engine.preference.effort import consistency, efforts

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
    _say_total(parts)
    _say_consistency(repeated)


def _row(part: PartEffort) -> list[str | int]:
    return [
        *(part.label, part.stage, part.song, part.shown, part.showings, part.plays),
        *(_duration(part.seconds_played), part.decisions, _duration(part.wall_seconds)),
    ]


def _duration(seconds: float | None) -> str:
    """Such as ``2:05``, or ``3 d 4:00:00``."""
    if seconds is None:
        return NEVER
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours}:{minutes:02}:{rest:02}"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _say_total(parts: list[PartEffort]) -> None:
    count = len(parts)
    decisions = sum(part.decisions for part in parts)
    listened = _duration(sum(part.seconds_played for part in parts))
    shown = sum(part.shown for part in parts)
    say(
        f"{count} part{'s' * (count > 1)}: {shown} candidates shown, {decisions} decisions, "
        f"{listened} listened; per part {shown / count:.1f} and {decisions / count:.1f}"
    )


def _say_consistency(found: Consistency) -> None:
    if found.share is None:
        say("nothing that you had judged was shown and judged again yet")
        return
    say(
        f"judged again after another showing: {found.repeats}, as before: {found.agreed} "
        f"({found.share:.2f}, 95 % interval {found.low:.2f} to {found.high:.2f})"
    )
