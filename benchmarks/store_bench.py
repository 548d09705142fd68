"""How fast is the log beside bare sqlite3 with the same promise of durability?

The floor writes the same twelve columns with the same unique keys, in WAL mode with FULL
synchronisation, and encodes the same payload with the same library; it checks nothing, hashes
nothing and keeps no HEAD file. Rounds of both alternate in one run, and medians are compared:

    python -m benchmarks.store_bench
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.scoring_bench import take_turns
from store.events import CandidateLabelled, GenerationScored, Offspring, Payload
from store.log import EventLog
from store.records import NewEvent

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
        self.position = 0

    def append(self, payloads: list[Payload]) -> None:
        rows = [self._row(payload) for payload in payloads]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(FLOOR_INSERT, rows)
        self.connection.execute("COMMIT")

    def _row(self, payload: Payload) -> tuple[Any, ...]:
        self.position += 1
        event_id = NewEvent(payload, actor="bench").event_id
        text = msgspec.json.encode(payload).decode()
        kind = type(payload).__name__
        now = "2026-01-01T00:00:00.000000+00:00"
        digest = "0" * 64
        number = self.position
        return number, event_id, "bench", number, kind, 1, text, "bench", now, None, digest, digest

    def replay(self) -> int:
        rows = self.connection.execute("SELECT * FROM events ORDER BY position")
        return sum(1 for row in rows if msgspec.json.decode(row[6]) is not None)


class Ours:
    """The event log, used as the engine uses it."""

    def __init__(self, path: Path) -> None:
        self.log = EventLog.open(path)
        self.version = 0

    def append(self, payloads: list[Payload]) -> None:
        events = [NewEvent(payload, actor="bench") for payload in payloads]
        self.log.append("bench", events, self.version)
        self.version += len(events)

    def replay(self) -> int:
        return sum(1 for _ in self.log.read())


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


def append_many(target: Ours | Floor, payload: Payload, size: int, times: int) -> None:
    for _ in range(times):
        target.append([payload] * size)


def _rates(works: Sequence[Callable[[], object]], events: int) -> list[float]:
    """Events per second of each work, by the median over rounds in which all take turns."""
    taken = take_turns({str(index): work for index, work in enumerate(works)}, ROUNDS)
    return [events / median(turn.seconds for turn in turns) for turns in taken.values()]


def compare_appends(payload: Payload, size: int, times: int) -> list[float]:
    """Return events per second, ours and the floor's."""
    with both() as targets:
        return _rates(
            [partial(append_many, each, payload, size, times) for each in targets], size * times
        )


def compare_replay(payload: Payload, count: int) -> list[float]:
    """Return events per second, ours and the floor's."""
    with both() as targets:
        for target in targets:
            append_many(target, payload, 500, count // 500)
        return _rates([target.replay for target in targets], count)


def verify_rate(payload: Payload, count: int) -> float:
    """Return how many events per second a full examination gets through."""
    with both() as (ours, _):
        append_many(ours, payload, 500, count // 500)
        return _rates([ours.log.verify], count)[0]


def report() -> str:
    """Measure everything; takes some ten seconds."""
    rows = {
        "append, small, 1 per transaction": compare_appends(SMALL, 1, SINGLE_EVENTS),
        f"append, small, {BATCH} per transaction": compare_appends(SMALL, BATCH, BATCHES),
        "append, a generation of 50, 1 per tx": compare_appends(GENERATION, 1, SINGLE_EVENTS // 4),
        "replay, small": compare_replay(SMALL, REPLAY_EVENTS),
        "replay, a generation of 50": compare_replay(GENERATION, 1_000),
    }
    lines = [f"{'events per second':40}{'this log':>12}{'sqlite3':>12}{'ratio':>8}"]
    for name, (ours, floor) in rows.items():
        lines.append(f"{name:40}{ours:12,.0f}{floor:12,.0f}{ours / floor:8.2f}")
    lines.append(f"{'verify, small':40}{verify_rate(SMALL, REPLAY_EVENTS):12,.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
