"""Folders of tests that all workers of one run share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker that needs it makes, while others wait for it.

    No test may write into it: tests of other workers read it at the same time.

    Args:
        factory: of the worker.
        name: of the folder, unique in the run.
        make: fills the folder, which isn't there when it is called.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of the whole run; each worker's own folder is inside
    folder = base / "shared" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder
