"""Commands that make and check data: catalogue, segments, vectors, piano rolls, data sets."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from dataclasses import asdict
from functools import partial
from pathlib import Path

from documents.terminal import print_line
from training.commands.options import (
    Command,
    Options,
    Result,
    add_catalogue,
    add_encoder,
    add_folder,
    add_folder_and_machine,
    add_machine,
    folder_of,
)
from training.progress import Progress

DEMO_SONGS = 32
# Long parts of a report, which stay in its file.
UNSPUSH_ADVICEN = frozenset({"inputs", "times"})


def _add_demo_catalogue(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder of the catalogue")
    parser.add_argument(
        "--songs", type=int, default=DEMO_SONGS, help="how many, of eight colours in turn"
    )
    parser.add_argument("--seconds", type=float, help="about how long each song is")
    parser.add_argument("--seed", type=int, default=0, help="of everything")


def _demo_catalogue(options: Options, progress: Progress) -> Result:
    from training.demo.writing import SONG_SECONDS, write_catalogue

    seconds = SONG_SECONDS if options.seconds is None else options.seconds
    processes = os.cpu_count() or 1
    names = write_catalogue(
        options.out, options.songs, options.seed, seconds, processes, progress("songs")
    )
    return {"folder": options.out.as_posix(), "songs": names}


def _manifest(options: Options, progress: Progress) -> Result:
    from training.catalogue.steps import make_manifest

    update = progress("manifest")
    report = make_manifest(options.catalogue, options.out)
    update(1, 1, "cached" if report["cached"] else "")
    return _shown(report)


def _add_segments(parser: ArgumentParser) -> None:
    add_catalogue(parser, "folder of NN_MM/NN_MM.yml and their media")
    parser.add_argument(
        "--no-media", action="store_true", help="cut nothing; take every listed file as heard"
    )


def _segments(options: Options, progress: Progress) -> Result:
    from training.catalogue.steps import make_segments

    report = make_segments(
        options.catalogue,
        options.out,
        with_media=not options.no_media,
        processes=os.cpu_count() or 1,
        update=progress("segments"),
    )
    return _shown(report)


def _shown(report: Result) -> Result:
    """The counts of a report; what was refused, failed or mended goes to stderr, a line each."""
    for kind in ("refused", "errors", "notes"):
        for line in report.get(kind, []):
            print_line(f"{kind}: {line}", err=True)
    return {
        name: len(value) if isinstance(value, list) else value
        for name, value in report.items()
        if name not in UNSPUSH_ADVICEN
    }


def _add_verify(parser: ArgumentParser) -> None:
    parser.add_argument("catalogue", type=Path, nargs="?", help="where the sources are now")
    parser.add_argument("--out", type=Path, required=True, help="training folder")
    add = parser.add_argument
    add("--fidelity", action="store_true", help="compare slices with their sources")
    parser.add_argument(
        "--extract", action="store_true", help="lay slices out to be heard and read"
    )
    number = parser.add_mutually_exclusive_group()
    number.add_argument("--all", action="store_true", help="every segment, not only a few")
    number.add_argument("--random", type=int, metavar="N", help="this many of them")
    parser.add_argument(
        "--color", "--colour", dest="colour", default="", help="only of this colour"
    )
    parser.add_argument("--song", default="", help="only of this song, such as 02_01")
    parser.add_argument("--seed", type=int, default=0, help="of which are drawn")


def _verify(options: Options, progress: Progress) -> Result:
    from training.catalogue.verify import A_FEW, Selection, coverage_table, verify

    if options.random is not None and options.random < 1:
        raise ValueError(f"--random {options.random}: expected 1 or more")
    count = None if options.all else options.random or A_FEW
    found = verify(
        options.out,
        Selection(options.colour, options.song, count, options.seed),
        fidelity=options.fidelity,
        extract=options.extract,
        catalogue=options.catalogue,
        update=progress("segments"),
    )
    print_line(coverage_table(found["coverage"], is_assumed=found["assumed"]))
    for finding in found["findings"]:
        print_line(f"finding: {finding}", err=True)
    return found


def _add_embed(parser: ArgumentParser) -> None:
    add_folder(parser)
    add_encoder(parser)
    parser.add_argument("--audio-encoder", help="folder or hub id")
    parser.add_argument("--no-audio", action="store_true", help="leave recordings out")
    parser.add_argument(
        "--compare-windows",
        action="store_true",
        help="a second table of recordings by the ten seconds in their middle, for training ablate",
    )
    parser.add_argument(
        "--text-variants", type=int, metavar="N", help="of each concept for training; 0 for none"
    )
    add_machine(parser)


def _embed(options: Options, progress: Progress) -> Result:
    from fitness.encoders import AUDIO_ENCODER, TEXT_ENCODER
    from training.embedding.embed import EncoderChoice, embed
    from training.text.variants import VARIANTS

    audio = None if options.no_audio else options.audio_encoder or AUDIO_ENCODER
    varied = VARIANTS if options.text_variants is None else options.text_variants
    if varied < 0:
        raise ValueError(f"--text-variants {varied}: expected 0 or more")
    encoders = EncoderChoice(
        options.text_encoder or TEXT_ENCODER,
        audio,
        options.device,
        options.compare_windows,
        varied,
    )
    return embed(folder_of(options), encoders, progress)


def _rolls(options: Options, progress: Progress) -> Result:
    from engine.execution.processes import cores
    from training.dataset.rolls import make_rolls
    from training.dataset.rows import read_rows

    folder = folder_of(options)
    return make_rolls(folder, read_rows(folder), progress("painting slices"), cores())


def _prosody(options: Options, progress: Progress) -> Result:
    from training.text.prosody import write_prosody

    return write_prosody(folder_of(options), progress("prosody"))


def _add_publish(parser: ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "--licence", "--license", dest="licence", default="", help="such as cc-by-4.0"
    )
    parser.add_argument("--title", default="", help="of the data set; the folder's name by default")
    parser.add_argument("--media", action="store_true", help="all recordings and MIDI in it too")
    parser.add_argument("--push", metavar="REPO_ID", help="put it on the hub, such as me/songs")
    parser.add_argument("--public", action="store_true", help="for everybody, where it is made now")


def _publish(options: Options, progress: Progress) -> Result:
    from training.publishing.dataset import DATASET, PUSH_ADVICE, Edition, hub, push, write_dataset

    folder = folder_of(options)
    if options.push and not options.licence:
        raise ValueError(
            "--push: what may others do with it? expected --licence, such as cc-by-4.0"
        )
    to = hub() if options.push else None  # before anything takes its time
    edition = Edition(options.licence, options.title, options.media)
    found = write_dataset(folder, edition, progress)
    if to is None:
        print_line(PUSH_ADVICE, err=True)
        return found | {"pushed": None}
    progress(f"pushing to {options.push}")
    push(folder / DATASET, options.push, to, is_public=options.public)
    return found | {"pushed": options.push}


def _add_decisions(parser: ArgumentParser) -> None:
    parser.add_argument("--studio", type=Path, required=True, help="folder of the studio")
    parser.add_argument("--out", type=Path, required=True, help="table to write (.parquet)")


def _decisions(options: Options, progress: Progress) -> Result:
    """The preferences that a studio's decisions tell, as a table; the studio is only read."""
    from engine.errors import EngineError
    from engine.preference.pairs import preferences
    from engine.state.location import DATABASE_NAME, Location
    from engine.state.studio import Studio
    from store.errors import StoreError
    from training.schemas import PREFERENCES_TABLE, PreferenceRow, table_of, write_table

    if not Location(options.studio).is_made():
        raise ValueError(
            f"{options.studio}: no studio there; expected a folder with {DATABASE_NAME}"
        )
    update = progress("decisions")
    try:
        with Studio.open(options.studio) as studio:
            found = preferences(studio)
    except (EngineError, StoreError) as error:
        raise ValueError(str(error)) from error
    rows = [PreferenceRow(**asdict(each)) for each in found]
    write_table(table_of(rows, PREFERENCES_TABLE), options.out)
    update(1, 1, "")
    songs = len({each.song for each in found})
    return {"table": options.out.as_posix(), "preferences": len(rows), "songs": songs}


DEMO_CATALOGUE = Command(
    "demo-catalogue",
    "compose a catalogue to try the tools with",
    _add_demo_catalogue,
    _demo_catalogue,
)
MANIFEST = Command(
    "manifest",
    "read a catalogue's manifests into a table",
    partial(add_catalogue, text="folder of NN_MM/NN_MM.yml"),
    _manifest,
)
SEGMENTS = Command("segments", "cut a catalogue's songs into segments", _add_segments, _segments)
VERIFY = Command("verify", "compare slices with what they were cut from", _add_verify, _verify)
EMBED = Command("embed", "concepts, lyrics and recordings to vectors", _add_embed, _embed)
ROLLS = Command(
    "rolls", "piano rolls of every slice, by the scorer's code", add_folder_and_machine, _rolls
)
PROSODY = Command("prosody", "how the lyrics move, as a table", add_folder, _prosody)
DECISIONS = Command(
    "decisions", "what a studio's decisions prefer, as a table", _add_decisions, _decisions
)
PUBLISH = Command(
    "publish", "write the data set and its card; push if asked", _add_publish, _publish
)
