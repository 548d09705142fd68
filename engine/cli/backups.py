"""``engine backup``, ``restore``, ``move``, ``sign``, ``trace``: a log to be trusted for years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.opening import (
    finish_restoring,
    folder_of,
    location_of,
    next_command,
    open_studio,
)
from engine.cli.output import Json, say, say_json, say_next, say_table


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, such as tide.backup.")],
    as_json: Json = False,
) -> None:
    """Write the log, the exports and the models into one file, while other commands may work."""
    from engine.backups.archive import back_up

    with open_studio(context) as studio:
        contents = back_up(studio, file)
    if as_json:
        say_json({"file": str(file), "end": contents.end, "files": len(contents.files)})
        return
    say(f"{file}: {contents.end.position} events and {len(contents.files)} files")
    say("keep it on another disk; engine restore puts it back")


def restore(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A file that backup wrote.")] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Accept the log as it is, though HEAD does not fit it."),
    ] = False,
) -> None:
    """Put a backup in the place of the studio, or accept the log as it is.

    The folder that was there is kept under another name. If events are lost by it, that is an event
    of the log.
    """
    from engine.backups.archive import restore as put_back
    from engine.errors import Refused
    from engine.state.studio import actor

    if (file is None) != accept:
        raise Refused(
            "name a backup, or say --accept", "run engine restore FILE or engine restore --accept"
        )
    if file is None:
        _accept(context)
        return
    location = location_of(context)
    if finish_restoring(context):
        say_next(next_command(context, "doctor"))
        return
    contents, aside = put_back(location, file, actor())
    found = f"{contents.end.position} events and {len(contents.files)} files"
    say(f"{location.folder}: {found} are back")
    if aside is not None:
        say(f"what was there before is in {aside}")
    say_next(next_command(context, "doctor"))


def move(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    database: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]", help="PostgreSQL database of the log [default: a file in the folder]."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Move the studio into another folder, and its log into a database, or back into a file.

    The copy is proved equal, by the hash of every event and file, before the old folder says where
    the studio is now. Nothing in it is deleted. A move that was killed is typed again.
    """
    from engine.backups.moving import move as move_studio
    from engine.cli.options import StudioOptions
    from engine.cli.progress import counting
    from engine.errors import Refused, in_studio
    from engine.state.location import Location
    from store.postgresql import EXAMPLE, is_postgresql, masked

    if database is not None and not is_postgresql(database):
        raise Refused(f"{masked(database)} is no PostgreSQL database", f"it looks like {EXAMPLE}")
    target = Location.named(database or str(folder), folder if database else None)
    with open_studio(context) as studio, counting("copying") as report:
        old = studio.folder
        moved = move_studio(studio, target, report)
    if as_json:
        say_json({"folder": str(folder), "end": moved.end, "files": moved.files})
        return
    say(f"{moved.end.position} events with hash {moved.end.hash[:16]} at their end, and "
        f"{moved.files} files, are the same in both")  # fmt: skip
    say(f"the studio is in {folder} now; {old} only says so, and may be removed")
    say_next(in_studio("engine doctor", StudioOptions(str(folder)).words))


def _accept(context: typer.Context) -> None:
    from engine.state.location import HEAD_NAME

    with open_studio(context, make=(folder_of(context) / HEAD_NAME).exists()) as studio:
        studio.warns_of_head = False
        problems = [str(problem) for problem in studio.log.verify()]
        accepted = studio.log.accept(studio.actor)
        left = studio.log.verify()
    if accepted is None:
        say("HEAD fits the log; there is nothing to accept")
    else:
        for problem in problems:
            say(f"accepted: {problem}")
        say(f"the log is accepted as it is, which is event {accepted.position}")
    if left:
        say(f"{len(left)} problems stay")
        say_next(next_command(context, "verify"))


def sign(
    context: typer.Context,
    key: Annotated[
        Path | None,
        typer.Option(
            help="File of the private key; made if it isn't there [default: one of yours]."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Sign the log as it is now, by Ed25519; verify checks it from then on.

    The signature and the public key are kept in signatures.jsonl. A copy of that file elsewhere
    shows later, by verify --against, whether the log was changed.
    """
    from engine.backups import signing

    private = key or Path(typer.get_app_dir("composition-engine")) / "signing-key.pem"
    with open_studio(context) as studio:
        signature = signing.sign(studio, private)
        path = studio.folder / signing.SIGNATURES
    if as_json:
        say_json(signature)
        return
    say(f"event {signature.position} and all before are signed by key {signature.fingerprint}")
    say(f"{path}: keep a copy where nobody changes it; the private key is {private}")
    say_next(next_command(context, f"verify --against {_quoted(path)}"))


def trace(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that the engine wrote.")],
    as_json: Json = False,
) -> None:
    """Name the events that an exported file comes from, and say whether it was edited."""
    from engine.backups.tracing import trace as find

    with open_studio(context) as studio:
        found = find(studio, file)
    if as_json:
        say_json(found)
        return
    say(f"{file}: {found.state}")
    rows = [
        [event.position, event.kind, event.by, event.at[:19], event.what] for event in found.events
    ]
    say_table(("event", "kind", "by", "at", "what"), rows)
    if found.run is not None:
        say_next(next_command(context, f"replay {found.run} --verify"))


def _quoted(path: Path) -> str:
    from engine.errors import quoted

    return quoted(path)
