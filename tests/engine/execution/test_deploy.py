"""The cluster of ``deploy/compose.yml``, as processes of this machine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from benchmarks.songs import own_song
from engine.child_process import GROUP, environment, stop
from tests.engine.command_line import Shell
from tests.engine.composing.compositions import words
from tests.engine.composing.test_executors import facts
from tests.engine.runs.short_runs import open_with

pytest.importorskip("distributed")

TINY = words(sections="verse=1", beam=1, population=4, generations=1, arrangements=1)

COMPOSE_FILE = Path(__file__).parents[3] / "deploy" / "compose.yml"


class Cluster:
    """A scheduler and a worker, begun by the commands of the file, and again where they end."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.services = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))["services"]
        self.processes = {name: self._begin(name) for name in ("scheduler", "worker")}
        self._is_over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise)
        self._supervisor.start()

    def _supervise(self) -> None:
        """What ``restart: unless-stopped`` says."""
        while not self._is_over.wait(0.1):
            for name, process in self.processes.items():
                if process.poll() is not None:
                    assert self.services[name]["restart"] == "unless-stopped"
                    self.processes[name] = self._begin(name)

    def _begin(self, service: str) -> subprocess.Popen[str]:
        port = self.address.partition(":")[2]
        command = self.services[service]["command"].replace("scheduler:8786", self.address)
        _dask, *words = shlex.split(re.sub(r"--host \S+ ", "--host 127.0.0.1 ", command))
        words = [word.replace("8786", port) for word in words]
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words], env=environment(), **GROUP,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def end(self) -> None:
        """End everything."""
        self._is_over.set()
        self._supervisor.join()
        for process in self.processes.values():
            stop(process)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.end()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.filterwarnings("default::engine.execution.dask_cluster.ClusterWarning")
def test_a_scheduler_that_is_killed_and_started_again_changes_nothing(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path / "studio", capsys)
    open_with(shell.folder, own_song("Green", "D minor", "4/4", 120)).__exit__(None, None, None)
    serial = Shell(Path(shutil.copytree(shell.folder, tmp_path / "serial")), capsys)

    def kill_scheduler() -> None:
        until = time.monotonic() + 60
        while len(shell.events("GenerationScored")) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        cluster.processes["scheduler"].kill()

    killer = threading.Thread(target=kill_scheduler)
    killer.start()
    until = time.monotonic() + 60
    said = shell.type(*TINY, "--executor", f"dask://{cluster.address}")
    while "no Dask scheduler answers" in said.err and time.monotonic() < until:
        said = shell.type(*TINY, "--executor", f"dask://{cluster.address}")
    killer.join()
    assert said.code == 0, said.err
    assert f"note: the Dask scheduler at tcp://{cluster.address} went away; waiting" in said.err
    serial.do(*TINY, "--executor", "serial")
    assert facts(shell.folder) == facts(serial.folder)


def test_an_address_where_nothing_answers_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("engine.execution.dask_cluster.CONNECT_SECONDS", 0.5)
    shell = Shell(tmp_path / "studio", capsys)
    open_with(shell.folder, own_song("Green", "D minor", "4/4", 120)).__exit__(None, None, None)
    said = shell.type(*TINY, "--executor", "dask://127.0.0.1:9")
    assert said.code == 2
    assert said.error.endswith(
        "no Dask scheduler answers at tcp://127.0.0.1:9; start one with dask scheduler"
    )
