from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.cli import run
from engine.state.studio import Studio
from tests.engine.command_line import Said
from tests.engine.runs.short_runs import count_events, open_with
from tests.fitness.models import write

Engine = Callable[..., Said]


@pytest.fixture(scope="session")
def fresh_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every test's studio is a copy of."""
    folder = tmp_path_factory.mktemp("fresh") / "studio"
    with open_with(folder):
        return folder


@pytest.fixture
def studio(fresh_studio: Path, tmp_path: Path) -> Iterator[Studio]:
    """A studio with Green's demo song."""
    with Studio.open(Path(shutil.copytree(fresh_studio, tmp_path / "studio"))) as opened:
        yield opened


@pytest.fixture
def engine(studio: Studio, capsys: pytest.CaptureFixture[str]) -> Engine:
    """Runs a command line in the studio, with warnings as a person sees them."""

    def command(*words: object, folder: Path = studio.folder) -> Said:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            code = run([*map(str, words), "--studio", str(folder)])
        return Said(code, *capsys.readouterr())

    return command


@pytest.fixture
def refused(studio: Studio, engine: Engine) -> Callable[..., str]:
    """The one line of a command that must be refused, with nothing appended."""

    def line(*words: object) -> str:
        before = count_events(studio)
        said = engine(*words)
        assert (said.code, said.out, count_events(studio)) == (2, "", before), said
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        return said.err

    return line


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small model of each interface."""
    folder = tmp_path_factory.mktemp("models")
    return {name: write(folder, name) for name in ("fusion", "legacy-7", "legacy-9")}
