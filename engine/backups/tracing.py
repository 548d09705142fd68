"""From an exported file back to the events that it comes from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import NotFound
from engine.gate.provenance import read_provenance
from engine.ids import short
from engine.state.runs import run_stream
from engine.state.songs import ExportedFile, Song
from engine.state.studio import Studio
from store.records import Recorded

AS_WRITTEN = "as it was written"
EDITED = "edited since it was written"
UNRECORDED = "of a run; whether it was edited isn't recorded"
COPY = "a copy of {path}, as it was written"

MIDI = ".mid"

# The folder of a run, in a path; the last is the innermost.
_RUN_FOLDER = re.compile(r"/runs/([^/]+)(?=/)")


class TracedEvent(msgspec.Struct, frozen=True):
    """An event that a file comes from.

    Attributes:
        position: position in the log.
        kind: name of its kind.
        by: who did it.
        at: time of recording; ISO 8601, UTC.
        what: what it was about, in a few words.
    """

    position: int
    kind: str
    by: str
    at: str
    what: str


class Trace(msgspec.Struct, frozen=True):
    """Where a file comes from.

    Attributes:
        state: whether it was edited, in words.
        edited: the same; None where it isn't recorded.
        song: id of its song.
        run: id of the run that composed it; None for a whole song, and for what was imported.
        events: the events that it comes from, the last one first.
    """

    state: str
    edited: bool | None
    song: str
    run: str | None
    events: list[TracedEvent]


def trace(studio: Studio, path: Path) -> Trace:
    """The events that a file comes from.

    A file is known by its place in the studio, else by its bytes, else by what it says of itself.

    Raises:
        NotFound: if there is no such file, or it doesn't come from this studio.
    """
    if not path.is_file():
        raise NotFound(f"no file {path}")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    for song in studio.songs_of_file(*_place(studio, path)):
        for relative, written in song.exports.items():
            if (studio.folder / relative).resolve() == path.resolve():
                is_edited = written.sha256 != digest
                state = EDITED if is_edited else AS_WRITTEN
                return _traced(studio, song, written.candidate, state, is_edited, written)
    for song in studio.songs_of_file(digest):
        for relative, written in song.exports.items():
            if written.sha256 == digest:
                state = COPY.format(path=relative)
                return _traced(studio, song, written.candidate, state, False, written)
    return _by_what_it_says(studio, data, path)


def _place(studio: Studio, path: Path) -> list[str]:
    """The path of a file from the studio's folder, if it is in it; links may lead to it."""
    seen = (studio.folder.absolute(), path.absolute()), (studio.folder.resolve(), path.resolve())
    return [at.relative_to(base).as_posix() for base, at in seen if at.is_relative_to(base)]


def _by_what_it_says(studio: Studio, data: bytes, path: Path) -> Trace:
    named = read_provenance(data)
    wanted = named.get("candidate") or named.get("arrangement") or ""
    if not wanted.isprintable():
        wanted = ""  # it is no id
    of_wanted = [*studio.songs_of_file(wanted), *studio.songs_with(wanted)] if wanted else []
    for song in sorted(of_wanted, key=lambda song: song.song_id):
        is_approved = "event" in named or "arrangement" in named
        state, is_edited = (EDITED, True) if is_approved else (UNRECORDED, None)
        return _traced(studio, song, wanted, state, is_edited)
    for run in _RUN_FOLDER.findall(path.resolve().as_posix()):
        known = studio.known_run(run)
        if known is not None:
            song = studio.song(known.song_id)
            events = list(_of_run(studio, run))
            return Trace(
                UNRECORDED, None, song.song_id, run, _told([*events, _proposal(studio, song)])
            )
    raise NotFound(f"{path} does not come from this studio", "name another by --studio DIR")


def _traced(
    studio: Studio,
    song: Song,
    identifier: str,
    state: str,
    is_edited: bool | None,
    written: ExportedFile | None = None,
) -> Trace:
    found = [] if written is None else [studio.event(written.position)]
    candidate = song.candidates.get(identifier)
    run = None if candidate is None else candidate.run
    if candidate is not None:
        labels = {written.label} if written else {each.label for each in candidate.approvals}
        approvals = [each for each in candidate.approvals if each.label in labels]
        found += [studio.event(each.position) for each in approvals]
        found.append(studio.event(candidate.position))
        found += _of_run(studio, run) if run else []
    elif identifier in song.arrangements:
        arrangement = song.arrangements[identifier]
        found.append(studio.event(arrangement.position))
        found += [
            studio.event(approval.position)
            for part in arrangement.parts
            if part in song.candidates
            for approval in song.candidates[part].approvals
        ]
    found.append(_proposal(studio, song))
    return Trace(state, is_edited, song.song_id, run, _told(found))


def _of_run(studio: Studio, run: str) -> Iterator[Recorded]:
    kinds = ("RunStarted", "RunFinished")
    yield from studio.log.read(stream=run_stream(run), kinds=kinds)


def _proposal(studio: Studio, song: Song) -> Recorded:
    return studio.event(song.position)


def _told(recorded: list[Recorded]) -> list[TracedEvent]:
    known = {each.position: each for each in recorded}
    return [
        TracedEvent(each.position, each.kind, each.actor, each.recorded_at, _what(each.payload))
        for _, each in sorted(known.items(), reverse=True)
    ]


def _what(payload: Any) -> str:
    """What an event was about: the first of these that it has."""
    for name in ("path", "display_label", "arrangement", "title", "file", "stage"):
        value = getattr(payload, name, None)
        if isinstance(value, str):
            return short(value) if name == "arrangement" else value
    return ""
