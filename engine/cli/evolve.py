"""``engine evolve``, ``resume``, ``abandon`` and ``runs``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.opening import next_command, open_studio
from engine.cli.options import ModelPath
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.runs import Run
    from engine.studio import Studio
    from engine.summary import Summary


def evolve(
    context: typer.Context,
    song: Annotated[str, typer.Option(help="Id of the song, or its beginning.")],
    stage: Annotated[str, typer.Option(help="What to compose.")] = "chords",
    section: Annotated[str, typer.Option(help="Label of the section.")] = "verse",
    bars: Annotated[int | None, typer.Option(help="Bars of the section [default: 8].")] = None,
    population: Annotated[int, typer.Option(help="Individuals kept per generation.")] = 50,
    generations: Annotated[int, typer.Option(help="Generations after the first pool.")] = 24,
    keep: Annotated[int, typer.Option(help="Survivors for you to judge.")] = 3,
    seed: Annotated[int | None, typer.Option(help="Seed; drawn and printed if left out.")] = None,
    model: ModelPath = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Score by theory and prior alone.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Evolve candidates for a section of a song, and keep the best few that differ."""
    import secrets

    from engine.conductor import Request, load, start
    from engine.errors import Refused, refusing
    from engine.evolution.settings import Settings, checked_seed
    from engine.models import Models
    from engine.stages import find_stage
    from genomes import Section

    settings = Settings(population=population, generations=generations, keep=keep)
    row = find_stage(stage)
    scorer = _model_of(model, no_model=no_model)
    drawn = secrets.randbits(32) if seed is None else checked_seed(seed)
    if not section.strip():
        raise Refused("--section: expected a label, such as verse")
    with refusing():
        wanted = Section(section, row.bars if bars is None else bars)
    with open_studio(context) as studio:
        state = studio.song(song)
        sha256 = None if scorer is None else Models(studio).register(scorer)
        request = Request(state, stage, wanted, drawn, settings, sha256)
        run = load(studio, start(studio, request))
        if not as_json:
            say(f"{state['title']}: {stage}, {section}, run {run.id}, seed {drawn}")
        return _carry_on(context, studio, run, as_json=as_json)


def _model_of(named: Path | None, *, no_model: bool) -> Path | None:
    """The model to score with: the one that was named, or the one that ships; None for none."""
    from engine.errors import Refused
    from fitness.fusion import DEFAULT_MODEL

    if not no_model:
        return named or DEFAULT_MODEL
    if named is not None:
        raise Refused("--model and --no-model exclude each other", "leave one of them out")
    return None


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    as_json: Json = False,
) -> int:
    """Go on with a run that was interrupted or killed."""
    from engine.conductor import resume as take_up

    with open_studio(context) as studio:
        identifier, _ = studio.run(run)
        return _carry_on(context, studio, take_up(studio, identifier), as_json=as_json)


def _carry_on(context: typer.Context, studio: Studio, run: Run, *, as_json: bool) -> int:
    from engine.cli.summary import say_summary
    from engine.run_files import write_files

    summary = conduct(context, studio, run, as_json=as_json)
    if summary is None:
        return INTERRUPTED
    folder = write_files(studio, summary)
    if as_json:
        say_json(summary.to_json() | {"folder": str(folder)})
    else:
        say_summary(summary, folder)
        say_next(next_command(context, f"review --song {run.started.song_id}"))
    return 0


def conduct(
    context: typer.Context, studio: Studio, run: Run, *, as_json: bool = False
) -> Summary | None:
    """Carry a run on with a progress bar; None, and how to go on, if it was interrupted."""
    from engine.cli.progress import evolving
    from engine.conductor import carry_on
    from engine.summary import summarise

    for note in run.fitness.notes:
        typer.echo(f"note: {note}", err=True)
    finished = False
    with suppress(KeyboardInterrupt), evolving(run) as (report, is_stopped):
        finished = carry_on(studio, run, report, is_stopped)
    if finished:
        return summarise(studio, run.id)
    done = run.next_generation
    where = f"after generation {done - 1}" if done else "before the first generation"
    typer.echo(f"stopped {where}; nothing recorded is lost", err=True)
    say_next(next_command(context, f"resume {run.id}"), err=as_json)
    return None


def abandon(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Give up an unfinished run; what it scored stays in the log."""
    from engine.conductor import abandon as give_up

    with open_studio(context) as studio:
        give_up(studio, run, reason)
    say("abandoned")


def runs(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """List the runs, oldest first."""
    with open_studio(context) as studio:
        wanted = None if song is None else studio.song(song)["song_id"]
        listed = [
            {"id": identifier, **document}
            for identifier, document in studio.runs().items()
            if wanted in {None, document["song_id"]}
        ]
    listed.sort(key=lambda document: document["position"])
    if as_json:
        say_json(listed)
    else:
        columns = ("run", "song", "section", "seed", "generation", "status", "best")
        say_table(columns, [_row(document) for document in listed])


def _row(document: dict[str, Any]) -> list[Any]:
    last = "-" if document["generation"] is None else document["generation"]
    progress = f"{last} of {document['settings']['generations']}"
    best = document.get("best")
    return [
        document["id"],
        document["song_id"],
        document["section"]["label"],
        str(document["seed"]),
        progress,
        document["status"],
        "-" if best is None else f"{best:.3f}",
    ]
