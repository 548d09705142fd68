"""The map of a run: the best of each cell of its behaviour space, as values and as files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from engine.evolution.behaviour import LEVELS, Archive, Cell
from engine.evolution.pool import Individual
from engine.ids import short
from engine.reports.pictures import Tile, draw_map
from engine.runs.reading import RecordedRun, read_run
from engine.state.files import write_whole
from engine.state.studio import Studio

PICTURE, TABLE = "map.png", "map.json"


@dataclass(frozen=True, slots=True)
class RunMap:
    """The map of a run.

    Attributes:
        recorded: the run.
        archive: its cells.
        title: of the song.
        colour: of the song.
    """

    recorded: RecordedRun
    archive: Archive
    title: str
    colour: str

    @property
    def best_first(self) -> list[tuple[Cell, Individual]]:
        """The cells that have parts with the best of each, the best of all first."""
        bests = self.archive.elites.items()
        return sorted(bests, key=lambda pair: (pair[1].rank_key, pair[1].id), reverse=True)

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        run, archive = self.recorded.run, self.archive
        shown = {archive.cells[each] for each in self.recorded.survivors}
        axes = [
            {
                "name": axis.name,
                "feature": axis.feature,
                "words": list(axis.words),
                "bounds": archive.bounds[:, column].tolist(),
            }
            for column, axis in enumerate(archive.axes)
        ]
        cells = [
            {
                "cell": list(cell),
                "words": archive.words(cell),
                "scored": len(archive.ranked[cell]),
                "shown": cell in shown,
                "best": {
                    "id": best.id,
                    "total": best.total,
                    "passes": best.passes,
                    "generation": best.generation,
                    "at": list(archive.places[best.id]),
                },
            }
            for cell, best in self.best_first
        ]
        return {
            "run": run.id,
            "song": run.started.song_id,
            "stage": run.stage.name,
            "section": run.started.section.label,
            "scored": len(archive.cells),
            "cells_with_parts": len(cells),
            "cells_in_all": LEVELS ** len(archive.axes),
            "axes": axes,
            "survivors": self.recorded.survivors,
            "cells": cells,
        }


def map_of(studio: Studio, prefix: str) -> RunMap:
    """The map of a run; see ``read_run`` for the errors."""
    recorded = read_run(studio, prefix)
    song = studio.song(recorded.run.started.song_id)
    return RunMap(recorded, recorded.run.archive(), song.title, song.colour)


def write_map(studio: Studio, found: RunMap) -> Path:
    """Write the map into the run's folder, as a picture and as JSON; returns the picture's path."""
    run = found.recorded.run
    folder = studio.exports / run.started.song_id / run.stage.name / "runs" / run.id
    text = json.dumps(found.to_json(), indent=2, ensure_ascii=False)
    write_whole(folder / TABLE, text.encode())
    shown = {found.archive.cells[each] for each in found.recorded.survivors}
    tiles = [
        _tile(found, cell, cell in shown)
        for cell in product(range(LEVELS), repeat=len(found.archive.axes))
    ]
    label = run.started.section.label
    title = f"{found.title} — {run.stage.name} for {label}, run {run.id}"
    names = [(axis.name, axis.words) for axis in found.archive.axes]
    draw_map(folder / PICTURE, tiles, names, title, found.colour)
    return folder / PICTURE


def _tile(found: RunMap, cell: Cell, is_shown: bool) -> Tile:
    members = found.archive.ranked.get(cell, [])
    if not members:
        return Tile(cell, None, "", is_shown=False)
    best = members[0]
    lines = (short(best.id), f"{best.total:.3f}", f"{len(members)} scored")
    return Tile(cell, best.total, "\n".join(lines), is_shown)
