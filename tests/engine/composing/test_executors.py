"""A song is the same wherever its runs are carried on, whatever dies meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.state.studio import Studio
from tests.engine.command_line import Shell
from tests.engine.composing.compositions import decisions, streams, words

TINY = words(sections="verse=1,chorus=1", beam=2, population=4, generations=1, arrangements=1)


def facts(folder: Path) -> tuple[object, ...]:
    """What was recorded of a song, and the bytes of its arrangements."""
    with Studio.open(folder) as studio:
        assert studio.log.verify() == []
        assert studio.differences() == []
        known = streams(studio), decisions(studio)
    arranged = sorted(folder.glob("exports/*/arrangements/*/song.*"))
    return (*known, [path.read_bytes() for path in arranged])


@pytest.fixture(scope="module")
def known() -> dict[str, tuple[object, ...]]:
    """What the serial executor composes, once for all tests."""
    return {}


@pytest.fixture
def serial(known: dict[str, tuple[object, ...]], new_shell: Shell, tmp_path: Path, capsys) -> Any:
    if not known:
        folder = tmp_path / "serial"
        shutil.copytree(new_shell.folder, folder)
        Shell(folder, capsys).do(*TINY, "--executor", "serial")
        known["serial"] = facts(folder)
    return known["serial"]


@pytest.mark.parametrize("executor", ["processes:2", "dask:2"])
def test_all_executors_compose_the_same_song(executor: str, new_shell: Shell, serial):
    if executor.startswith("dask"):
        pytest.importorskip("distributed")
    new_shell.do(*TINY, "--executor", executor)
    assert facts(new_shell.folder) == serial
