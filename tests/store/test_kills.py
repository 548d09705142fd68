"""Processes that are killed in the middle of things."""

import random
from pathlib import Path

import pytest

from store.log import EventLog
from tests.store.conftest import on_both
from tests.store.processes import go, head_position, workers
from tests.store.samples import notes
from tests.store.worker import BATCH, opened

ROUNDS = 4


@on_both
def test_kill_9_at_any_moment_loses_nothing_acknowledged(place: str, tmp_path: Path) -> None:
    # Not seeded: the operating system chooses the moment anyway, and each run tries others.
    path, rng = tmp_path / "studio.db", random.Random()
    opened(place).close()
    with workers([("endless", place)] * ROUNDS) as started:
        for worker in started:
            go([worker])
            for _ in range(rng.randint(1, 12)):
                acknowledged = worker.hear()
            idle(rng.randint(0, 20_000))  # a while, wherever in an append that may be
            acknowledged = (worker.kill() or [acknowledged])[-1]
            check_after_kill(place, path, int(acknowledged))


def idle(turns: int) -> None:
    for _ in range(turns):
        pass


def check_after_kill(place: str, path: Path, acknowledged: int) -> None:
    anchored = head_position(path)
    with opened(place) as log:
        assert log.verify() == []
        end = log.head().position
        # At most the one batch whose acknowledgement was on its way.
        assert end - acknowledged in (0, BATCH)
        assert end - anchored in (0, BATCH)
        assert [event.position for event in log.read()] == list(range(1, end + 1))
        log.append("survivors", notes(1), log.version("survivors"))
        assert log.verify() == []
        assert head_position(path) == end + 1
        # The next round counts in whole batches again.
        log.append("survivors", notes(BATCH - 1), log.version("survivors"))


@pytest.mark.parametrize(
    ("point", "events", "head"),
    [
        ("before the rows", BATCH, BATCH),
        ("after the rows", BATCH, BATCH),
        ("before the commit", BATCH, BATCH),
        ("before HEAD", 2 * BATCH, BATCH),
        ("after HEAD", 2 * BATCH, 2 * BATCH),
    ],
)
def test_kill_9_at_each_step_of_an_append(
    tmp_path: Path, point: str, events: int, head: int
) -> None:
    path = tmp_path / "studio.db"
    with workers([("die", path, point)]) as started:
        go(started)
        assert started[0].rest() == []
    assert started[0].process.returncode == -9
    assert head_position(path) == head
    with EventLog.open(path) as log:
        assert log.verify() == []
        assert log.head().position == events
        log.append("s", notes(1), events)
        assert log.verify() == []
        assert head_position(path) == events + 1


@pytest.mark.parametrize("point", ["after the tables", "within HEAD"])
def test_kill_9_while_a_studio_is_made(tmp_path: Path, point: str) -> None:
    path = tmp_path / "studio.db"
    with workers([("die_creating", path, point)]) as started:
        go(started)
        assert started[0].rest() == []
    with EventLog.open(path) as log:
        log.append("s", notes(1), 0)
        assert log.verify() == []
    assert head_position(path) == 1
