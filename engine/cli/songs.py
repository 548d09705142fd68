"""``engine songs``: add proposals, list them, show one, see what they have in common."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import stats
from engine.cli.opening import (
    folder_of,
    has_studio,
    next_command,
    open_studio,
    say_next_step,
    say_no_songs,
)
from engine.cli.output import Json, ask, say, say_json, say_next, say_note, say_table

if TYPE_CHECKING:
    from engine.gate.exports import Export
    from engine.proposals import Proposal, Reading
    from engine.proposals.songs import AddedSongs, Choose
    from engine.state.songs import Song
    from engine.state.studio import Studio

REFUSED = 2

SongName = Annotated[
    str, typer.Argument(metavar="SONG", help="Its id, its title, or words of the title.")
]

# More songs than these are counted, not named.
MAX_SAID = 20

# Songs on a page of the list.
PAGE_SONGS, ALL_SONGS = 50, 2**31

app = typer.Typer(
    help="Add, change, copy, archive, list and show songs, and what they have in common.",
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
    revised: Annotated[
        str | None, typer.Option("--revise", metavar="SONG", help="It is a version of this song.")
    ] = None,
    is_new: Annotated[
        bool, typer.Option("--new", help="It is a new song, whatever it looks like.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Read song proposals and accept or refuse each.

    An edited proposal revises its song. It is known by thread and iteration, else by its file,
    else by its title; where that isn't plain you are asked, or say it by --revise or --new.

    Exit code 2 if a single proposal is refused, or nothing at all could be read; out of a folder
    or list the readable ones are added and the refused ones named.
    """
    from engine.cli.progress import reading_files
    from engine.gate.exports import changed_exports
    from engine.proposals import Overrides, read
    from engine.proposals.songs import add_as, add_songs

    overrides = Overrides.parse(meter=meter, tempo_bpm=bpm, key=key)
    with reading_files() as update:
        reading = read(paths, overrides, update)
    is_told = _is_told(reading, revised, is_new=is_new)
    begun = None if has_studio(context) else folder_of(context).absolute()
    with open_studio(context, make=True) as studio:
        if is_told:
            target = None if revised is None else studio.song(revised).song_id
            added = add_as(studio, reading.proposals[0], target, overrides.names)
        else:
            choose = _asking(studio, as_json=as_json)
            added = add_songs(studio, reading.proposals, choose, overrides.names)
        choices = [name for unclear in added.unclear for name in unclear.choices]
        songs = studio.some_songs({*filter(None, added.ids), *choices})
        files = [
            export for name in added.revised for export in changed_exports(studio, songs[name])
        ]
    if as_json:
        say_json(_report(reading, added))
    else:
        if begun is not None:
            say(f"a new studio in {begun}")
        _say_report(reading, added, songs)
        _say_files(files)
        first = next((name for name in added.ids if name is not None), None)
        if first is not None:
            say_next_step(context, songs[first])
    return REFUSED if _has_failed(reading, paths) or added.unclear else 0


def _is_told(reading: Reading, revised: str | None, *, is_new: bool) -> bool:
    """Whether ``--revise`` or ``--new`` says which song a proposal is."""
    from engine.errors import Refused

    if revised is not None and is_new:
        raise Refused("--revise and --new say the opposite", "leave one of them out")
    if revised is None and not is_new:
        return False
    if len(reading.proposals) != 1:
        option = "--new" if is_new else "--revise"
        raise Refused(
            f"{option} is about one proposal, {len(reading.proposals)} were read",
            "name a file with one proposal",
        )
    return True


def _asking(studio: Studio, *, as_json: bool) -> Choose:
    """Asks the person at the terminal which song a proposal revises; elsewhere nobody is asked."""
    from engine.proposals.identity import NEW, Identity

    def choose(proposal: Proposal, choices: tuple[str, ...]) -> Identity | None:
        if as_json or not _is_at_a_terminal():
            return None
        say(f"{proposal.file}: {proposal.title} could be a new version of")
        songs = studio.some_songs(choices)
        for number, choice in enumerate(choices, start=1):
            say(f"  {number}  {songs[choice].title}  ({choice})")
        while True:
            answer = ask("Its number, or n for a new song").casefold()
            if answer in {"n", "new"}:
                return NEW
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return Identity(choices[int(answer) - 1])

    return choose


