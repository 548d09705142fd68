"""``engine score``: how well MIDI files match a colour."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import scoring_model
from engine.cli.options import ModelPath
from engine.cli.output import Json, say_json, say_table


def score(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files.")],
    colour: Annotated[
        str, typer.Option("--colour", "--color", help="Name or letter, such as GREEN.")
    ],
    model: ModelPath = None,
    as_json: Json = False,
) -> None:
    """Rank MIDI files by how well they match a colour, best first."""
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
    if as_json:
        say_json(rows)
        return
    columns = ("rank", "file", "chromatic", "confidence", "passes")
    table = [
        [*(row[name] for name in columns), ", ".join(most_likely(result).values())]
        for row, result in zip(rows, ranked, strict=True)
    ]
    say_table((*columns, "heard as"), table)
