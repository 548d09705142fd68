"""How fast is the log beside bare sqlite3 and orjson with the same promises?

The floor writes the same twelve columns with the same unique keys, in WAL mode with FULL
synchronisation; it is given plain dicts, encodes and reads them with orjson, and chains each row to
the one before by a SHA-256. It checks nothing, has no streams or ids that are refused when they
come twice, no types and no HEAD file. The SQLite recorder of eventsourcing (PyPI) stands beside
where it is installed. Rounds of all alternate in one run, and medians are compared, by the clock
and in processor time (in which nobody waits for the disk):

    python -m benchmarks store
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import orjson

from benchmarks.turns import Compared, compared, table, take_turns
from store.events import CandidateLabelled, GenerationScored, Offspring, Payload
from store.log import EventLog
from store.records import GENESIS_HASH, NewEvent

ROUNDS = 5
SINGLE_EVENTS = 400
BATCH = 50
BATCHES = 40
REPLAY_EVENTS = 20_000
GENERATIONS, REPLAY_GENERATIONS = 100, 1_000
WRITTEN_AT_ONCE = 500  # of those that are read
PAGE = 1_000  # events that eventsourcing hands out at once

SQLITE3, EVENTSOURCING = "sqlite3 + orjson", "eventsourcing"
# Beside sqlite3, by what is done.
WANTED = {f"append, small, {BATCH}": "≥ .6", "replay": "≥ .75"}

SMALL = CandidateLabelled(candidate="3f6c1b0a9d2e4f58", label="the one with the late bass")
GENERATION = GenerationScored(
    generation=7,
    offspring=[
        Offspring(
            id=f"candidate-{index:04}",
            genome={"chords": [[index, 4, 7, 11], [2, 5, 9]], "rhythm": [0, 480, 960, 1440]},
            parents=[f"candidate-{index - 1:04}"],
            operator="substitute",
            terms={"axes": 0.71234 + index / 1000, "colour": 0.512, "theory": 0.61, "prior": 0.02},
            total=0.6543 + index / 1000,
            passes=True,
        )
        for index in range(50)
    ],
    population=[f"candidate-{index:04}" for index in range(50)],
    discarded=3,
)


FLOOR_TABLE = """\
CREATE TABLE events (
    position INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL, kind TEXT NOT NULL, kind_version INTEGER NOT NULL,
    payload TEXT NOT NULL, actor TEXT NOT NULL, recorded_at TEXT NOT NULL, causation TEXT,
    prev_hash TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (stream, stream_version)
)"""
FLOOR_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Floor:
    """What anybody would write with the standard library."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute(FLOOR_TABLE)
        self.position, self.hash = 0, GENESIS_HASH
        self.plain: dict[int, dict[str, Any]] = {}

    def append(self, payload: Payload, size: int) -> None:
        # Ours is given typed values; these are as ready for orjson.
        if id(payload) not in self.plain:
            self.plain[id(payload)] = msgspec.to_builtins(payload)
        plain = self.plain[id(payload)]
        kind = type(payload).__name__
        rows = [self._row(kind, plain) for _ in range(size)]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(FLOOR_INSERT, rows)
        self.connection.execute("COMMIT")

    def _row(self, kind: str, payload: dict[str, Any]) -> tuple[Any, ...]:
        self.position += 1
        number, event_id, before = self.position, uuid4().hex, self.hash
        text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        row = (number, event_id, "bench", number, kind, 1, text, "bench", now, None, before)
        self.hash = sha256(orjson.dumps(row)).hexdigest()
        return *row, self.hash

    def replay(self) -> int:
        rows = self.connection.execute("SELECT * FROM events ORDER BY position")
        return sum(1 for row in rows if orjson.loads(row[6]) is not None)

    def verify(self) -> bool:
        before = GENESIS_HASH
        for row in self.connection.execute("SELECT * FROM events ORDER BY position"):
            *hashed, found = row
            if row[10] != before or sha256(orjson.dumps(hashed)).hexdigest() != found:
                return False
            orjson.loads(row[6])
            before = found
        return True


class Ours:
    """The event log, used as the engine uses it."""

    def __init__(self, path: Path) -> None:
        self.log = EventLog.open(path)
        self.version = 0

    def append(self, payload: Payload, size: int) -> None:
        events = [NewEvent(payload, actor="bench") for _ in range(size)]
        self.log.append("bench", events, self.version)
        self.version += len(events)

    def replay(self) -> int:
        return sum(1 for _ in self.log.read())

    def verify(self) -> bool:
        return not self.log.verify()


