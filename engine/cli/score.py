"""``engine score``: how well MIDI files match a colour, or what a run would say of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from engine.cli.errors import explain
from engine.cli.opening import open_studio, scoring_model
from engine.cli.options import ModelPath
from engine.cli.output import Json, say_json, say_note, say_table

if TYPE_CHECKING:
    from engine.gate.midi_parts import MidiPart
    from fitness.excerpts import Excerpt
    from genomes import Context, Part

T = TypeVar("T")


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
) -> int:
    """Rank MIDI files by how well they match a colour, best first.

    With --stage and --song they get the total and every term that a run of that stage gives. A file
    that can't be scored is named, and the others are ranked; exit code 2.
    """
    from engine.errors import Refused

    if (stage is None) != (song is None):
        raise Refused("--stage and --song belong together: give both, or --colour alone")
    if stage is not None and song is not None:
        rows, code = _as_in_a_run(context, files, colour, stage, song, model)
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
        rows, heard, code = _by_colour(context, files, colour, model)
        columns = ("rank", "file", "chromatic", "confidence", "passes")
        table = [
            [*(row[name] for name in columns), names]
            for row, names in zip(rows, heard, strict=True)
        ]
        columns = (*columns, "heard as")
    if as_json:
        say_json(rows)
        return code
    for row in rows:
        for warning in row["warnings"]:
            say_note(f"{row['file']}: {warning}")
    say_table(columns, table)
    return code


def _readable(files: Sequence[Path], read: Callable[[Path], T]) -> tuple[list[tuple[Path, T]], int]:
    """What is read of each file, and the exit code; those that can't be read are named.

    Raises:
        EngineError, FitnessError, OSError: the last problem, if no file can be read.
    """
    from engine.errors import EngineError
    from fitness.errors import FitnessError

    found: list[tuple[Path, T]] = []
    problems: dict[str, Exception] = {}
    for path in files:
        try:
            found.append((path, read(path)))
        except (EngineError, FitnessError, OSError) as error:
            problems[str(error)] = error
    last = None if found else problems.popitem()[1]
    code = max((explain(problem) for problem in problems.values()), default=0)
    if last is not None:
        raise last
    return found, code


def _by_colour(
    context: typer.Context, files: list[Path], colour: str, model: Path | None
) -> tuple[list[dict[str, Any]], list[str], int]:
    """A row for each file, the best match first, what each is heard as, and the exit code."""
    from engine.errors import refusing
    from engine.reports.readings import most_likely
    from fitness.colours import find_colour
    from fitness.excerpts import as_excerpt, excerpt_rolls
    from fitness.scorer import ChromaticScorer

    with refusing():
        target = find_colour(colour)
    scorer = ChromaticScorer(scoring_model(context, model))

    def read(path: Path) -> Excerpt:
        excerpt = as_excerpt(path.read_bytes(), str(path))
        excerpt_rolls([excerpt], [str(path)], scorer.model.profile)  # raises SilentPart
        return excerpt

    found, code = _readable(files, read)
    names = [str(path) for path, _ in found]
    ranked = scorer.score_batch([excerpt for _, excerpt in found], target, names=names)
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
    return rows, [", ".join(most_likely(result).values()) for result in ranked], code


def _as_in_a_run(
    context: typer.Context,
    files: list[Path],
    colour: str | None,
    stage_name: str,
    song_id: str,
    model: Path | None,
) -> tuple[list[dict[str, Any]], int]:
    """A row for each file with its total and terms, as a run ranks them, and the exit code."""
    from engine.errors import refusing
    from engine.gate.imports import as_in_a_run
    from engine.gate.midi_parts import read_midi_part
    from engine.runs.contexts import song_colour, texts_of
    from engine.stages import find_stage
    from fitness.colours import find_colour
    from fitness.fusion import FusionModel
    from fitness.total import Fitness, Weights

    stage = find_stage(stage_name)
    with open_studio(context) as studio:
        state = studio.song(song_id)
        with refusing():
            target = song_colour(state) if colour is None else find_colour(colour)

    def read(path: Path) -> tuple[MidiPart, Part, Context]:
        midi_part = read_midi_part(path, state, stage)
        return midi_part, *as_in_a_run(state, midi_part, stage)

    found, code = _readable(files, read)
    midi_parts = [midi_part for _, (midi_part, _, _) in found]
    in_context = [(part, part_context) for _, (_, part, part_context) in found]
    loaded = FusionModel.load(scoring_model(context, model))
    fitness = Fitness(stage.name, target, Weights(), loaded, texts_of(state, in_context[0][1]))
    scores = [fitness.score([part], part_context)[0] for part, part_context in in_context]
    order = sorted(range(len(found)), key=lambda index: scores[index].rank_key, reverse=True)
    names = [str(path) for path, _ in found]
    rows = [
        {
            "file": names[index],
            "rank": rank,
            "total": scores[index].total,
            "passes": scores[index].passes,
            "terms": dict(scores[index].terms),
            "chords": [span.name for span in in_context[index][0].harmony],
            "warnings": [*midi_parts[index].warnings, *fitness.notes],
        }
        for rank, index in enumerate(order, start=1)
    ]
    return rows, code
