"""``engine songs``: add proposals, list them, show one, see what they have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import stats
from engine.cli.opening import next_command, open_studio, say_no_songs
from engine.cli.output import Json, say, say_json, say_next, say_note, say_table

if TYPE_CHECKING:
    from engine.proposals import Reading
    from engine.proposals.songs import AddedSongs
    from engine.state.songs import Song

REFUSED = 2

# More songs than these are counted, not named.
MAX_SAID = 20

app = typer.Typer(
    help="Add, list and show songs, and what they have in common.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("stats")(stats.stats)


@app.command()
def add(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR…", help="Proposals, lists of them, folders.")
    ],
    meter: Annotated[str | None, typer.Option(help="Use this meter, such as 7/8.")] = None,
    bpm: Annotated[float | None, typer.Option(help="Use this tempo.")] = None,
    key: Annotated[str | None, typer.Option(help='Use this key, such as "F# minor".')] = None,
    as_json: Json = False,
) -> int:
    """Read song proposals and accept or refuse each.

    Exit code 2 if a single proposal is refused, or nothing at all could be read; out of a folder
    or list the readable ones are added and the refused ones named.
    """
    from engine.cli.progress import reading_files
    from engine.proposals import Overrides, read
    from engine.proposals.songs import add_songs

    overrides = Overrides.parse(meter=meter, tempo_bpm=bpm, key=key)
    with reading_files() as update:
        reading = read(paths, overrides, update)
    with open_studio(context, make=True) as studio:
        added = add_songs(studio, reading.proposals)
    if as_json:
        say_json(_report(reading, added))
    else:
        _say_report(reading, added)
        if reading.proposals:
            song = reading.proposals[0].song_id
            say_next(next_command(context, f"evolve --stage chords --song {song}"))
    return REFUSED if _has_failed(reading, paths) else 0


def _has_failed(reading: Reading, paths: list[Path]) -> bool:
    """Whether a single proposal was refused, or nothing could be read."""
    named = {path.name for path in paths if not path.is_dir()}
    single = any(not r.item and Path(r.file).name in named for r in reading.refusals)
    return single or not reading.proposals


def _report(reading: Reading, added: AddedSongs) -> dict[str, Any]:
    return {
        "superseded": added.superseded,
        "added": added.added,
        "revised": added.revised,
        "unchanged": added.unchanged,
        "refused": [
            {
                name: getattr(refusal, name)
                for name in ("file", "item", "field", "value", "accepted")
            }
            for refusal in reading.refusals
        ],
        "skipped": list(reading.skipped),
    }


def _say_report(reading: Reading, added: AddedSongs) -> None:
    for refusal in reading.refusals[:MAX_SAID]:
        say(f"refused: {refusal}", err=True)
    if len(reading.refusals) > MAX_SAID:
        say(f"refused: {len(reading.refusals) - MAX_SAID} more; --json names all", err=True)
    said = {*added.added, *added.revised}
    for song_id, proposal in {p.song_id: p for p in reading.proposals}.items():
        if song_id in said and len(said) <= MAX_SAID:
            say(f"{song_id}  {proposal.title}")
            for warning in proposal.warnings:
                say(f"  note: {warning}")
    for file in added.superseded:
        say_note(f"{file}: another version of a song read later, which counts")
    counts = {
        "added": len(added.added),
        "revised": len(added.revised),
        "unchanged": len(added.unchanged),
        "refused": len(reading.refusals),
        "superseded": len(added.superseded),
        "not proposals": len(reading.skipped),
    }
    say(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing read")


def _listed(song: Song) -> dict[str, Any]:
    return {
        "id": song.song_id,
        "title": song.title,
        "colour": song.colour,
        "key": song.key,
        "meter": song.meter,
        "tempo_bpm": song.tempo_bpm,
        "revision": song.revision,
    }


@app.command("list")
def list_songs(context: typer.Context, as_json: Json = False) -> None:
    """List the songs of the studio."""
    with open_studio(context, make=True) as studio:
        listed = [_listed(song) for song in studio.songs().values()]
    if as_json:
        say_json(listed)
    elif listed:
        columns = ("id", "title", "colour", "key", "meter", "tempo_bpm")
        say_table(
            columns,
            [[f"{row[c]:g}" if c == "tempo_bpm" else row[c] for c in columns] for row in listed],
        )
    else:
        say_no_songs(context)


@app.command()
def show(
    context: typer.Context,
    song: Annotated[str, typer.Argument(help="Id of the song, or its beginning.")],
    as_json: Json = False,
) -> None:
    """Show one song: its proposal, its runs, what was decided."""
    from msgspec import to_builtins

    from engine.state.lineages import is_stale

    with open_studio(context) as studio:
        state = studio.song(song)
    if as_json:
        stale = [name for name, known in state.candidates.items() if is_stale(state, known)]
        say_json(to_builtins(state) | _listed(state) | {"stale": stale})
    else:
        _say_song(state)
        say_next(next_command(context, f"evolve --stage chords --song {state.song_id}"))


def _say_song(song: Song) -> None:
    from collections import Counter

    from engine.state.lineages import is_stale

    say(f"{song.title}  ({song.song_id}, revision {song.revision})")
    say(f"{song.colour} · {song.key} · {song.meter} · {song.tempo_bpm:g} bpm")
    words = [", ".join(names) for names in (song.moods, song.genres) if names]
    if words:
        say(" — ".join(words))
    say(f"\n{song.concept}\n" if song.concept else "")
    for warning in song.warnings:
        say(f"note: {warning}")
    candidates = song.candidates.values()
    counts = Counter(candidate.status for candidate in candidates)
    stale = Counter(candidate.status for candidate in candidates if is_stale(song, candidate))
    decided = ", ".join(
        f"{count} {name}" + (f" ({stale[name]} stale)" if stale[name] else "")
        for name, count in sorted(counts.items())
    )
    say(f"runs: {len(song.runs)}; candidates: {decided or 'none'}")
    if stale:
        say("stale: composed before the song was revised")
