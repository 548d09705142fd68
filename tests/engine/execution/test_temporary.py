"""Temporary folders outlive no process for long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAKE_ONE = """
import sys
from engine.state.temporary import TemporaryFolder
folder = TemporaryFolder()
print(folder.path, flush=True)
sys.stdin.readline()
folder.cleanup()
"""


class Process:
    """A process with a temporary folder, which goes with its next line."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAKE_ONE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
        )
        assert self.process.stdout is not None
        self.path = Path(self.process.stdout.readline().strip())

    def end(self) -> None:
        self.process.communicate("\n")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        self.process.communicate()


@pytest.fixture
def start(tmp_path):
    """Starts a process; all are ended afterwards."""
    processes = []

    def begin() -> Process:
        processes.append(Process(tmp_path))
        return processes[-1]

    yield begin
    for each in processes:
        if each.process.poll() is None:
            each.end()


def test_a_folder_goes_with_its_process(start):
    process = start()
    assert process.path.is_dir()
    process.end()
    assert not process.path.exists()


def test_the_folder_of_a_killed_process_goes_with_a_later_one(start, tmp_path):
    living, killed = start(), start()
    other = tmp_path / "composition-engine-notes"  # without a lock it is nobody's of ours
    other.mkdir()
    (killed.path / "model.onnx").write_bytes(b"a model")
    killed.kill()
    assert killed.path.is_dir()
    start()
    assert not killed.path.exists()
    assert living.path.is_dir()
    assert other.is_dir()
