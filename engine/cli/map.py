"""``engine map`` and ``bring``: the best of each kind that a run scored, and any to the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio, record_shown
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.reports.run_map import RunMap
    from engine.state.studio import Studio


def show_map(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    as_json: Json = False,
) -> None:
    """Show the map of a run: the best of each kind of candidate, in thirds of three features.

    Any candidate on it can be brought to the gate with engine bring.
    """
    from engine.gate.waiting import entries_of
    from engine.reports.run_map import map_of, write_map

    with open_studio(context) as studio:
        found = map_of(studio, run)
        picture = write_map(studio, found)
        bests = [best.id for _, best in found.best_first]
        shown = entries_of(studio, found.recorded.run.started.song_id, bests)
        if shown:  # the others are no candidates
            record_shown(studio, shown, "map", as_json=as_json)
    if as_json:
        say_json(found.to_json() | {"picture": str(picture)})
        return
    _say_map(found)
    say(f"to see: {picture}")
    best = _best_not_shown(found)
    say_next(next_command(context, f"bring {found.recorded.run.id} {best}"))


def keep_map(context: typer.Context, studio: Studio, run: str, *, as_json: bool) -> Path:
    """Write the map of a run and say where it lies; returns the picture's path."""
    from engine.reports.run_map import map_of, write_map

    found = map_of(studio, run)
    picture = write_map(studio, found)
    if not as_json:
        kinds = len(found.archive.ranked)
        say(f"the best of {kinds} kinds: {next_command(context, f'map {run}')}, or {picture}")
    return picture


def _say_map(found: RunMap) -> None:
    from engine.evolution.behaviour import LEVELS

    archive, run = found.archive, found.recorded.run
    in_all = LEVELS ** len(archive.axes)
    say(
        f"{found.title} — {run.stage.name} for {run.started.section.label}, run {run.id}: "
        f"{len(archive.ranked)} of {in_all} kinds among {len(archive.cells)} scored"
    )
    for column, axis in enumerate(archive.axes):
        low, high = archive.bounds[:, column].tolist()
        name = axis.feature.replace("_", " ")
        first, middle, last = axis.words
        say(f"{axis.name}, by {name}: {first} up to {low:.3g}, {middle} up to {high:.3g}, {last}")
    say_table((*(axis.name for axis in archive.axes), "scored", "best", "total", ""), _rows(found))


def _rows(found: RunMap) -> list[list[Any]]:
    survivors = set(found.recorded.survivors)
    rows = []
    for cell, best in found.best_first:
        shown = [one.id for one in found.archive.ranked[cell] if one.id in survivors]
        words = [axis.words[level] for axis, level in zip(found.archive.axes, cell, strict=True)]
        scored = len(found.archive.ranked[cell])
        rows.append([*words, scored, best.id[:8], best.total, _remark(best.id, shown)])
    return rows


def _remark(best: str, shown: list[str]) -> str:
    """Which candidates of a cell were shown."""
    if not shown:
        return ""
    others = ", ".join(each[:8] for each in shown if each != best)
    return f"shown: {others}" if others else "shown"


def _best_not_shown(found: RunMap) -> str:
    """The best of the cells of which none was shown; of all cells, where all were."""
    from engine.ids import short

    shown = {found.archive.cells[each] for each in found.recorded.survivors}
    others = [best for cell, best in found.best_first if cell not in shown]
    return short((others or [best for _, best in found.best_first])[0].id)


def bring(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    candidate: Annotated[
        str, typer.Argument(metavar="ID", help="Id of anything that the run scored.")
    ],
    song: Annotated[
        str | None, typer.Option(help="The branch that gets it, if not the run's song.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring something that a run scored and didn't keep to the gate, to be judged as the others."""
    from engine.cli.summary import say_entry
    from engine.gate.bringing import bring as bring_to_gate
    from engine.gate.decisions import find_entry
    from engine.ids import short
    from engine.state.songs import song_of
    from store.events import CandidateBrought

    with open_studio(context) as studio:
        recorded = bring_to_gate(studio, run, candidate, song)
        event = recorded.payload
        assert isinstance(event, CandidateBrought)  # noqa: S101 - what bringing appends
        entry = find_entry(studio, event.survivor.id, song_of(recorded.stream))
        record_shown(studio, [entry], "bring", as_json=as_json)
        if as_json:
            say_json(entry.to_json())
        else:
            say_entry(studio, entry, with_terms=False)
            say_next(next_command(context, f"listen {short(entry.id)}"))
