"""Who asks first is first, and who ends makes room."""

from pathlib import Path

import pytest

from store.queue import Queue
from tests.store.processes import Worker, workers

COUNT = 4


def waiting(worker: Worker) -> None:
    """Let a worker take its place in the queue."""
    worker.say("go")
    assert worker.hear() == "waits"


@pytest.mark.skipif("sys.platform == 'win32'", reason="there it is in no order")
def test_turns_come_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    with workers([("queue", path)] * COUNT) as started:
        first, *later = started
        waiting(first)
        assert first.hear() == "turn"
        for worker in reversed(later):
            waiting(worker)
        for worker in (first, *reversed(later)):
            # Each has it until it is told to go on, and asks again at once: behind all others.
            worker.say("go on")
            assert worker.hear() == "waits"
            following = started[started.index(worker) - 1]
            assert following.hear() == "turn"


def test_a_killed_process_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    with workers([("queue", path)] * 3) as (holds, waits, comes_last):
        waiting(holds)
        assert holds.hear() == "turn"
        waiting(waits)
        waiting(comes_last)
        waits.kill()
        holds.kill()
        assert comes_last.hear() == "turn"


def test_who_has_no_patience_goes_on_without_a_turn(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    with workers([("queue", path)]) as (worker,):
        waiting(worker)
        assert worker.hear() == "turn"
        with Queue.of(path).turn(0.01) as has_come:
            assert not has_come
    with Queue.of(path).turn(0.01) as has_come, Queue.of(path).turn(0.01) as again:
        assert has_come
        assert again


def test_without_a_file_nobody_waits(tmp_path: Path) -> None:
    with Queue.of(tmp_path / "none" / "queue").turn(0.01) as has_come:
        assert has_come