def _is_at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _say_files(files: list[Export]) -> None:
    from engine.gate.exports import KEPT

    for export in files:
        if export.outcome == KEPT:
            say(f"  your edited file stays as it is; the approved notes are in {export.path}")
        else:
            say(f"  {export.path} {export.outcome}")


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
        "unclear": [
            {
                "file": unclear.proposal.file,
                "title": unclear.proposal.title,
                "songs": list(unclear.choices),
            }
            for unclear in added.unclear
        ],
        "kept": added.kept,
        "refused": [
            {
                name: getattr(refusal, name)
                for name in ("file", "item", "field", "value", "accepted")
            }
            for refusal in reading.refusals
        ],
        "skipped": list(reading.skipped),
    }


def _say_report(reading: Reading, added: AddedSongs, songs: dict[str, Song]) -> None:
    from engine.reports.changes import SHOWN, shown_value
    from engine.state.finding import named

    for refusal in reading.refusals[:MAX_SAID]:
        say(f"refused: {refusal}", err=True)
    if len(reading.refusals) > MAX_SAID:
        say(f"refused: {len(reading.refusals) - MAX_SAID} more; --json names all", err=True)
    said = {*added.added, *added.revised}
    for song_id, proposal in dict(zip(added.ids, reading.proposals, strict=True)).items():
        if song_id in said and len(said) <= MAX_SAID:
            _say_changed(added.before.get(song_id), songs[song_id])
            for warning in proposal.warnings:
                say(f"  note: {warning}")
    for kept in added.kept:
        say(
            f"  note: {SHOWN[kept.field]}: {shown_value(kept.value)} stays, as you typed it; "
            f"the file has {shown_value(kept.in_document)} as before"
        )
    for file in added.superseded:
        say_note(f"{file}: another version of a song read later, which counts")
    for unclear in added.unclear:
        choices = " or ".join(named(songs[choice]) for choice in unclear.choices)
        say(
            f"not added: {unclear.proposal.file}: {unclear.proposal.title}: a new version of "
            f"{choices}, or a new song? Add it with --revise {unclear.choices[0]}, or with --new",
            err=True,
        )
    counts = {
        "added": len(added.added),
        "revised": len(added.revised),
        "unchanged": len(added.unchanged),
        "unclear": len(added.unclear),
        "refused": len(reading.refusals),
        "superseded": len(added.superseded),
        "not proposals": len(reading.skipped),
    }
    say(", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing read")


def _say_changed(before: Song | None, after: Song) -> None:
    """Name a song that was added or changed, and say what changed."""
    from engine.reports.changes import SongChanges

    revision = "" if before is None else f"  (revision {after.revision})"
    say(f"{after.song_id}  {after.title}{revision}")
    for line in SongChanges(before, after).lines() if before else ():
        say(f"  {line}")


