"""A training ends with the engine that started it, however that ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.models.training_process import STARTED
from training.parent import STARTED_BY_ENGINE

ROOT = Path(__file__).parents[2]

TRAINING = """\
import subprocess, sys, time
from training.parent import end_with_engine
end_with_engine()
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(worker.pid, flush=True)
time.sleep(600)
"""
ENGINE = f"""\
import os, subprocess, sys, time
process = subprocess.Popen([sys.executable, "-c", {TRAINING!r}], stdin=subprocess.PIPE,
                           env=os.environ | {{{STARTED!r}: "1"}}, start_new_session=True)
print(process.pid, flush=True)
time.sleep(600)
"""


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the system by its files")
def test_a_killed_engine_leaves_no_training_behind() -> None:
    assert STARTED == STARTED_BY_ENGINE
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    left = [int(engine.stdout.readline()), int(engine.stdout.readline())]
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    for _ in range(600):
        if not any(map(is_running, left)):
            break
        time.sleep(0.05)
    assert not any(map(is_running, left))
    engine.stdout.close()
