"""``training demo-catalogue --out FOLDER``: compose a catalogue to try the other commands with."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from training.commands.progress import Teller

SONGS = 32


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("demo-catalogue", help="compose a catalogue to try the tools with")
    made.add_argument("--out", type=Path, required=True, help="folder of the catalogue")
    made.add_argument("--songs", type=int, default=SONGS, help="how many, of eight colours in turn")
    made.add_argument("--seconds", type=float, help="about how long each song is")
    made.add_argument("--seed", type=int, default=0, help="of everything")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Write the catalogue; gives the songs."""
    from training.demo.writing import SONG_SECONDS, write_catalogue

    step = tell("songs")
    seconds = SONG_SECONDS if options.seconds is None else options.seconds
    processes = os.cpu_count() or 1
    names = write_catalogue(
        options.out, options.songs, options.seed, seconds, processes, step_of(step)
    )
    return {"folder": options.out.as_posix(), "songs": names}


def step_of(step: Any) -> Any:
    """Progress without a word on how it goes."""
    return lambda done, songs: step(done, songs, "")
