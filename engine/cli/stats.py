"""``engine songs stats``: what the studio's songs have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio, say_no_songs
from engine.cli.output import Json, say, say_json, say_next

if TYPE_CHECKING:
    from engine.reports.constraints import WrittenConstraints
    from engine.reports.statistics import Share, SongStatistics

DEFAULT_FILE = "negative_constraints.yml"

# Rows of a table; the rest are counted.
MAX_ROWS = 8
BAR_WIDTH = 30
MAX_NAME = 28


def stats(
    context: typer.Context,
    constraints: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=f"Write what to avoid, for writers of concepts: {DEFAULT_FILE}."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what the songs have in common: keys, tempos, meters, colours, words.

    FILE is written whole. If it was edited, it is set aside first, and its manual_overrides are
    taken over.
    """
    from engine.errors import Refused
    from engine.reports.constraints import constraints_of, write_constraints
    from engine.reports.statistics import song_statistics

    with open_studio(context, make=True) as studio:
        songs = [song for song in studio.outlines().values() if not song.is_archived]
        statistics = song_statistics(songs)
        source = f"{statistics.songs} songs, at event {studio.log.head().position} of the log"
    written = None
    if constraints is not None:
        if not statistics.songs:
            raise Refused("no songs yet, and nothing to avoid", "add some with engine songs add")
        written = write_constraints(constraints, constraints_of(statistics, source))
    if as_json:
        say_json(_report(statistics, written))
        return
    if not statistics.songs:
        say_no_songs(context)
        return
    _say_statistics(statistics)
    if written is not None:
        if written.aside is not None:
            say(f"\n{written.file.name} was edited: that one is {written.aside} now")
        say(f"\nwritten: {written.file}")
        say_next(next_command(context, "songs add FILE"))
    else:
        say_next(next_command(context, f"songs stats --constraints {DEFAULT_FILE}"))


def _report(statistics: SongStatistics, written: WrittenConstraints | None) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(statistics) | {
        "warnings": list(statistics.warnings),
        "file": str(written.file) if written else None,
        "set_aside": str(written.aside) if written and written.aside else None,
    }


def _say_statistics(statistics: SongStatistics) -> None:
    from engine.reports.statistics import TITLE_WORD_FRACTION

    say(f"{statistics.songs} songs")
    over = statistics.overused
    words = over(statistics.title_words, TITLE_WORD_FRACTION)
    tempos = f"{statistics.tempo_mean_bpm:.0f} ± {statistics.tempo_sd_bpm:.0f} bpm"
    tables = (
        (f"keys ({statistics.key_entropy_bits:.2f} bits)", statistics.keys, over(statistics.keys)),
        (f"tempos ({tempos})", statistics.tempo_clusters, over(statistics.tempo_clusters)),
        ("meters", statistics.meters, ()),
        ("colours", statistics.colours, ()),
        ("words in titles", statistics.title_words, words),
        ("phrases in concepts", statistics.phrases, over(statistics.phrases)),
    )
    for heading, shares, overused in tables:
        _say_shares(heading, shares, overused)
    for warning in statistics.warnings:
        say(f"\nwarning: {warning}")


def _say_shares(heading: str, shares: tuple[Share, ...], overused: tuple[Share, ...]) -> None:
    """A bar for each, as long as it is frequent, and what to do about it."""
    say(f"\n{heading}")
    shown = shares[:MAX_ROWS]
    width = min(MAX_NAME, max((len(share.name) for share in shown), default=0))
    for share in shown:
        bar = "█" * max(1, round(share.fraction * BAR_WIDTH))
        advice = f"  {share.severity}" if share in overused else ""
        name = share.name[:MAX_NAME]
        say(f"  {name:{width}}  {share.count:4} {share.fraction:4.0%}  {bar}{advice}")
    if len(shares) > MAX_ROWS:
        say(f"  and {len(shares) - MAX_ROWS} more")
    if not shares:
        say("  none that two songs share")
