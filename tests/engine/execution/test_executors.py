"""Executors: results in order, whichever worker dies; errors in one line; nobody is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.child_process import environment
from engine.errors import Refused
from engine.execution.choice import executor_of, open_executor, usual
from engine.execution.executor import MAX_ATTEMPTS, SERIAL, Executor, TaskFailed, Tasks, each
from engine.execution.processes import Processes
from tests.engine.execution.tasks import die, die_once, fail, sleep_beside, squared

unix = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture(scope="module")
def processes():
    with open_executor("processes:2") as executor:
        yield executor


@pytest.mark.parametrize("name", ["serial", "processes"])
def test_results_come_in_the_order_of_the_items(name: str, processes: Executor):
    executor = SERIAL if name == "serial" else processes
    assert [*each(executor, squared, range(7))] == [0, 1, 4, 9, 16, 25, 36]
    assert [*each(executor, squared, [])] == []


@unix
def test_a_task_whose_worker_is_killed_is_done_again(processes: Executor, tmp_path: Path):
    markers = [tmp_path / name for name in "abc"]
    assert [*each(processes, die_once, markers)] == ["done"] * 3
    assert all(marker.exists() for marker in markers)


@unix
def test_a_task_that_kills_every_worker_is_given_up_in_one_line(monkeypatch, processes: Executor):
    monkeypatch.setattr("engine.execution.executor.MAX_ATTEMPTS", 2)
    assert MAX_ATTEMPTS > 2
    with pytest.raises(
        TaskFailed, match=r"^0 ended its worker 2 times: .*; there may be too little"
    ):
        [*each(processes, die, [None])]


@pytest.mark.parametrize("name", ["serial", "processes"])
def test_what_a_task_raises_is_one_line(name: str, processes: Executor):
    executor = SERIAL if name == "serial" else processes
    with pytest.raises(TaskFailed, match=r"^0: LookupError: what it was in two lines$"):
        [*each(executor, fail, ["what it was"])]


@unix
def test_closing_ends_what_is_done(tmp_path: Path):
    executor: Processes = Processes(1)
    tasks: Tasks[str, None] = Tasks(executor)
    tasks.begin("long", sleep_beside, tmp_path / "pid")
    process = awaited(tmp_path / "pid")
    executor.close()
    assert not is_running(process)


PARENT = """
import sys
from pathlib import Path
from engine.execution.executor import Tasks
from engine.execution.processes import Processes
from tests.engine.execution.tasks import sleep_beside

if __name__ == "__main__":
    tasks = Tasks(Processes(1))
    tasks.begin("long", sleep_beside, Path(sys.argv[1]))
    while True:
        list(tasks.done())
"""


@unix
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path):
    script, marker = tmp_path / "parent.py", tmp_path / "pid"
    script.write_text(PARENT, "utf-8")
    with subprocess.Popen([sys.executable, script, marker], env=environment()) as parent:
        worker = awaited(marker)
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while is_running(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(worker)


def awaited(marker: Path) -> int:
    until = time.monotonic() + 60
    while not (marker.exists() and marker.read_text("ascii")) and time.monotonic() < until:
        time.sleep(0.05)
    return int(marker.read_text("ascii"))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/status")
    return not (status.exists() and "State:\tZ" in status.read_text("ascii"))


@pytest.mark.parametrize(
    "typed", ["", "threads", "processes:0", "processes:9999", "dask://", "dask://here", "dask:0"]
)
def test_other_names_are_refused(typed: str):
    with pytest.raises(Refused, match=r"^--executor .*; expected "):
        executor_of(typed)


def test_little_work_stays_in_this_process():
    assert usual(parts=100, tasks=9) is SERIAL
    assert usual(parts=10**6, tasks=1) is SERIAL
