"""``engine score``: how well MIDI files match a colour."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.output import Json, say_json, say_table


def score(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files.")],
    colour: Annotated[str, typer.Option(help="Name or letter, such as GREEN.")],
    model: Annotated[Path | None, typer.Option(help="Fusion model (.onnx) to score with.")] = None,
    as_json: Json = False,
) -> None:
    """Rank MIDI files by how well they match a colour, best first."""
    from engine.errors import Refused, refusing
    from fitness.colours import find_colour
    from fitness.scorer import ChromaticScorer

    with refusing():
        target = find_colour(colour)
    if model is None:
        raise Refused("no model to score with", "name one with --model PATH")
    scorer = ChromaticScorer(model)
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
    say_table(columns, [[row[name] for name in columns] for row in rows])
