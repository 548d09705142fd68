"""What a studio holds after a disturbance, beside one that nothing disturbed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy import NullPool, create_engine, text

from engine.state.location import DATABASE_NAME, SETTINGS_NAME

# Looks and resumptions: a person who goes on after a crash looks again.
OF_GOING_ON = {"CandidatesPresented", "CandidatePlayed", "RunResumed"}

# Fields that say where or when something is recorded, which differs from one studio to the next.
OF_A_STUDIO = {"position", "positions", "at", "event_id", "hash", "head_position", "head_hash",
               "read_to", "until", "began", "recorded_at"}  # fmt: skip

# The events that a run or an arrangement was made of.
READ = "positions_read"

_SIGNATURE = re.compile(rb"event=\S+ position=\d+ hash=[0-9a-f]{64}")


class Event(NamedTuple):
    """An event as it is stored."""

    position: int
    event_id: str
    stream: str
    kind: str
    payload: str
    hash: str


_EVENTS = "SELECT position, event_id, stream, kind, payload, hash FROM events ORDER BY position"


def read_log(studio: Path) -> list[Event]:
    """The events of a studio, from its server or a copy of its file; none where there is none."""
    settings = studio / SETTINGS_NAME
    address = tomllib.loads(settings.read_text()).get("database") if settings.is_file() else None
    return _read_file(studio) if address is None else _read_server(address)


def _read_server(address: str) -> list[Event]:
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:
        if connection.execute(text("SELECT to_regclass('events')")).scalar() is None:
            return []
        return [Event(*row) for row in connection.execute(text(_EVENTS))]


def _read_file(studio: Path) -> list[Event]:
    names = [f"{DATABASE_NAME}{suffix}" for suffix in ("", "-wal", "-journal")]
    with TemporaryDirectory() as scratch:
        for name in names:
            if (studio / name).is_file():
                shutil.copyfile(studio / name, Path(scratch, name))
        path = Path(scratch, DATABASE_NAME)
        if not path.is_file():
            return []
        connection = sqlite3.connect(path)
        try:
            return [Event(*row) for row in connection.execute(_EVENTS)]
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()


Fact = tuple[str, str, str]


def facts(log: list[Event]) -> Counter[Fact]:
    """What happened: stream, kind and payload, without times, places and looks."""
    happened = [event for event in log if event.kind not in OF_GOING_ON]
    numbers = {event.position: number for number, event in enumerate(happened)}
    return Counter(
        (event.stream, event.kind, json.dumps(_plain_event(event, numbers), sort_keys=True))
        for event in happened
    )


def in_order(log: list[Event]) -> dict[str, list[str]]:
    """The kinds of events of each stream, in order, without looks."""
    found: dict[str, list[str]] = {}
    for event in log:
        if event.kind not in OF_GOING_ON:
            found.setdefault(event.stream, []).append(event.kind)
    return found


def _plain_event(event: Event, numbers: dict[int, int]) -> Any:
    """Its payload; events that it names by their positions are counted without looks."""
    payload = _plain(json.loads(event.payload))
    if event.kind == "ExportWritten":  # the file names its event; files are compared by themselves
        del payload["sha256"]
    if READ in payload:
        payload[READ] = [numbers.get(position) for position in payload[READ]]
    return payload


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in OF_A_STUDIO}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a studio for people: path from its folder -> digest of what they hold."""

    digests: dict[str, str]

    def differences(self, other: Files) -> list[str]:
        """What is missing, too much or other here than there."""
        names = sorted(self.digests.keys() | other.digests.keys())
        return [name for name in names if self.digests.get(name) != other.digests.get(name)]


def files_of(folder: Path, *, with_temporary: bool) -> Files:
    """The files below a folder but the database's and the compressed ones.

    Args:
        folder: the folder.
        with_temporary: whether those count that are still written to, or were left.
    """
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return Files(
        {
            str(path.relative_to(folder)): _digest(path, folder)
            for path in paths
            if not path.name.startswith((DATABASE_NAME, "HEAD"))
            and (with_temporary or not any(each.startswith(".") for each in path.parts))
        }
    )


def _digest(path: Path, folder: Path) -> str:
    if path.suffix == ".backup":  # holds times: whether it is whole is asked otherwise
        return "a backup"
    data = _SIGNATURE.sub(b"", path.read_bytes()).replace(os.fsencode(folder), b"")
    if path.suffix == ".jsonl":
        return "lines"
    return hashlib.sha256(data).hexdigest()
