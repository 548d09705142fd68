"""How fast is the log beside bare sqlite3 and orjson with the same promises?

The floor writes the same twelve columns with the same unique keys, in WAL mode with FULL
synchronisation; it is given plain dicts, encodes and reads them with orjson, and chains each row to
the one before by a SHA-256. It checks nothing, has no streams or ids that are refused when they
come twice, no types and no HEAD file. Rounds of both alternate in one run, and medians are
compared, by the clock and in processor time (in which nobody waits for the disk):

    python -m benchmarks.store_bench
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import orjson

from benchmarks.scoring_bench import Turn, take_turns
from store.events import CandidateLabelled, GenerationScored, Offspring, Payload
from store.log import EventLog
from store.records import GENESIS_HASH, NewEvent

ROUNDS = 5
SINGLE_EVENTS = 400
BATCH = 50
BATCHES = 40
REPLAY_EVENTS = 20_000

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


@contextmanager
def both() -> Iterator[tuple[Ours, Floor]]:
    """Give a fresh log and a fresh floor, on the same disk."""
    with tempfile.TemporaryDirectory() as folder:
        ours, floor = Ours(Path(folder, "ours.db")), Floor(Path(folder, "floor.db"))
        try:
            yield ours, floor
        finally:
            ours.log.close()
            floor.connection.close()


class Rate(NamedTuple):
    """How the log did beside the floor.

    Attributes:
        ours: events per second by the clock.
        floor: the same, of bare sqlite3.
        ratio: ours to the floor's, the median over the rounds.
        ratio_in_processor_time: the same, in processor time.
    """

    ours: float
    floor: float
    ratio: float
    ratio_in_processor_time: float


def append_many(target: Ours | Floor, payload: Payload, size: int, times: int) -> None:
    for _ in range(times):
        target.append(payload, size)


def _compared(works: tuple[Callable[[], object], Callable[[], object]], events: int) -> Rate:
    """How two works that go through so many events did, taking turns."""
    ours, floor = take_turns(
        {str(index): work for index, work in enumerate(works)}, ROUNDS
    ).values()

    def ratio(taken: Callable[[Turn], float]) -> float:
        return median(taken(b) / taken(a) for a, b in zip(ours, floor, strict=True))

    rates = [events / median(turn.seconds for turn in turns) for turns in (ours, floor)]
    return Rate(*rates, ratio(lambda t: t.seconds), ratio(lambda t: t.processor_seconds))


def compare_appends(payload: Payload, size: int, times: int) -> Rate:
    """Append batches of a size, each in one transaction."""
    with both() as (ours, floor):
        works = [partial(append_many, each, payload, size, times) for each in (ours, floor)]
        return _compared((works[0], works[1]), size * times)


def compare_reading(payload: Payload, count: int) -> tuple[Rate, Rate]:
    """Read every event; the same with its hash computed again and compared."""
    with both() as (ours, floor):
        for target in (ours, floor):
            append_many(target, payload, 500, count // 500)
        replays = _compared((ours.replay, floor.replay), count)
        return replays, _compared((ours.verify, floor.verify), count)


def measured() -> dict[str, Rate]:
    """Measure everything; takes about a minute."""
    small, verified = compare_reading(SMALL, REPLAY_EVENTS)
    large, large_verified = compare_reading(GENERATION, 1_000)
    return {
        "append, small, 1 per transaction": compare_appends(SMALL, 1, SINGLE_EVENTS),
        f"append, small, {BATCH} per transaction": compare_appends(SMALL, BATCH, BATCHES),
        "append, a generation of 50, 1 per tx": compare_appends(GENERATION, 1, SINGLE_EVENTS // 4),
        "replay, small": small,
        "replay, a generation of 50": large,
        "verify, small": verified,
        "verify, a generation of 50": large_verified,
    }


def report() -> str:
    """Measure everything as a table."""
    lines = [
        f"{'events per second':40}{'this log':>12}{'sqlite3':>12}{'ratio':>8}{'processor':>11}"
    ]
    for name, rate in measured().items():
        lines.append(
            f"{name:40}{rate.ours:12,.0f}{rate.floor:12,.0f}{rate.ratio:8.2f}"
            f"{rate.ratio_in_processor_time:11.2f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
