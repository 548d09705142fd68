"""``engine chords``: the chords that a person already has, played and approved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import open_studio, scoring_model
from engine.cli.options import ModelPath, NoModel
from engine.cli.output import Json, music_width, say, say_json, say_note

if TYPE_CHECKING:
    from engine.state.studio import Studio
    from store.records import Recorded

SECTION = "verse"
INDENT = "  "


def chords(
    context: typer.Context,
    song: Annotated[str, typer.Option(help="Its id, its title, or words of the title.")],
    text: Annotated[
        str | None,
        typer.Argument(metavar="[CHORDS]", help='Bars of chords, such as "Am F | C G/B".'),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Take them from a file: ChordPro, chords over words, or bars."),
    ] = None,
    section: Annotated[
        str | None,
        typer.Option(help="Label of the section [default: verse; of a file: every header]."),
    ] = None,
    playing: Annotated[
        str | None,
        typer.Option(help="A pattern to play them by, such as beats [default: what scores best]."),
    ] = None,
    per_bar: Annotated[
        int, typer.Option(min=1, max=16, help="Chords of a bar where no bar lines are written.")
    ] = 1,
    energy: Annotated[float, typer.Option(help="From 0, still, to 1, full.")] = 0.5,
    seed: Annotated[int, typer.Option(min=0, help="Of the search for a playing.")] = 1,
    model: ModelPath = None,
    no_model: NoModel = False,
    as_json: Json = False,
) -> None:
    """Take in chords that you have, as approved: names or Roman numerals, typed or in a file."""
    from engine.cli.evolve import refuse_both
    from engine.errors import Refused, refusing
    from engine.gate.chords import Playing, add_chords, chords_of_file, typed_chords
    from fitness.fusion import FusionModel

    if (text is None) == (file is None):
        raise Refused("expected chords, or --file FILE with them", 'such as engine chords "Am F"')
    refuse_both(model, no_model=no_model)
    with open_studio(context) as studio:
        state = studio.song(song)
        with refusing():
            if file is not None:
                given, remarks = chords_of_file(state, file, section, per_bar)
            else:
                label = SECTION if section is None else section
                given, remarks = [typed_chords(state, text or "", label, per_bar)], []
            scorer = None if no_model else FusionModel.load(scoring_model(context, model))
            how = Playing(playing, seed, energy, scorer)
            recorded, left = add_chords(studio, state.song_id, given, how)
        for remark in (*remarks, *left):
            say_note(remark)
        _say(context, studio, state.song_id, recorded, as_json=as_json)


def _say(
    context: typer.Context,
    studio: Studio,
    song_id: str,
    recorded: list[Recorded],
    *,
    as_json: bool,
) -> None:
    from engine.cli.gate import say_after, say_decided
    from engine.gate.exports import update_exports
    from engine.reports.glance import chord_line
    from genomes import Meter, Part

    meter = Meter.parse(studio.song(song_id).meter)
    rows: list[dict[str, Any]] = []
    for approved in recorded:
        exports = update_exports(studio, approved)
        event: Any = approved.payload
        rows.append(
            {
                "kind": approved.kind,
                "event": approved.event_id,
                "candidate": event.candidate,
                "section": event.section.label,
                "label": event.label,
                "chords": event.description["chords"],
                "files": [str(export.path) for export in exports],
            }
        )
        if not as_json:
            say_decided(studio, approved, exports)
            part = Part.from_payload(event.part)
            say(INDENT + chord_line(part, meter, music_width() - len(INDENT)))
    if as_json:
        say_json(rows)
    else:
        say_after(context, studio, recorded[0])
