"""``engine score``: how well MIDI files match a colour, or what a run would say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.opening import open_studio, scoring_model
from engine.cli.options import ModelPath
from engine.cli.output import Json, say_json, say_table


def score(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files.")],
    colour: Annotated[
        str | None,
        typer.Option("--colour", "--color", help="Name or letter, such as GREEN."),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="Score as a run of this stage would: chords; with --song.")
    ] = None,
    song: Annotated[
        str | None, typer.Option(help="Id of the song whose key, meter and colour count.")
    ] = None,
    model: ModelPath = None,
    as_json: Json = False,
) -> None:
    """Rank MIDI files by how well they match a colour, best first.

    With --stage and --song they get the total and every term that a run of that stage gives.
    """
    from engine.errors import Refused

    if (stage is None) != (song is None):
        raise Refused("--stage and --song belong together: give both, or --colour alone")
    if stage is not None and song is not None:
        rows = _as_in_a_run(context, files, colour, stage, song, model)
        columns: tuple[str, ...] = ("rank", "file", "total", "chromatic", "theory", "prior")
        table = [
            [
                row["rank"],
                row["file"],
                row["total"],
                *(row["terms"].get(n, "") for n in columns[3:]),
            ]
            for row in rows
        ]
    elif colour is None:
        raise Refused("no colour: name one with --colour, or a song with --stage and --song")
    else:
        rows, heard = _by_colour(context, files, colour, model)
        columns = ("rank", "file", "chromatic", "confidence", "passes")
        table = [
            [*(row[name] for name in columns), names]
            for row, names in zip(rows, heard, strict=True)
        ]
        columns = (*columns, "heard as")
    if as_json:
        say_json(rows)
    else:
        say_table(columns, table)


def _by_colour(
    context: typer.Context, files: list[Path], colour: str, model: Path | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """A row for each file, the best match first, and what each is heard as."""
    from engine.errors import refusing
    from engine.reports.readings import most_likely
    from fitness.colours import find_colour
    from fitness.scorer import ChromaticScorer

    with refusing():
        target = find_colour(colour)
    scorer = ChromaticScorer(scoring_model(context, model))
    names = [str(path) for path in files]
    ranked = scorer.score_batch([path.read_bytes() for path in files], target, names=names)
    rows = [
        {
            "file": names[result.index],
            "rank": result.rank,
            "chromatic": result.chromatic,
            "confidence": result.confidence,
            "passes": result.passes,
            "modes": result.modes,
            "colour": result.colour,
            "warnings": list(result.warnings),
        }
        for result in ranked
    ]
    return rows, [", ".join(most_likely(result).values()) for result in ranked]


def _as_in_a_run(
    context: typer.Context,
    files: list[Path],
    colour: str | None,
    stage_name: str,
    song_id: str,
    model: Path | None,
) -> list[dict[str, Any]]:
    """A row for each file with its total and terms, in the order that a run ranks them."""
    from engine.errors import refusing
    from engine.gate.imports import as_in_a_run, read_midi_part
    from engine.runs.contexts import song_colour
    from engine.stages import find_stage
    from fitness.colours import find_colour
    from fitness.fusion import FusionModel
    from fitness.total import Fitness, Weights

    stage = find_stage(stage_name)
    with open_studio(context) as studio:
        state = studio.song(song_id)
        with refusing():
            target = song_colour(state) if colour is None else find_colour(colour)
        midi_parts = [read_midi_part(path, state) for path in files]
        in_context = [as_in_a_run(state, each, stage) for each in midi_parts]
    fitness = Fitness(
        stage.name, target, Weights(), FusionModel.load(scoring_model(context, model))
    )
    scores = [fitness.score([part], part_context)[0] for part, part_context in in_context]
    order = sorted(range(len(files)), key=lambda index: scores[index].rank_key, reverse=True)
    return [
        {
            "file": str(files[index]),
            "rank": rank,
            "total": scores[index].total,
            "passes": scores[index].passes,
            "terms": dict(scores[index].terms),
            "chords": [span.name for span in in_context[index][0].harmony],
            "warnings": [*midi_parts[index].warnings, *fitness.notes],
        }
        for rank, index in enumerate(order, start=1)
    ]