@app.command()
def edit(
    context: typer.Context,
    song: SongName,
    title: Annotated[str | None, typer.Option(help="Its new title.")] = None,
    key: Annotated[
        str | None,
        typer.Option(help='Its new key, such as "F# minor"; its parts are transposed to it.'),
    ] = None,
    tempo: Annotated[
        float | None, typer.Option("--tempo", "--bpm", help="Quarter notes per minute.")
    ] = None,
    meter: Annotated[str | None, typer.Option(help="Its new meter, such as 7/8.")] = None,
    colour: Annotated[str | None, typer.Option(help="Name or letter of a colour.")] = None,
    concept: Annotated[str | None, typer.Option(help="What the song is about.")] = None,
    singer: Annotated[
        str | None, typer.Option(help="Whose range its melodies keep to from now on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change a song's title, key, tempo, meter, colour, concept or singer.

    A new tempo keeps every part. A new key transposes them, unless its mode is another. After a
    new meter, mode or colour, parts made before are stale, and it says so. `undo` takes it back.
    """
    from engine.gate.edits import edited_values

    with open_studio(context) as studio:
        state = studio.song(song)
        values = edited_values(
            state,
            title=title,
            key=key,
            tempo_bpm=tempo,
            meter=meter,
            colour=colour,
            concept=concept,
            singer=singer,
        )
        _edit(context, studio, state, values, as_json=as_json)


@app.command()
def rename(
    context: typer.Context,
    song: SongName,
    title: Annotated[str, typer.Argument(help="Its new title.")],
    as_json: Json = False,
) -> None:
    """Give a song another title; its id stays."""
    from engine.gate.edits import edited_values

    with open_studio(context) as studio:
        state = studio.song(song)
        _edit(context, studio, state, edited_values(state, title=title), as_json=as_json)


def _edit(
    context: typer.Context, studio: Studio, song: Song, values: dict[str, Any], *, as_json: bool
) -> None:
    from engine.gate.revising import edit as change

    change(studio, song.song_id, values)
    say_song_change(context, studio, song, as_json=as_json)


def say_song_change(context: typer.Context, studio: Studio, before: Song, *, as_json: bool) -> None:
    """Bring a song's files up to date after a change of it, and say what it came to."""
    from engine.gate.exports import changed_exports
    from engine.reports.changes import SongChanges

    after = studio.song(before.song_id)
    files = changed_exports(studio, after)
    changes = SongChanges(before, after)
    if as_json:
        say_json(changes.to_json() | {"files": [str(export.path) for export in files]})
        return
    _say_changed(before, after)
    if not changes.lines():
        say("  nothing changed")
    _say_files(files)
    if after.is_archived:
        say_next(next_command(context, "status"))
    else:
        say_next_step(context, after)


@app.command()
def duplicate(
    context: typer.Context,
    song: SongName,
    title: Annotated[str | None, typer.Option(help="Title of the copy.")] = None,
    as_json: Json = False,
) -> None:
    """Copy a song with its approved parts, what waits and its plan, to try something else."""
    from engine.arrangement.arranging import duplicate as copy
    from engine.gate.edits import edited_values
    from engine.reports.snapshot import listed
    from engine.state.finding import named
    from engine.state.songs import APPROVED

    with open_studio(context) as studio:
        state = studio.song(song)
        new_title = None if title is None else edited_values(state, title=title)["title"]
        copied, files = copy(studio, state, new_title)
        if as_json:
            paths = [str(export.path) for export in files]
            say_json(listed(copied) | {"copied_from": state.song_id, "files": paths})
            return
        say(f"{copied.song_id}  {copied.title}")
        approved = sum(each.status == APPROVED for each in copied.candidates.values())
        waiting = len(copied.candidates) - approved
        more = f" and {waiting} candidates that wait" if waiting else ""
        say(f"  a copy of {named(state)} with {approved} approved parts{more}")
        _say_files(files)
        say_next_step(context, copied)


@app.command()
def archive(context: typer.Context, song: SongName, as_json: Json = False) -> None:
    """Put a song away: lists leave it out, nothing is lost, and `undo` brings it back."""
    from engine.gate import revising

    with open_studio(context) as studio:
        state = studio.song(song)
        revising.archive(studio, state.song_id)
        say_song_change(context, studio, state, as_json=as_json)


@app.command("list")
def list_songs(
    context: typer.Context,
    archived: Annotated[bool, typer.Option("--archived", help="The archived ones.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many [{PAGE_SONGS}; with --json all]."),
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="Those that follow the one with this id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the songs of the studio by their ids, a page at a time."""
    from engine.reports.snapshot import facts, songs_page

    most = limit or (ALL_SONGS if as_json else PAGE_SONGS)
    with open_studio(context, make=True) as studio:
        songs = songs_page(studio, after, most + 1, archived=archived)
    listed = [facts(song) for song in songs[:most]]
    if as_json:
        say_json(listed)
    elif listed:
        columns = ("id", "title", "colour", "key", "meter", "tempo_bpm", "branch of")
        shown = columns if any("branch_of" in row for row in listed) else columns[:-1]
        say_table(shown, [[_listed_value(row, name) for name in shown] for row in listed])
        if len(songs) > len(listed):
            more = (
                f"songs list{' --archived' if archived else ''} --after {songs[most - 1].song_id}"
            )
            say(f"more follow: {next_command(context, more)}")
    elif after is not None:
        say("no more follow")
    elif archived:
        say("no song is archived")
    else:
        say_no_songs(context)


def _listed_value(row: dict[str, Any], name: str) -> str:
    if name == "branch of":
        return row["branch_of"]["song"] if "branch_of" in row else ""
    return f"{row[name]:g}" if name == "tempo_bpm" else row[name]


@app.command()
def show(
    context: typer.Context,
    song: SongName,
    as_json: Json = False,
) -> None:
    """Show one song: its proposal, its runs, what was decided."""
    from msgspec import to_builtins

    from engine.reports.snapshot import listed
    from engine.state.lineages import is_stale

    with open_studio(context) as studio:
        state = studio.song(song)
    if as_json:
        stale = [name for name, known in state.candidates.items() if is_stale(state, known)]
        say_json(to_builtins(state) | listed(state) | {"stale": stale})
    else:
        _say_song(state)
        say_next_step(context, state)


def _say_song(song: Song) -> None:
    from collections import Counter

    from engine.state.lineages import is_stale
    from engine.state.songs import why_revised

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
    for why in sorted({why_revised(song, candidate) for candidate in candidates} - {""}):
        say(f"stale: {why}")
    if song.is_archived:
        say("archived")