class Eventsourcing:
    """The recorder of eventsourcing (PyPI), given as plain values; it chains no hashes.

    Raises:
        ModuleNotFoundError: if it isn't installed.
    """

    def __init__(self, path: Path) -> None:
        sqlite = import_module(f"{EVENTSOURCING}.sqlite")  # an extra
        self.stored_event = import_module(f"{EVENTSOURCING}.persistence").StoredEvent
        self.datastore = sqlite.SQLiteDatastore(str(path))
        self.recorder = sqlite.SQLiteApplicationRecorder(self.datastore)
        self.recorder.create_table()
        self.stream, self.version = uuid4(), 0

    def append(self, payload: Payload, size: int) -> None:
        plain, kind = msgspec.to_builtins(payload), type(payload).__name__
        events = [
            self.stored_event(self.stream, self.version + number, kind, orjson.dumps(plain))
            for number in range(1, size + 1)
        ]
        self.recorder.insert_events(events)
        self.version += size

    def replay(self) -> int:
        last, count = 0, 0
        while page := self.recorder.select_notifications(last + 1, PAGE):
            count += sum(1 for event in page if orjson.loads(event.state) is not None)
            last = page[-1].id
        return count


Peer = Floor | Eventsourcing


@contextmanager
def everyone() -> Iterator[tuple[Ours, dict[str, Peer]]]:
    """Give a fresh log and fresh peers, on the same disk; eventsourcing where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(Path(folder, "ours.db"))
        floor = Floor(Path(folder, "floor.db"))
        peers: dict[str, Peer] = {SQLITE3: floor}
        if find_spec(EVENTSOURCING):
            peers[EVENTSOURCING] = Eventsourcing(Path(folder, "eventsourcing.db"))
        try:
            yield ours, peers
        finally:
            ours.log.close()
            floor.connection.close()
            if isinstance(other := peers.get(EVENTSOURCING), Eventsourcing):
                other.datastore.close()


Work = Callable[[], object]


def append_many(target: Ours | Peer, payload: Payload, size: int, times: int) -> None:
    for _ in range(times):
        target.append(payload, size)


def _compared(what: str, ours: Work, peers: dict[str, Work], events: int) -> list[Compared]:
    """How a work that goes through so many events did beside others, taking turns."""
    taken = take_turns({"this log": ours, **peers}, ROUNDS)
    mine = taken.pop("this log")
    wanted = next((limit for begin, limit in WANTED.items() if what.startswith(begin)), "")
    limits = {SQLITE3: wanted}
    return [
        compared((what, name), "events/s", (mine, turns), (events, events), limits.get(name, ""))
        for name, turns in taken.items()
    ]


def compare_appends(what: str, payload: Payload, size: int, times: int) -> list[Compared]:
    """Append batches of a size, each in one transaction."""
    with everyone() as (ours, peers):
        works: dict[str, Work] = {
            name: partial(append_many, peer, payload, size, times) for name, peer in peers.items()
        }
        mine = partial(append_many, ours, payload, size, times)
        return _compared(f"append, {what}", mine, works, size * times)


def compare_reading(what: str, payload: Payload, count: int) -> list[Compared]:
    """Read every event; the same with its hash computed again and compared, where it has one."""
    with everyone() as (ours, peers):
        for target in (ours, *peers.values()):
            append_many(
                target, payload, min(count, WRITTEN_AT_ONCE), max(1, count // WRITTEN_AT_ONCE)
            )
        replays: dict[str, Work] = {name: peer.replay for name, peer in peers.items()}
        checks: dict[str, Work] = {
            name: peer.verify for name, peer in peers.items() if isinstance(peer, Floor)
        }
        return [
            *_compared(f"replay, {what}", ours.replay, replays, count),
            *_compared(f"verify, {what}", ours.verify, checks, count),
        ]


def rows() -> list[Compared]:
    """Measure everything; takes about a minute."""
    return [
        *compare_appends("small, 1 per transaction", SMALL, 1, SINGLE_EVENTS),
        *compare_appends(f"small, {BATCH} per transaction", SMALL, BATCH, BATCHES),
        *compare_appends("a generation of 50, 1 per transaction", GENERATION, 1, GENERATIONS),
        *compare_reading("small", SMALL, REPLAY_EVENTS),
        *compare_reading("a generation of 50", GENERATION, REPLAY_GENERATIONS),
    ]


def report() -> str:
    """Measure everything as a table."""
    return table(rows())


if __name__ == "__main__":
    print(report())
