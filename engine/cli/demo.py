"""``engine demo``: a song of our own from proposal to MIDI, in one command."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import say, say_next

DEMO_SEED = 1


def demo(
    context: typer.Context,
    colour: Annotated[str, typer.Option(help="Which of the demo songs.")] = "green",
    generations: Annotated[int, typer.Option(help="Generations to evolve.")] = 20,
) -> int:
    """Add a demo song, evolve chords for its verse, and approve the best."""
    from engine.cli.evolve import evolve
    from engine.errors import refusing
    from engine.exports import settle
    from engine.gate import decisions
    from engine.ids import short
    from engine.proposals import Overrides, demo_paths, read
    from engine.songs import add_songs
    from fitness.colours import find_colour

    with refusing():
        name = find_colour(colour).name.casefold()
    reading = read([path for path in demo_paths() if path.stem == name], Overrides())
    song = reading.proposals[0].song_id
    with open_studio(context) as studio:
        add_songs(studio, reading.proposals)
    code = evolve(context, song=song, generations=generations, seed=DEMO_SEED)
    if code:
        return code
    with open_studio(context) as studio:
        run = studio.song(song)["runs"][-1]
        survivors = studio.run(run)[1]["survivors"]
        if survivors:
            approved = decisions.approve(studio, survivors[0], policy="demo: the best survivor")
            (export,) = settle(studio, approved)
            say(f"\n{short(survivors[0])} is approved, as a person would: {export.path}")
    say_next(next_command(context, f"replay {run} --verify"))
    return 0
