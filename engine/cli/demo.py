"""``engine demo``: one of the demo songs, from proposal to a small whole song in one command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.opening import next_command, open_studio
from engine.cli.options import Generations
from engine.cli.output import say, say_next

if TYPE_CHECKING:
    from engine.arrangement.arranging import ArrangedSong
    from engine.proposals import Reading
    from engine.state.songs import Song
    from engine.state.studio import Studio

DEMO_SEED = 1
STAGE = "chords"

# By which it approves.
POLICY = "demo: the best survivor"

# The song that is composed around the first decision: small, so that nobody waits for long.
SONG_SECTIONS = "verse=8,chorus=8"
SONG_GENERATIONS = 8


def demo(
    context: typer.Context,
    colour: Annotated[
        str, typer.Option("--colour", "--color", help="Which of the demo songs.")
    ] = "green",
    generations: Generations = None,
    whole: Annotated[
        bool, typer.Option("--song/--no-song", help="Whether the rest of the song is composed.")
    ] = True,
    audio: Annotated[str, typer.Option(help="Recordings as flac or wav, or none.")] = "flac",
    files: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only write the tutorial's files into this folder."),
    ] = None,
) -> int:
    """Add a demo song, evolve chords for its verse, approve the best, and compose the rest."""
    from engine.arrangement.writers import check_audio
    from engine.errors import refusing
    from engine.proposals import Overrides, demo_paths, read
    from fitness.colours import find_colour

    if files is not None:
        _write_tutorial(context, files)
        return 0
    with refusing():
        found = find_colour(colour)
    check_audio(audio)  # before anything is composed
    reading = read(
        [path for path in demo_paths() if path.stem == found.name.casefold()], Overrides()
    )
    then = "review --all"
    with open_studio(context, make=True) as studio:
        song = _added(studio, reading)
        if not (whole and _is_approved_alone(studio.song(song))):
            run = _evolved(context, studio, song, generations)
            if run is None:
                return INTERRUPTED
            then = f"replay {run} --verify"
        if whole and _is_approved_alone(studio.song(song)):
            most = SONG_GENERATIONS if generations is None else min(generations, SONG_GENERATIONS)
            arranged = _compose(studio, song, most, audio)
            if arranged is None:
                say("stopped; nothing recorded is lost", err=True)
                say_next(next_command(context, f"compose --song {song} --audio {audio}"))
                return INTERRUPTED
            _say_song(arranged, audio)
    say_next(next_command(context, then))
    return 0


def _evolved(
    context: typer.Context, studio: Studio, song: str, generations: int | None
) -> str | None:
    """Evolve chords and approve the best; returns the run, or None if it was interrupted."""
    from engine.cli.runs import carry_on_with_progress, show_run
    from engine.evolution.settings import Settings
    from engine.gate import decisions
    from engine.gate.exports import update_exports
    from engine.ids import short
    from engine.reports.summary import summarise
    from engine.runs.evolve import start_or_take_up
    from engine.runs.requests import EvolveOptions

    options = EvolveOptions(STAGE, Settings.sized(None, generations))
    run = start_or_take_up(studio, song, options, seed=DEMO_SEED)
    is_done = run.is_finished
    summary = summarise(studio, run.id) if is_done else carry_on_with_progress(context, studio, run)
    if summary is None:
        return None
    show_run(context, studio, summary, "demo")
    for survivor in summary.finished.survivors[:1]:
        approved = decisions.approve(studio, survivor.id, policy=POLICY)
        (export,) = update_exports(studio, approved)
        say(f"\n{short(survivor.id)} is approved, as a person would: {export.path}")
    return run.id


def _is_approved_alone(song: Song) -> bool:
    """Whether the demo approved a part of a song, of which no whole one was made since."""
    approved = [
        approval.position
        for candidate in song.candidates.values()
        for approval in candidate.approvals
        if approval.policy == POLICY
    ]
    made = [each.position for each in song.compositions.values() if each.ranking is not None]
    return max(approved, default=0) > max(made, default=0)


def _added(studio: Studio, reading: Reading) -> str:
    """Add the demo song; returns its id. Where it could be several songs, it is a new one."""
    from engine.proposals.identity import NEW
    from engine.proposals.songs import add_songs

    (song,) = add_songs(studio, reading.proposals, lambda *_: NEW).ids
    assert song is not None  # noqa: S101 - it was said which song it is
    return song


def _write_tutorial(context: typer.Context, folder: Path) -> None:
    """Write the files that the tutorial uses; those that are there stay.

    Raises:
        Refused: if another file has the name of one, before any is written.
    """
    from engine.errors import Refused, quoted
    from engine.proposals import tutorial_paths
    from engine.state.files import write_whole

    sources = {folder / source.name: source.read_bytes() for source in tutorial_paths()}
    taken = [path for path, data in sources.items() if path.exists() and not _holds(path, data)]
    if taken:
        raise Refused(f"{taken[0]} is there already", "name another folder by --files")
    for path, data in sources.items():
        if not path.exists():
            write_whole(path, data)
        say(str(path))
    (song,) = (path for path in sources if path.suffix == ".yml")
    say_next(next_command(context, f"songs add {quoted(song)}"))


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _compose(studio: Studio, song_id: str, generations: int, audio: str) -> ArrangedSong | None:
    """Compose what the song lacks, and arrange it; None if it was interrupted."""
    from engine.cli.compose import present_songs, progress_of, workers_for
    from engine.cli.progress import counting
    from engine.composing.composer import compose
    from engine.composing.composition import begin, new_composition
    from engine.composing.ending import Ending, finish_composition
    from engine.evolution.settings import Settings
    from engine.models.promotion import model_for_runs

    state = studio.song(song_id)
    settings = Settings(generations=generations)
    requested = new_composition(settings, SONG_SECTIONS, DEMO_SEED, beam=1, arrangements=1)
    model = model_for_runs(studio, None)
    composition = begin(studio, state, replace(requested, model_sha256=model))
    say("\nthe rest of a small song is composed around them")
    compositions = {song_id: composition}
    with workers_for(studio, compositions) as workers:
        with progress_of(studio, compositions) as observer:
            if not compose(studio, song_id, composition, observer, workers):
                return None
        with counting("making") as report:
            ((ranked, arranged),) = finish_composition(
                studio, song_id, composition, Ending(audio), workers, report
            )
    present_songs(studio, song_id, [(ranked, arranged)], "demo")
    return arranged


def _say_song(arranged: ArrangedSong, audio: str) -> None:
    song = arranged.arrangement
    form = " – ".join(section.name for section in song.sections)
    say(f"\n{song.title}: {song.length}, {form}")
    files = ["song.mid", "song.musicxml", "song.png"]
    files += [] if audio == "none" else [f"song.{audio}"]
    for name in files:
        say(f"   {arranged.folder / name}")
