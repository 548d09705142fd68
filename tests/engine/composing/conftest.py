from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.songs import own_song
from tests.engine.command_line import Shell
from tests.engine.composing.compositions import SUNG, WORDS, WORDS_FILE
from tests.engine.runs.short_runs import open_with


@dataclass(frozen=True)
class Composed:
    """A finished composition: its studio, and what the command answered."""

    folder: Path
    answer: dict[str, Any]


@pytest.fixture
def new_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A studio with a song of which nothing is composed."""
    folder = tmp_path / "studio"
    open_with(folder, own_song("Green", "D minor", "4/4", 120)).__exit__(None, None, None)
    (tmp_path / WORDS_FILE).write_text(SUNG, "utf-8")
    return Shell(folder, capsys)


@pytest.fixture(scope="session")
def made_songs() -> dict[str, Composed]:
    """What is composed once for all tests."""
    return {}


@pytest.fixture
def composed(
    made_songs: dict[str, Composed],
    tmp_path_factory: pytest.TempPathFactory,
    new_shell: Shell,
) -> Composed:
    """A composition with words for two of its three sections; only to be looked at."""
    if not made_songs:
        answer = new_shell.json(*WORDS, "--lyrics", new_shell.folder.parent / WORDS_FILE)
        kept = Path(shutil.move(new_shell.folder, tmp_path_factory.mktemp("composed") / "studio"))
        made_songs["sung"] = Composed(kept, answer)
    return made_songs["sung"]


@pytest.fixture
def shell(composed: Composed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A copy of the studio with the finished composition."""
    folder = tmp_path / "copy"
    shutil.copytree(composed.folder, folder)
    return Shell(folder, capsys)
