"""``engine demo``: one of the demo songs, from proposal to MIDI in one command."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.opening import next_command, open_studio
from engine.cli.options import Generations
from engine.cli.output import say, say_next
from engine.evolution import GENERATIONS

DEMO_SEED = 1
STAGE = "chords"


def demo(
    context: typer.Context,
    colour: Annotated[
        str, typer.Option("--colour", "--color", help="Which of the demo songs.")
    ] = "green",
    generations: Generations = GENERATIONS,
) -> int:
    """Add a demo song, evolve chords for its verse, and approve the best."""
    from engine.cli.runs import carry_on_with_progress, write_and_say
    from engine.errors import refusing
    from engine.evolution.settings import Settings
    from engine.gate import decisions
    from engine.gate.exports import update_exports
    from engine.ids import short
    from engine.proposals import Overrides, demo_paths, read
    from engine.proposals.songs import add_songs
    from engine.runs.evolve import start_runs
    from engine.runs.requests import EvolveOptions
    from fitness.colours import find_colour

    with refusing():
        name = find_colour(colour).name.casefold()
    reading = read([path for path in demo_paths() if path.stem == name], Overrides())
    song = reading.proposals[0].song_id
    with open_studio(context, make=True) as studio:
        add_songs(studio, reading.proposals)
        options = EvolveOptions(STAGE, Settings(generations=generations))
        (run,) = start_runs(studio, song, options, seed=DEMO_SEED)
        summary = carry_on_with_progress(context, studio, run)
        if summary is None:
            return INTERRUPTED
        write_and_say(context, studio, summary, terms=False, as_json=False)
        for survivor in summary.finished.survivors[:1]:
            approved = decisions.approve(studio, survivor.id, policy="demo: the best survivor")
            (export,) = update_exports(studio, approved)
            say(f"\n{short(survivor.id)} is approved, as a person would: {export.path}")
    say_next(next_command(context, f"replay {run.id} --verify"))
    return 0
